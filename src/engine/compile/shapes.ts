// What shape and type each TensorFlow op gives: element-wise ops, products and reductions. Ops that move elements about
// are in shapes-arrays.ts. Tests compare every rule with the real op (exec mode of record.ts). Spec: none (engine).

import { arrayRules } from './shapes-arrays'
import { type Inferred, type OpCall, axisOf, broadcastShape, constantOf, input, numberAttribute, truthAttribute } from './op-call'
import { BOOL, FLOAT, INT32 } from './native-binding'

export type ShapeRule = (call: OpCall) => readonly Inferred[]

const like: ShapeRule = (call) => [{ shape: input(call, 0).shape, dtype: input(call, 0).dtype }]
const predicate: ShapeRule = (call) => [{ shape: input(call, 0).shape, dtype: BOOL }]
const broadcasting: ShapeRule = (call) => [
  { shape: broadcastShape(input(call, 0).shape, input(call, 1).shape), dtype: input(call, 0).dtype },
]
const comparison: ShapeRule = (call) => [
  { shape: broadcastShape(input(call, 0).shape, input(call, 1).shape), dtype: BOOL },
]

const reduction: ShapeRule = (call) => {
  const { shape, dtype } = input(call, 0)
  const axes = new Set(constantOf(call, 1).map((axis) => axisOf(axis, shape.length)))
  const reduced = truthAttribute(call, 'keep_dims')
    ? shape.map((size, i) => (axes.has(i) ? 1 : size))
    : shape.filter((_, i) => !axes.has(i))
  return [{ shape: reduced, dtype }]
}

const argument: ShapeRule = (call) => {
  const { shape } = input(call, 0)
  const axis = axisOf(constantOf(call, 1)[0] ?? 0, shape.length)
  return [{ shape: shape.filter((_, i) => i !== axis), dtype: numberAttribute(call, 'output_type', INT32) }]
}

function product(transposeFirst: string, transposeSecond: string): ShapeRule {
  return (call) => {
    const a = input(call, 0)
    const b = input(call, 1)
    const [rowsA = 1, columnsA = 1] = a.shape.slice(-2)
    const [rowsB = 1, columnsB = 1] = b.shape.slice(-2)
    const [rows, inner] = truthAttribute(call, transposeFirst) ? [columnsA, rowsA] : [rowsA, columnsA]
    const [innerB, columns] = truthAttribute(call, transposeSecond) ? [columnsB, rowsB] : [rowsB, columnsB]
    if (inner !== innerB) throw new Error(`Matrices [${a.shape.join(', ')}] and [${b.shape.join(', ')}] cannot be multiplied.`)
    return [{ shape: [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns], dtype: a.dtype }]
  }
}

function rules(names: string, rule: ShapeRule): [string, ShapeRule][] {
  return names.split(' ').map((name) => [name, rule])
}

/** Ops applied to each element; their inputs may stay un-broadcast. */
export const UNARY_OPS = new Set(
  ('Abs Neg Sqrt Rsqrt Square Exp Expm1 Log Log1p Erf Tanh Sigmoid Softplus Relu Relu6 Elu Floor Ceil Round Sign Reciprocal ' +
    'Sin Cos OnesLike ZerosLike IsNan IsInf IsFinite LogicalNot Cast').split(' ')
)
export const BINARY_OPS = new Set(
  ('Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv FloorMod Maximum Minimum Pow SquaredDifference ' +
    'Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr').split(' ')
)

const RULES: ReadonlyMap<string, ShapeRule> = new Map<string, ShapeRule>([
  ...rules('Abs Neg Sqrt Rsqrt Square Exp Expm1 Log Log1p Erf Tanh Sigmoid Softplus Relu Relu6 Elu Floor Ceil Round Sign', like),
  ...rules('Reciprocal Sin Cos OnesLike ZerosLike Softmax LogSoftmax Identity DeepCopy Cumsum Reverse ReverseV2 AddN', like),
  ...rules('ReluGrad RsqrtGrad SqrtGrad TanhGrad SigmoidGrad SoftplusGrad BiasAdd', like),
  ...rules('IsNan IsInf IsFinite LogicalNot', predicate),
  ...rules('Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv FloorMod Maximum Minimum Pow SquaredDifference', broadcasting),
  ...rules('Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr', comparison),
  ...rules('Sum Mean Max Min Prod All Any', reduction),
  ...rules('ArgMax ArgMin', argument),
  ['Cast', (call) => [{ shape: input(call, 0).shape, dtype: numberAttribute(call, 'DstT') }]],
  ['Select', (call) => [{ shape: input(call, 1).shape, dtype: input(call, 1).dtype }]],
  ['SelectV2', (call) => [
    {
      shape: broadcastShape(input(call, 0).shape, broadcastShape(input(call, 1).shape, input(call, 2).shape)),
      dtype: input(call, 1).dtype,
    },
  ]],
  ['MatMul', product('transpose_a', 'transpose_b')],
  ['BatchMatMulV2', product('adj_x', 'adj_y')],
  ['Shape', (call) => [{ shape: [input(call, 0).shape.length], dtype: INT32 }]],
  ['L2Loss', (call) => [{ shape: [], dtype: input(call, 0).dtype }]],
  ['BiasAddGrad', (call) => [{ shape: input(call, 0).shape.slice(-1), dtype: FLOAT }]],
  ['StatelessRandomUniform', (call) => [{ shape: constantOf(call, 0), dtype: FLOAT }]],
  ...arrayRules,
])

/** Shapes and types of a call's outputs; an op without a rule is refused by name. */
export function inferShapes(call: OpCall): readonly Inferred[] {
  const rule = RULES.get(call.name)
  if (rule === undefined) {
    throw new Error(`TensorFlow's op ${call.name} has no shape rule; add one to src/engine/compile/shapes.ts and test it.`)
  }
  return rule(call)
}
