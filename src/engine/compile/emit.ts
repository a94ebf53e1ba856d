// One recorded op → graph nodes. Shape arguments with an open size are computed at run time, broadcasts wait until an op
// needs them, ops that change nothing vanish, and a few ops go out under a faster name.
// Spec: none (engine). Read next: open-batch.ts, shapes.ts.

import { WorkbenchError } from '../../contract/check'
import type { Attributes, AttributeValue, Shape } from './graph-def'
import { type Graph, integers, outputOf } from './graph'
import { modelLine } from './model-line'
import { type ElementType, FLOAT, INT32, type OpAttribute, type TypedValues, nativeBackend } from './native-binding'
import { type BatchSource, containsOpen, firstOpen, isOpen, openSizes } from './open-batch'
import {
  type Inferred, type OpCall, type SymbolicValue, broadcastShape, constantOf, input, sameShape, sizeOf, truthAttribute,
} from './op-call'
import { BINARY_OPS, UNARY_OPS, inferShapes } from './shapes'

export interface Emitter {
  /** The outputs of the call; nodes are added to the graph where needed. */
  emit(call: OpCall, attributes: readonly OpAttribute[]): SymbolicValue[]
  /** The graph output that holds the value in its full shape. */
  materialise(value: SymbolicValue): string
}

/** Inputs that are sizes or positions and may be computed at run time. */
const SIZE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Reshape: [1], BroadcastTo: [1], Fill: [0], Slice: [1, 2], StridedSlice: [1, 2], Tile: [1], SplitV: [1], Range: [0, 1],
  UnsortedSegmentSum: [2], OneHot: [1], StatelessRandomUniform: [0],
}
/** Attributes that eager calls leave to TensorFlow but a graph must state. */
const MISSING: Readonly<Record<string, Attributes>> = {
  ExpandDims: { Tdim: { type: INT32 } },
}
const NEWER_NAME: Readonly<Record<string, string>> = { Add: 'AddV2', Select: 'SelectV2' }

export function createEmitter(graph: Graph, batchSource: () => BatchSource): Emitter {
  /** The output as the node holds it, perhaps smaller than the value's shape. */
  const held = (value: SymbolicValue): string => {
    if (value.output !== undefined) return value.output
    const elements = value.values
    if (elements === undefined) throw new Error('A recorded value is neither a node nor a constant.')
    const open = firstOpen(elements)
    if (open !== undefined) {
      throw new WorkbenchError(
        `The training step cannot be compiled: it uses the number ${open}, which contains the batch size. ` +
          `Compute it from the row weights. ${modelLine()}`, 'work')
    }
    const kept = sizeOf(value.held) === 1 ? elements.slice(0, 1) : elements
    return graph.constant(value.dtype, value.held, kept)
  }

  const materialise = (value: SymbolicValue): string => {
    const output = held(value)
    if (sameShape(value.held, value.shape)) return output
    const sizes = openSizes(graph, batchSource, value.shape, false)
    return graph.share('BroadcastTo', [output, sizes], { T: { type: value.dtype }, Tidx: { type: INT32 } })
  }

  const sizeInput = (call: OpCall, index: number, results: readonly Inferred[]): string => {
    const { shape } = input(call, index)
    const sizes = call.name === 'Reshape' ? [...(results[0]?.shape ?? [])] : constantOf(call, index)
    if (call.name === 'Reshape' && sizes.filter(isOpen).length === 1) {
      return integers(graph, sizes.map((size) => (isOpen(size) ? -1 : size)))
    }
    if (call.name === 'Slice' && index === 2) {
      const begin = constantOf(call, 1)
      const full = input(call, 0).shape
      return openSizes(graph, batchSource, sizes.map((size, i) => (isOpen(size) && begin[i] === 0 && size === full[i] ? -1 : size)), false)
    }
    return openSizes(graph, batchSource, sizes, shape.length === 0)
  }

  const node = (call: OpCall, attributes: readonly OpAttribute[], results: readonly Inferred[], elementwise: boolean): SymbolicValue[] => {
    const sizes = SIZE_INPUTS[call.name] ?? []
    const inputs = call.inputs.map((value, i) => (sizes.includes(i) ? sizeInput(call, i, results) : elementwise ? held(value) : materialise(value)))
    const translated = renamed(call, { ...Object.fromEntries(attributes.map(translate)), ...missingAttributes(call) })
    const first = graph.share(translated.op, inputs, translated.attributes)
    const shapes = elementwise ? [call.inputs.map((value) => value.held).reduce(broadcastShape)] : results.map((each) => each.shape)
    return results.map((result, i) => ({ ...result, held: shapes[i] ?? result.shape, output: outputOf(first, i) }))
  }

  return {
    materialise,
    emit(call, attributes) {
      const results = inferShapes(call)
      const unchanged = withoutEffect(call, results)
      if (unchanged) return [unchanged]
      if (call.name === 'BroadcastTo') {
        const value = input(call, 0)
        return results.map((result) => ({ ...value, shape: result.shape }))
      }
      if (call.name === 'Fill') {
        const value = input(call, 1)
        return results.map((result) => ({ ...value, shape: result.shape }))
      }
      if (call.name === 'Shape') {
        const sizes = Int32Array.from(input(call, 0).shape)
        return results.map((result) => ({ ...result, held: result.shape, values: sizes }))
      }
      if (call.name === 'OnesLike' || call.name === 'ZerosLike') {
        const elements = filledWith(call.name === 'OnesLike' ? 1 : 0, input(call, 0).dtype)
        return results.map((result) => ({ ...result, held: [], values: elements }))
      }
      const elementwise = UNARY_OPS.has(call.name) || BINARY_OPS.has(call.name) || (call.name === 'Select' && sameShape(input(call, 0).shape, input(call, 1).shape))
      return node(call, attributes, results, elementwise)
    },
  }
}

