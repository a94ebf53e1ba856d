// One call of a TensorFlow op while recording: its inputs are shapes and types, not numbers.
// Spec: none (engine). Read next: shapes.ts, record.ts.

import type { Shape } from './graph-def'
import type { ElementType, TypedValues } from './native-binding'

/** A tensor of the recording. Open dimensions are multiples of the sentinel (open-batch.ts). */
export interface SymbolicValue {
  readonly shape: Shape
  readonly dtype: ElementType
  /** The node's output `name:0`; a constant has none until an op uses it. */
  readonly output?: string
  /** The shape of `output` where it is smaller than `shape` and still to be broadcast. */
  readonly held: Shape
  /** The tensor that this one is a reshape of; the node is only made when an op needs it. */
  readonly base?: SymbolicValue
  /** A constant's elements. */
  readonly values?: TypedValues
}

export interface OpCall {
  readonly name: string
  readonly inputs: readonly SymbolicValue[]
  readonly attributes: ReadonlyMap<string, unknown>
  readonly outputs: number
}

export interface Inferred {
  readonly shape: Shape
  readonly dtype: ElementType
}

export function input(call: OpCall, index: number): SymbolicValue {
  const value = call.inputs[index]
  if (value === undefined) throw new Error(`TensorFlow's op ${call.name} was called without input ${index}.`)
  return value
}

/** The elements of an input that must be a constant, such as a reduction's axes. */
export function constantOf(call: OpCall, index: number): number[] {
  const { values } = input(call, index)
  if (values === undefined) throw new Error(`Input ${index} of TensorFlow's op ${call.name} is computed; it must be a constant.`)
  return Array.from(values)
}

export function numberAttribute(call: OpCall, name: string, fallback?: number): number {
  const value = call.attributes.get(name) ?? fallback
  if (typeof value !== 'number') throw new Error(`Attribute ${name} of TensorFlow's op ${call.name} is missing.`)
  return value
}

export function truthAttribute(call: OpCall, name: string): boolean {
  return call.attributes.get(name) === true
}

/** Counts a negative axis from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** NumPy's broadcasting. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1
    const right = b[i - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new Error(`Shapes [${a.join(', ')}] and [${b.join(', ')}] do not fit together.`)
    }
    return left === 1 ? right : left
  })
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}
