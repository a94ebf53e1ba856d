// Do tasks pull the trunk in the same direction? Each task's gradient of the trunk on a few batches, and the cosine of
// each pair: 1 pulls alike, 0 is unrelated, −1 undoes the other (gradient conflict, as in Yu et al. 2020, PCGrad). The run goes on to the
// same bits as without: the engine is put back as it was. Read next: ../training/training-loop.ts, contract/gradient-conflict.ts.

import type { GradientConflictEvent } from '../../contract/run-events'
import type { NamedArray, StepEngine } from '../execution/step-engine'

export interface ConflictTask<T extends string> {
  readonly task: T
  /**
   * A training step of the task with a learning rate of 0 on its batch of this number, from 0 to BATCHES − 1: it leaves the
   * weights and adds to the moments.
   */
  step(batch: number): Promise<unknown>
}

/** Batches a task's gradient is the mean of; in two halves, whose agreement says how sure the direction is. */
const BATCHES = 4
const HALF = BATCHES / 2
/** Larger trunks are compared on so many evenly spaced parameters. */
export const COORDINATES = 4_000_000

/** Parameters that all tasks share: the trunk without the row that each task token has for itself. */
function isShared(name: string): boolean {
  return name.startsWith('bert.') && !name.includes('task_embeddings')
}

type Engine = Pick<StepEngine, 'read' | 'write'>

/**
 * The gradients are read from Adam's first moment: from a moment of zero a step leaves (1 − β₁) × the gradient in it, and a
 * cosine does not see the factor. So the compiled training step itself is what is measured, dropout, clipping and all.
 */
export async function gradientConflict<T extends string>(engine: Engine, tasks: readonly ConflictTask<T>[]): Promise<Omit<GradientConflictEvent, 'kind' | 'sequence' | 'time' | 'iteration' | 'milliseconds' | 'tasks'> & { readonly tasks: readonly T[] }> {
  const before = await engine.read('all')
  const zeros = before.filter(({ name }) => !/^[mv]\//.test(name)).map(({ name, shape, data }): NamedArray => ({ name: `m/${name}`, shape, data: new Float32Array(data.length) }))
  const directions: { readonly whole: Float32Array; readonly agreement: number | null; readonly norm: number }[] = []
  let parameters = 0
  try {
    for (const { step } of tasks) {
      const halves: Float32Array[] = []
      for (let first = 0; first < BATCHES; first += HALF) {
        const sum: Float32Array[] = []
        for (let batch = first; batch < first + HALF; batch++) {
          await engine.write(zeros)
          await step(batch)
          const gradient = sampled(await engine.read('all'))
          parameters = gradient.of
          sum.push(gradient.values)
        }
        halves.push(added(sum))
      }
      const whole = added(halves)
      directions.push({ whole, agreement: cosine(halves[0] ?? whole, halves[1] ?? whole), norm: Math.sqrt(dot(whole, whole)) })
    }
  } finally {
    await restore(engine, before, zeros)
  }
  return {
    tasks: tasks.map(({ task }) => task), batches: BATCHES, parameters, compared: directions[0]?.whole.length ?? 0,
    cosines: directions.map((a) => directions.map((b) => (a === b && a.norm > 0 ? 1 : cosine(a.whole, b.whole)))),
    agreement: directions.map(({ agreement }) => agreement)
  }
}

/** Everything as it was. Moments that the optimizer had not made yet are zero again, which is the same to it. */
async function restore(engine: Engine, before: readonly NamedArray[], zeros: readonly NamedArray[]): Promise<void> {
  const had = new Set(before.map(({ name }) => name))
  const unmade = zeros.flatMap(({ name, shape, data }) => [{ name, shape, data }, { name: `v/${name.slice(2)}`, shape, data }]).filter(({ name }) => !had.has(name))
  await engine.write([...before, ...unmade])
}

/** The shared parameters' first moments in one array, thinned to COORDINATES. */
function sampled(arrays: readonly NamedArray[]): { readonly values: Float32Array; readonly of: number } {
  const moments = arrays.filter(({ name }) => name.startsWith('m/') && isShared(name.slice(2)))
  const of = moments.reduce((sum, { data }) => sum + data.length, 0)
  const stride = Math.max(1, Math.ceil(of / COORDINATES))
  const values = new Float32Array(Math.ceil(of / stride))
  let place = 0
  let next = 0
  for (const { data } of moments) {
    for (; next < data.length; next += stride) values[place++] = data[next] ?? 0
    next -= data.length
  }
  return { values, of }
}

function added(arrays: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(arrays[0]?.length ?? 0)
  for (const array of arrays) array.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value))
  return sum
}

/** Null where one of them is zero or not finite: it has no direction. */
export function cosine(a: Float32Array, b: Float32Array): number | null {
  const value = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  return Number.isFinite(value) ? Math.max(-1, Math.min(1, Number(value.toFixed(5)))) : null
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
