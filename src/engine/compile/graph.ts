// A TensorFlow graph under construction: nodes get names, constants and equal nodes are shared.
// Spec: none (engine). Read next: record.ts, which fills it, and update.ts.

import type { AttributeValue, Attributes, GraphNode, Shape } from './graph-def'
import { FLOAT, INT32, type ElementType, type TypedValues } from './native-binding'

export interface Graph {
  readonly nodes: GraphNode[]
  /** All following nodes are named `scope/…`; equal nodes are shared within a scope. */
  enter(scope: string): void
  /** Adds a node and returns the name of its first output, `name:0`. */
  add(op: string, inputs: readonly string[], attributes: Attributes, name?: string): string
  /** As `add`, but an equal earlier node of the scope is used instead. Only for ops without side effects. */
  share(op: string, inputs: readonly string[], attributes: Attributes): string
  /** A constant; `values` has all elements or the one that fills the shape. */
  constant(dtype: ElementType, shape: Shape, values: TypedValues): string
}

/** `name:0` → `^name`: the node must have run. */
export function after(output: string): string {
  return `^${output.replace(/:\d+$/, '')}`
}

/** The given output of the node that `first` is the first output of. */
export function outputOf(first: string, index: number): string {
  return first.replace(/:\d+$/, `:${index}`)
}

export function createGraph(): Graph {
  const nodes: GraphNode[] = []
  const names = new Set<string>()
  const constants = new Map<string, string>()
  let shared = new Map<string, string>()
  let scope = ''
  let counter = 0

  const add = (op: string, inputs: readonly string[], attributes: Attributes, name?: string): string => {
    const full = name ?? `${scope}/${op}_${++counter}`
    if (names.has(full)) throw new Error(`The graph already has a node named ${full}.`)
    names.add(full)
    nodes.push({ name: full, op, inputs, attributes })
    return `${full}:0`
  }
  return {
    nodes,
    enter(next) {
      scope = next
      shared = new Map()
      counter = 0
    },
    add,
    share(op, inputs, attributes) {
      const key = `${op}|${inputs.join()}|${attributesKey(attributes)}`
      const known = shared.get(key)
      if (known !== undefined) return known
      const output = add(op, inputs, attributes)
      shared.set(key, output)
      return output
    },
    constant(dtype, shape, values) {
      const key = `${dtype}|${shape.join()}|${values.join()}|${Object.is(values[0], -0) ? '-' : ''}`
      const known = constants.get(key)
      if (known !== undefined) return known
      const output = add('Const', [], { dtype: { type: dtype }, value: { tensor: { dtype, shape, values } } }, `constant/${constants.size}`)
      constants.set(key, output)
      return output
    },
  }
}

function attributesKey(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]: [string, AttributeValue]) => `${name}=${JSON.stringify(value)}`)
    .join(';')
}

export function integers(graph: Graph, values: readonly number[]): string {
  return graph.constant(INT32, [values.length], Int32Array.from(values))
}

export function integer(graph: Graph, value: number): string {
  return graph.constant(INT32, [], Int32Array.of(value))
}

export function float(graph: Graph, value: number): string {
  return graph.constant(FLOAT, [], Float32Array.of(value))
}

export const FLOAT_TYPE: Attributes = { T: { type: FLOAT } }
export const INT_TYPE: Attributes = { T: { type: INT32 } }