/** The input itself where the op changes nothing. */
function withoutEffect(call: OpCall, results: readonly Inferred[]): SymbolicValue | undefined {
  const [result] = results
  const value = call.inputs[0]
  if (result === undefined || value === undefined) return undefined
  if (call.name === 'Reshape' || call.name === 'ExpandDims') {
    if (sameShape(result.shape, value.shape)) return value
    // A single number broadcast to any shape is the same as one broadcast to another shape.
    return value.held.length === 0 && value.shape.length > 0 ? { ...value, shape: result.shape } : undefined
  }
  if (call.name === 'Transpose') return constantOf(call, 1).every((axis, i) => axis === i) ? value : undefined
  if (call.name === 'Cast') return result.dtype === value.dtype ? value : undefined
  if (call.name === 'Tile') {
    const repeats = constantOf(call, 1)
    return value.shape.every((size, i) => size === 1 || repeats[i] === 1) ? { ...value, shape: result.shape } : undefined
  }
  if (call.name === 'Sum' || call.name === 'Max') return input(call, 1).values?.length === 0 ? value : undefined
  if (call.name === 'Mul' || call.name === 'RealDiv') return timesOne(call, result)
  return undefined
}

/** x · 1 and x / 1, which tfjs's gradients are full of. */
function timesOne(call: OpCall, result: Inferred): SymbolicValue | undefined {
  const [a, b] = call.inputs
  if (a === undefined || b === undefined || a.dtype !== b.dtype) return undefined
  const isOne = (value: SymbolicValue): boolean => value.held.length === 0 && value.values?.[0] === 1 && value.output === undefined
  if (isOne(b)) return { ...a, shape: result.shape }
  return isOne(a) && call.name === 'Mul' ? { ...b, shape: result.shape } : undefined
}

function filledWith(value: number, dtype: ElementType): TypedValues {
  return dtype === FLOAT ? Float32Array.of(value) : dtype === INT32 ? Int32Array.of(value) : Uint8Array.of(value)
}

function missingAttributes(call: OpCall): Attributes {
  const extra = MISSING[call.name] ?? {}
  return call.name === 'ExpandDims' ? { T: { type: input(call, 0).dtype }, ...extra } : extra
}

function renamed(call: OpCall, attributes: Attributes): { op: string; attributes: Attributes } {
  if (call.name === 'BatchMatMulV2' && call.inputs.every((value) => value.shape.length === 2)) {
    const transposed = { transpose_a: { truth: truthAttribute(call, 'adj_x') }, transpose_b: { truth: truthAttribute(call, 'adj_y') } }
    return { op: 'MatMul', attributes: { T: { type: input(call, 0).dtype }, ...transposed } }
  }
  return { op: NEWER_NAME[call.name] ?? call.name, attributes }
}

function translate(attribute: OpAttribute): [string, AttributeValue] {
  const { binding } = nativeBackend()
  const { name, type, value } = attribute
  if (type === binding.TF_ATTR_TYPE && typeof value === 'number') return [name, { type: value }]
  if (type === binding.TF_ATTR_INT && typeof value === 'number') {
    if (containsOpen(value)) throw new WorkbenchError(`The training step cannot be compiled: attribute ${name} contains the batch size. ${modelLine()}`, 'work')
    return [name, { integer: value }]
  }
  if (type === binding.TF_ATTR_FLOAT && typeof value === 'number') return [name, { float: value }]
  if (type === binding.TF_ATTR_BOOL && typeof value === 'boolean') return [name, { truth: value }]
  if (type === binding.TF_ATTR_STRING && typeof value === 'string') return [name, { text: value }]
  if (type === binding.TF_ATTR_SHAPE && Array.isArray(value)) return [name, { shape: value as Shape }]
  throw new Error(`Attribute ${name} of a recorded op has a type that is not written: ${String(value)}`)
}
