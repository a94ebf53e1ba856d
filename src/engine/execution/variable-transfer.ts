// Weights and moments between JavaScript and the variables of a session, in portions: at full size they are gigabytes.
// Read next: ../compile/variables.ts, compiled-engine.ts.

import { WorkbenchError } from '../../contract/check'
import { nativeBackend } from '../compile/native-binding'
import type { Session, SessionFeed } from '../compile/session'
import { type AnyAssign, type Variable, type VariableAccess, assignNodes, isMoment, readNode } from '../compile/variables'
import { countOf } from '../count-of'
import type { NamedArray } from './step-engine'

/** Largest amount of numbers fed or fetched in one run outside of steps. */
const CHUNK = 64 * 1024 * 1024

export interface SessionVariables {
  readonly session: Session
  readonly variables: readonly Variable[]
  readonly access: VariableAccess
}

/** Lets messages in: a run blocks its process. */
export function nextMessage(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The runs that overwrite these variables, which must be there, with arrays of their shapes. */
export function* assignments({ variables, access }: Omit<SessionVariables, 'session'>, arrays: readonly NamedArray[]): Generator<{ feeds: SessionFeed[]; fetches: string[] }> {
  const { assignAny } = access
  const places = new Map(variables.map(({ name }, place) => [name, place]))
  for (const part of chunks(arrays, assignAny?.slots.length)) {
    if (assignAny) yield { feeds: slotFeeds(assignAny, part, places), fetches: [assignAny.done] }
    else yield { feeds: part.map(({ name, shape, data }) => ({ name: assignNodes(name).feed, shape, data })), fetches: part.map(({ name }) => assignNodes(name).done) }
  }
}

function slotFeeds({ slots, idle }: AnyAssign, arrays: readonly NamedArray[], places: ReadonlyMap<string, number>): SessionFeed[] {
  return slots.flatMap(({ place, feed }, slot) => {
    const { name, shape, data } = arrays[slot] ?? { name: '', shape: [], data: new Float32Array(1) }
    return [{ name: place, shape: [], data: Int32Array.of(places.get(name) ?? idle) }, { name: feed, shape, data }]
  })
}

/** Splits a list so that each part holds at most `most` arrays, and at most CHUNK numbers or one array. */
function chunks<T extends { readonly shape: readonly number[] }>(list: readonly T[], most = Infinity): T[][] {
  const parts: T[][] = []
  let room = 0
  for (const each of list) {
    const size = countOf(each.shape)
    const last = parts[parts.length - 1]
    if (last === undefined || size > room || last.length >= most) {
      parts.push([each])
      room = CHUNK - size
    } else {
      last.push(each)
      room -= size
    }
  }
  return parts
}

/** Weights, or weights and moments. */
export function listVariables({ variables }: SessionVariables, what: 'weights' | 'all'): readonly Variable[] {
  return what === 'all' ? variables : variables.filter(({ name }) => !isMoment(name))
}

/**
 * Shows a copy of each array in turn. TensorFlow prepares every new set of fetches for about a second at full size, so the
 * processor's library, which hands variables out without copying them, is asked for all at once; a GPU's memory in portions.
 */
export async function readEach(compiled: SessionVariables, what: 'weights' | 'all', visit: (array: NamedArray) => void | Promise<void>): Promise<void> {
  const { session } = compiled
  const list = listVariables(compiled, what)
  for (const part of nativeBackend().isUsingGpuDevice ? chunks(list) : [list]) {
    let place = 0
    for (const values of session.each(part.map(({ name }) => readNode(name)))) {
      const { name, shape } = part[place++] as Variable
      await visit({ name, shape, data: values as Float32Array })
    }
    await nextMessage()
  }
}

/** Overwrites the named variables and returns the names that there are none of. An array of another shape throws a WorkbenchError. */
export async function writeVariables({ session, variables, access }: SessionVariables, arrays: readonly NamedArray[]): Promise<string[]> {
  const shapes = new Map(variables.map(({ name, shape }) => [name, shape]))
  const known = arrays.filter(({ name }) => shapes.has(name))
  for (const { name, shape, data } of known) {
    const own = shapes.get(name) ?? []
    if (own.join() !== shape.join() || data.length !== countOf(own)) {
      throw new WorkbenchError(
        `The array '${name}' has the shape [${shape.join(', ')}] and ${data.length} numbers; the model's is [${own.join(', ')}]. ` +
          'It belongs to a model of another size.'
      )
    }
  }
  for (const run of assignments({ variables, access }, known)) {
    session.run(run.feeds, run.fetches)
    await nextMessage()
  }
  return arrays.filter(({ name }) => !shapes.has(name)).map(({ name }) => name)
}
