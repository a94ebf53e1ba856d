// One recorded op → graph nodes. Sizes that depend on the batch are computed at run time; broadcasts and reshapes wait
// until an op needs them, so that most vanish; a few ops go out under a newer name.
// Spec: none (engine). Read next: simplify.ts, open-batch.ts, shapes.ts.

import { WorkbenchError } from '../../contract/check'
import { countOf } from '../count-of'
import type { Attributes, AttributeValue, Shape } from './graph-def'
import { type Graph, integers, outputOf } from './graph'
import { modelLine } from './model-line'
import { INT32, type OpAttribute, nativeBackend } from './native-binding'
import { type BatchSource, containsOpen, firstOpen, isOpen, openSizes } from './open-batch'
import { type Inferred, type OpCall, type SymbolicValue, broadcastShape, constantOf, input, sameShape, truthAttribute } from './op-call'
import { BINARY_OPS, UNARY_OPS, inferShapes } from './shapes'
import { onBases, withoutNode } from './simplify'

export interface Emitter {
  /** The outputs of the call; nodes are added to the graph where needed. */
  emit(call: OpCall, attributes: readonly OpAttribute[]): SymbolicValue[]
  /** The graph output that holds the value in its full shape. */
  materialise(value: SymbolicValue): string
}

/** Inputs that are sizes or positions and may be computed at run time. */
const SIZE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Slice: [1, 2], StridedSlice: [1, 2], Tile: [1], SplitV: [1], Range: [0, 1], UnsortedSegmentSum: [2], OneHot: [1], StatelessRandomUniform: [0],
}
const NEWER_NAME: Readonly<Record<string, string>> = { Add: 'AddV2', Select: 'SelectV2' }

export function createEmitter(graph: Graph, batchSource: () => BatchSource): Emitter {
  /** The output as the node holds it, perhaps smaller than the value's shape. */
  const held = (value: SymbolicValue): string => {
    if (value.base !== undefined) return reshaped(value.base, value.shape)
    if (value.output !== undefined) return value.output
    const elements = value.values
    if (elements === undefined) throw new Error('A recorded value is neither a node nor a constant.')
    const open = firstOpen(elements)
    if (open !== undefined) {
      throw new WorkbenchError(
        `The training step cannot be compiled: it uses the number ${open}, which contains the batch size. ` +
          `Compute it from the row weights. ${modelLine()}`, 'work')
    }
    const kept = countOf(value.held) === 1 ? elements.slice(0, 1) : elements
    return graph.constant(value.dtype, value.held, kept)
  }

  const materialise = (value: SymbolicValue): string => {
    const output = held(value)
    if (value.base !== undefined || sameShape(value.held, value.shape)) return output
    const sizes = openSizes(graph, batchSource, value.shape, false)
    return graph.share('BroadcastTo', [output, sizes], { T: { type: value.dtype }, Tidx: { type: INT32 } })
  }

  const reshaped = (base: SymbolicValue, shape: Shape): string => {
    const sizes = shape.filter(isOpen).length === 1
      ? integers(graph, shape.map((size) => (isOpen(size) ? -1 : size)))
      : openSizes(graph, batchSource, shape, false)
    return graph.share('Reshape', [materialise(base), sizes], { T: { type: base.dtype }, Tshape: { type: INT32 } })
  }

  const sizeInput = (call: OpCall, index: number): string => {
    const { shape } = input(call, index)
    const sizes = constantOf(call, index)
    if (call.name !== 'Slice' || index !== 2) return openSizes(graph, batchSource, sizes, shape.length === 0)
    const begin = constantOf(call, 1)
    const full = input(call, 0).shape
    return openSizes(graph, batchSource, sizes.map((size, i) => (isOpen(size) && begin[i] === 0 && size === full[i] ? -1 : size)), false)
  }

  const node = (call: OpCall, attributes: Attributes, results: readonly Inferred[], elementwise: boolean): SymbolicValue[] => {
    const sizes = SIZE_INPUTS[call.name] ?? []
    const inputs = call.inputs.map((value, i) => (sizes.includes(i) && value.dtype === INT32 ? sizeInput(call, i) : elementwise ? held(value) : materialise(value)))
    const { op, attributes: written } = renamed(call, attributes)
    const first = graph.share(op, inputs, written)
    const shapes = elementwise ? [call.inputs.map((value) => value.held).reduce(broadcastShape)] : results.map((each) => each.shape)
    return results.map((result, i) => ({ ...result, held: shapes[i] ?? result.shape, output: outputOf(first, i) }))
  }

  const emitElementwise = (call: OpCall, attributes: Attributes, results: readonly Inferred[]): SymbolicValue[] => {
    const bases = onBases(call, (value, shape) => ({ shape, dtype: value.dtype, held: shape, output: reshaped(value.base ?? value, shape) }))
    if (bases === undefined) return node(call, attributes, results, true)
    const inner = inferShapes(bases)
    const [base] = emitElementwise(bases, attributes, inner)
    return results.map((result) => ({ ...result, held: result.shape, ...(base ? { base } : {}) }))
  }

  return {
    materialise,
    emit(call, attributes) {
      const results = inferShapes(call)
      const known = withoutNode(call, results)
      if (known) return [known]
      const written: Attributes = Object.fromEntries(attributes.map(translate))
      if (UNARY_OPS.has(call.name) || BINARY_OPS.has(call.name)) return emitElementwise(call, written, results)
      const select = call.name === 'Select' && sameShape(input(call, 0).shape, input(call, 1).shape)
      return node(call, written, results, select)
    },
  }
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
