// Shape rules of the ops that rearrange, join, cut, repeat or look up. Spec: none (engine). Read next: shapes.ts.

import { countOf } from '../count-of'
import { type Inferred, type OpCall, axisOf, constantOf, input, numberAttribute } from './op-call'
import { INT32 } from './native-binding'

function one(shape: readonly number[], dtype: number): Inferred[] {
  return [{ shape, dtype }]
}

/** The requested shape with −1 worked out. */
function reshaped(call: OpCall): number[] {
  const requested = constantOf(call, 1)
  const known = requested.reduce((product, size) => (size === -1 ? product : product * size), 1)
  return requested.map((size) => (size === -1 ? countOf(input(call, 0).shape) / known : size))
}

function stridedSlice(call: OpCall): Inferred[] {
  const { shape, dtype } = input(call, 0)
  const [begin, end, strides] = [1, 2, 3].map((index) => constantOf(call, index)) as [number[], number[], number[]]
  const mask = (name: string, i: number): boolean => (numberAttribute(call, name, 0) & (1 << i)) !== 0
  if (numberAttribute(call, 'ellipsis_mask', 0) !== 0 || numberAttribute(call, 'new_axis_mask', 0) !== 0) {
    throw new Error('A strided slice with an ellipsis or a new axis is not recorded; reshape instead.')
  }
  const sizes: number[] = []
  shape.forEach((size, i) => {
    if (i >= begin.length) return sizes.push(size)
    if (mask('shrink_axis_mask', i)) return undefined
    const stride = strides[i] ?? 1
    const clamp = (value: number): number => Math.min(Math.max(axisOf(value, size), stride > 0 ? 0 : -1), stride > 0 ? size : size - 1)
    const from = mask('begin_mask', i) ? (stride > 0 ? 0 : size - 1) : clamp(begin[i] ?? 0)
    const to = mask('end_mask', i) ? (stride > 0 ? size : -1) : clamp(end[i] ?? size)
    return sizes.push(Math.max(0, Math.ceil((to - from) / stride)))
  })
  return one(sizes, dtype)
}

function gather(call: OpCall): Inferred[] {
  const { shape, dtype } = input(call, 0)
  const indices = input(call, 1).shape
  const axis = axisOf(constantOf(call, 2)[0] ?? 0, shape.length)
  const batchDims = numberAttribute(call, 'batch_dims', 0)
  return one([...shape.slice(0, axis), ...indices.slice(batchDims), ...shape.slice(axis + 1)], dtype)
}

function concat(call: OpCall): Inferred[] {
  const parts = call.inputs.slice(0, -1)
  const { shape, dtype } = input(call, 0)
  const axis = axisOf(constantOf(call, parts.length)[0] ?? 0, shape.length)
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0)
  return one(shape.map((size, i) => (i === axis ? total : size)), dtype)
}

function pack(call: OpCall): Inferred[] {
  const { shape, dtype } = input(call, 0)
  const axis = axisOf(numberAttribute(call, 'axis', 0), shape.length + 1)
  return one([...shape.slice(0, axis), call.inputs.length, ...shape.slice(axis)], dtype)
}

function unpack(call: OpCall): Inferred[] {
  const { shape, dtype } = input(call, 0)
  const axis = axisOf(numberAttribute(call, 'axis', 0), shape.length)
  return Array.from({ length: call.outputs }, () => ({ shape: shape.filter((_, i) => i !== axis), dtype }))
}

function splitV(call: OpCall): Inferred[] {
  const { shape, dtype } = input(call, 0)
  const axis = axisOf(constantOf(call, 2)[0] ?? 0, shape.length)
  return constantOf(call, 1).map((part) => ({ shape: shape.map((size, i) => (i === axis ? part : size)), dtype }))
}

function range(call: OpCall): Inferred[] {
  const [start, limit, delta] = [0, 1, 2].map((index) => constantOf(call, index)[0] ?? 0) as [number, number, number]
  return one([Math.max(0, Math.ceil((limit - start) / delta))], input(call, 0).dtype)
}

export const arrayRules: readonly [string, (call: OpCall) => readonly Inferred[]][] = [
  ['Reshape', (call) => one(reshaped(call), input(call, 0).dtype)],
  ['BroadcastTo', (call) => one(constantOf(call, 1), input(call, 0).dtype)],
  ['Fill', (call) => one(constantOf(call, 0), input(call, 1).dtype)],
  ['Transpose', (call) => one(constantOf(call, 1).map((axis) => input(call, 0).shape[axis] ?? 1), input(call, 0).dtype)],
  ['Slice', (call) => one(constantOf(call, 2), input(call, 0).dtype)],
  ['Tile', (call) => {
    const times = constantOf(call, 1)
    return one(input(call, 0).shape.map((size, i) => size * (times[i] ?? 1)), input(call, 0).dtype)
  }],
  ['ExpandDims', (call) => {
    const { shape, dtype } = input(call, 0)
    const axis = axisOf(constantOf(call, 1)[0] ?? 0, shape.length + 1)
    return one([...shape.slice(0, axis), 1, ...shape.slice(axis)], dtype)
  }],
  ['PadV2', (call) => {
    const paddings = constantOf(call, 1)
    return one(input(call, 0).shape.map((size, i) => size + (paddings[2 * i] ?? 0) + (paddings[2 * i + 1] ?? 0)), input(call, 0).dtype)
  }],
  ['OneHot', (call) => one([...input(call, 0).shape, constantOf(call, 1)[0] ?? 0], input(call, 2).dtype)],
  ['UnsortedSegmentSum', (call) => {
    const { shape, dtype } = input(call, 0)
    return one([constantOf(call, 2)[0] ?? 0, ...shape.slice(input(call, 1).shape.length)], dtype)
  }],
  ['GatherNd', (call) => {
    const { shape, dtype } = input(call, 0)
    const indices = input(call, 1).shape
    return one([...indices.slice(0, -1), ...shape.slice(indices[indices.length - 1] ?? 0)], dtype)
  }],
  ['TopKV2', (call) => {
    const { shape, dtype } = input(call, 0)
    const sizes = [...shape.slice(0, -1), constantOf(call, 1)[0] ?? 0]
    return [{ shape: sizes, dtype }, { shape: sizes, dtype: INT32 }]
  }],
  ['StridedSlice', stridedSlice],
  ['GatherV2', gather],
  ['ConcatV2', concat],
  ['Pack', pack],
  ['Unpack', unpack],
  ['SplitV', splitV],
  ['Range', range],
]
