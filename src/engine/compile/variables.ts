// The model's weights and the optimizer's moments as TensorFlow variables, shared by all steps of a graph.
// Names in the graph: `var/<parameter>`, `var/m/<parameter>`, `var/v/<parameter>`; `var/g/<parameter>` accumulates
// gradients and is in no checkpoint. Spec 8.1. Read next: update.ts.

import { type Graph, after } from './graph'
import { FLOAT } from './native-binding'
import type { Shape } from './graph-def'

export interface Variable {
  /** As in checkpoints: the parameter's name, or `m/…`, `v/…`. */
  readonly name: string
  readonly shape: Shape
}

export interface Variables {
  handle(name: string): string
  /** The parameter's value at the start of the current scope: one shared read. */
  value(name: string): string
  moment(kind: 'm' | 'v', name: string): string
  /** Where a parameter's gradients are added up. */
  accumulator(name: string): string
  /** The parameters that have an accumulator. */
  accumulated(): Variable[]
  shapeOf(name: string): Shape
  /** All variables made so far: weights in their own order, then moments. */
  all(): Variable[]
}

export function createVariables(graph: Graph, parameters: readonly Variable[]): Variables {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
  const handles = new Map<string, string>()
  const made: { weights: Variable[]; moments: Variable[]; accumulators: Variable[] } = { weights: [], moments: [], accumulators: [] }

  const handleOf = (name: string, shape: Shape, list: Variable[]): string => {
    const known = handles.get(name)
    if (known !== undefined) return known
    const attributes = { dtype: { type: FLOAT }, shape: { shape }, container: { text: '' }, shared_name: { text: name } }
    const handle = graph.add('VarHandleOp', [], attributes, `var/${name}`)
    handles.set(name, handle)
    list.push({ name, shape })
    return handle
  }
  const shapeOf = (name: string): Shape => {
    const shape = shapes.get(name)
    if (shape === undefined) throw new Error(`The model has no parameter '${name}'.`)
    return shape
  }
  const variables: Variables = {
    handle: (name) => handleOf(name, shapeOf(name), made.weights),
    value: (name) => graph.share('ReadVariableOp', [variables.handle(name)], { dtype: { type: FLOAT } }),
    moment: (kind, name) => handleOf(`${kind}/${name}`, shapeOf(name), made.moments),
    accumulator: (name) => handleOf(`g/${name}`, shapeOf(name), made.accumulators),
    accumulated: () => made.accumulators.map(({ name, shape }) => ({ name: name.slice(2), shape })),
    shapeOf,
    all: () => [...made.weights, ...made.moments],
  }
  for (const { name } of parameters) variables.handle(name)
  return variables
}

/** Nodes outside of any step: feeding, zeroing and reading variables. */
export interface VariableAccess {
  /** Feed `feed`, fetch `done`: the variable has a copy of the fed numbers. */
  assign(name: string): { feed: string; done: string }
  /** Fetch: all moments are zero. */
  readonly zeroMoments: string | undefined
  /** Fetch: the variable's numbers. */
  read(name: string): string
}

/** Call once, after all steps have been recorded. */
export function addVariableAccess(graph: Graph, variables: Variables): VariableAccess {
  graph.enter('access')
  const zeroed: string[] = []
  for (const { name, shape } of variables.all()) {
    const handle = `var/${name}:0`
    const fed = graph.add('Placeholder', [], { dtype: { type: FLOAT }, shape: { shape } }, `assign/${name}`)
    // In Electron a fed array can share its memory with the variable: without a copy, later changes would show in it.
    const copy = graph.add('DeepCopy', [fed], { T: { type: FLOAT } })
    const assigned = graph.add('AssignVariableOp', [handle, copy], { dtype: { type: FLOAT }, validate_shape: { truth: false } })
    const done = graph.constant(FLOAT, [], Float32Array.of(1))
    graph.add('Identity', [done, after(assigned)], { T: { type: FLOAT } }, `assigned/${name}`)
    graph.add('ReadVariableOp', [handle], { dtype: { type: FLOAT } }, `read/${name}`)
    if (/^[mv]\//.test(name)) zeroed.push(zero(graph, handle, shape))
  }
  const access = { assign: (name: string) => ({ feed: `assign/${name}:0`, done: `assigned/${name}:0` }), read: (name: string) => `read/${name}:0` }
  if (zeroed.length === 0) return { ...access, zeroMoments: undefined }
  const one = graph.constant(FLOAT, [], Float32Array.of(1))
  return { ...access, zeroMoments: graph.add('Identity', [one, ...zeroed.map(after)], { T: { type: FLOAT } }, 'zero-moments') }
}

function zero(graph: Graph, handle: string, shape: Shape): string {
  const sizes = graph.constant(3, [shape.length], Int32Array.from(shape))
  const zeros = graph.share('Fill', [sizes, graph.constant(FLOAT, [], Float32Array.of(0))], { T: { type: FLOAT }, index_type: { type: 3 } })
  return graph.add('AssignVariableOp', [handle, zeros], { dtype: { type: FLOAT }, validate_shape: { truth: false } })
}
