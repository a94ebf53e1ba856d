// Recorded ops that need no node of their own: those that change nothing, constants, reshapes and broadcasts, which are
// only noted; and element-wise ops that can run on the tensors before a reshape. Spec: none (engine). Read next: emit.ts.

import { type ElementType, FLOAT, INT32, type TypedValues } from './native-binding'
import { type Inferred, type OpCall, type SymbolicValue, constantOf, input, sameShape } from './op-call'
import type { Shape } from './graph-def'

/** The result where it can be said without a node. */
export function withoutNode(call: OpCall, results: readonly Inferred[]): SymbolicValue | undefined {
  const [result] = results
  if (result === undefined) return undefined
  switch (call.name) {
    case 'BroadcastTo': return repeated(input(call, 0), result.shape)
    case 'Fill': return repeated(input(call, 1), result.shape)
    case 'Shape': return { ...result, held: result.shape, values: Int32Array.from(input(call, 0).shape) }
    case 'OnesLike': return { ...result, held: [], values: filledWith(1, result.dtype) }
    case 'ZerosLike': return { ...result, held: [], values: filledWith(0, result.dtype) }
    case 'Reshape':
    case 'ExpandDims': return reshape(input(call, 0), result.shape)
    case 'Transpose': return unless(constantOf(call, 1).some((axis, i) => axis !== i), input(call, 0))
    case 'Cast': return unless(result.dtype !== input(call, 0).dtype, input(call, 0))
    case 'Tile': return tile(input(call, 0), constantOf(call, 1), result.shape)
    case 'Sum':
    case 'Max': return unless(constantOf(call, 1).length > 0, input(call, 0))
    case 'Mul':
    case 'RealDiv': return timesOne(call, result)
    default: return undefined
  }
}

function unless(changes: boolean, value: SymbolicValue): SymbolicValue | undefined {
  return changes ? undefined : value
}

function filledWith(value: number, dtype: ElementType): TypedValues {
  return dtype === FLOAT ? Float32Array.of(value) : dtype === INT32 ? Int32Array.of(value) : Uint8Array.of(value)
}

/** The value broadcast to a shape. A reshape in between must happen first, so it is not looked through. */
function repeated(value: SymbolicValue, shape: Shape): SymbolicValue | undefined {
  if (sameShape(value.shape, shape)) return value
  return value.base === undefined ? { ...value, shape } : undefined
}

function tile(value: SymbolicValue, times: readonly number[], shape: Shape): SymbolicValue | undefined {
  return value.shape.every((size, i) => size === 1 || times[i] === 1) ? repeated(value, shape) : undefined
}

function reshape(value: SymbolicValue, shape: Shape): SymbolicValue {
  const base = value.base ?? value
  if (sameShape(shape, base.shape)) return base
  // A single number broadcast to any shape is the same as one broadcast to another shape.
  if (base.held.length === 0 && base.shape.length > 0) return { ...base, shape }
  return { shape, dtype: value.dtype, held: shape, base }
}

function isScalar(value: SymbolicValue): boolean {
  return value.base === undefined && value.held.length === 0
}

/** x · 1 and x / 1, which tfjs's gradients are full of. */
function timesOne(call: OpCall, result: Inferred): SymbolicValue | undefined {
  const [a, b] = call.inputs
  if (a === undefined || b === undefined || a.dtype !== b.dtype) return undefined
  const isOne = (value: SymbolicValue): boolean => isScalar(value) && value.output === undefined && value.values?.[0] === 1
  if (isOne(b)) return repeated(a, result.shape)
  return isOne(a) && call.name === 'Mul' ? repeated(b, result.shape) : undefined
}

/**
 * An element-wise call on the tensors before their reshape, where all inputs allow it: reshaped from one shape, or a
 * single number, or a vector along the last axis that both shapes share. The result has to be reshaped afterwards.
 */
export function onBases(call: OpCall, reshapeNow: (value: SymbolicValue, shape: Shape) => SymbolicValue): OpCall | undefined {
  const leader = call.inputs.find((value) => value.base !== undefined)
  const base = leader?.base
  if (leader === undefined || base === undefined) return undefined
  const last = leader.shape[leader.shape.length - 1]
  const inputs: SymbolicValue[] = []
  for (const value of call.inputs) {
    if (value.base !== undefined && sameShape(value.base.shape, base.shape) && sameShape(value.shape, leader.shape)) inputs.push(value.base)
    else if (isScalar(value)) inputs.push({ ...value, shape: [] })
    else if (value.base === undefined && value.shape.length === 1 && value.shape[0] === last && base.shape[base.shape.length - 1] === last) inputs.push(value)
    else if (sameShape(value.shape, leader.shape)) inputs.push(reshapeNow(value, base.shape))
    else return undefined
  }
  return { ...call, inputs }
}
