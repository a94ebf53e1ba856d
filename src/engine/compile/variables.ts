// The model's weights and the optimizer's moments as TensorFlow variables, shared by all steps of a graph.
// Names in the graph: `var/<parameter>`, `var/m/<parameter>`, `var/v/<parameter>`; `var/g/<parameter>` accumulates
// gradients and is in no checkpoint. Spec 8.1. Read next: update.ts.

import { type Graph, after, integer } from './graph'
import { FLOAT, INT32, RESOURCE } from './native-binding'
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

/** Whether a variable is a moment of the optimizer. */
export const isMoment = (variable: string): boolean => /^[mv]\//.test(variable)

/** Nodes outside of any step: feeding, zeroing and reading variables. */
export interface VariableAccess {
  /** Feeds any variables at once. A GPU has none of it: there each variable has nodes of its own, see `assignNodes`. */
  readonly assignAny?: AnyAssign | undefined
  /** Fetch: the variables that were named so are zero. */
  readonly zero?: string | undefined
}

/** On a GPU: feed `feed`, fetch `done`, and the variable has a copy of the fed numbers. */
export const assignNodes = (variable: string): { readonly feed: string; readonly done: string } => ({ feed: `assign/${variable}:0`, done: `assigned/${variable}:0` })

/** Fetch: the variable's numbers. */
export const readNode = (variable: string): string => `read/${variable}:0`

/**
 * Assigns as many variables as there are slots, each by its place in `all()`. One set of feeds serves all, and preparing a
 * set takes TensorFlow a tenth of a second at full size. A slot that is not needed is fed the place `idle` and one number.
 */
export interface AnyAssign {
  readonly slots: readonly { readonly place: string; readonly feed: string }[]
  readonly idle: number
  readonly done: string
}

/** A run looks up all handles, which takes 2.5 ms at full size: few runs, and the memory of few fed arrays. */
const SLOTS = 32

/**
 * Call once, after all steps have been recorded. `isZero`: variables that start as zeros, made in the graph. On a GPU
 * variables cannot be looked up by a number.
 */
export function addVariableAccess(graph: Graph, variables: Variables, gpu: boolean, isZero: (variable: string) => boolean): VariableAccess {
  graph.enter('access')
  const zeroed: string[] = []
  for (const { name, shape } of variables.all()) {
    const handle = `var/${name}:0`
    if (gpu) addAssignment(graph, name, shape)
    graph.add('ReadVariableOp', [handle], { dtype: { type: FLOAT } }, `read/${name}`)
    if (isZero(name)) zeroed.push(zero(graph, handle, shape))
  }
  return { assignAny: gpu ? undefined : addAnyAssignment(graph, variables), zero: zeroed.length === 0 ? undefined : doneAfter(graph, zeroed, 'zero') }
}

/** A scalar that can be fetched once all these nodes have run. */
function doneAfter(graph: Graph, outputs: readonly string[], name: string): string {
  return graph.add('Identity', [graph.constant(FLOAT, [], Float32Array.of(1)), ...outputs.map(after)], { T: { type: FLOAT } }, name)
}

/** In Electron a fed array can share its memory with the variable: without a copy, later changes would show in it. */
function assigned(graph: Graph, handle: string, fed: string): string {
  const copy = graph.add('DeepCopy', [fed], { T: { type: FLOAT } })
  return graph.add('AssignVariableOp', [handle, copy], { dtype: { type: FLOAT }, validate_shape: { truth: false } })
}

function addAssignment(graph: Graph, name: string, shape: Shape): void {
  const fed = graph.add('Placeholder', [], { dtype: { type: FLOAT }, shape: { shape } }, `assign/${name}`)
  doneAfter(graph, [assigned(graph, `var/${name}:0`, fed)], `assigned/${name}`)
}

function addAnyAssignment(graph: Graph, variables: Variables): AnyAssign {
  const idle = graph.add('VarHandleOp', [], { dtype: { type: FLOAT }, shape: { shape: [] }, container: { text: '' }, shared_name: { text: 'assign-any/idle' } })
  const handles = [...variables.all().map(({ name }) => `var/${name}:0`), idle]
  const all = graph.add('Pack', handles, { N: { integer: handles.length }, T: { type: RESOURCE }, axis: { integer: 0 } })
  const slots = Array.from({ length: SLOTS }, (_, slot) => ({
    place: graph.add('Placeholder', [], { dtype: { type: INT32 }, shape: { shape: [] } }, `assign-any/place-${slot}`),
    // No shape attribute: the fed numbers have the variable's.
    feed: graph.add('Placeholder', [], { dtype: { type: FLOAT } }, `assign-any/values-${slot}`)
  }))
  const gathered = { Tparams: { type: RESOURCE }, Tindices: { type: INT32 }, Taxis: { type: INT32 }, batch_dims: { integer: 0 } }
  const assignments = slots.map(({ place, feed }) => assigned(graph, graph.add('GatherV2', [all, place, integer(graph, 0)], gathered), feed))
  return { slots, idle: handles.length - 1, done: doneAfter(graph, assignments, 'assign-any/done') }
}

function zero(graph: Graph, handle: string, shape: Shape): string {
  const sizes = graph.constant(3, [shape.length], Int32Array.from(shape))
  const zeros = graph.share('Fill', [sizes, graph.constant(FLOAT, [], Float32Array.of(0))], { T: { type: FLOAT }, index_type: { type: 3 } })
  return graph.add('AssignVariableOp', [handle, zeros], { dtype: { type: FLOAT }, validate_shape: { truth: false } })
}
