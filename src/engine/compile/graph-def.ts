// TensorFlow's graph file: nodes with attributes, written as a SavedModel that tfjs-node can load and run.
// Field numbers are those of tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto.
// Spec: none (engine). Read next: graph.ts.

import { type Writer, protobufWriter } from './protobuf-writer'
import type { ElementType, TypedValues } from './native-binding'

/** −1 is a dimension that is known only at run time. */
export type Shape = readonly number[]

export type AttributeValue =
  | { readonly type: ElementType }
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly truth: boolean }
  | { readonly text: string }
  | { readonly shape: Shape }
  | { readonly integers: readonly number[] }
  /** `values` holds all elements, or one that fills the shape. */
  | { readonly tensor: { readonly dtype: ElementType; readonly shape: Shape; readonly values: TypedValues } }

export type Attributes = Readonly<Record<string, AttributeValue>>

export interface GraphNode {
  readonly name: string
  readonly op: string
  /** `node:output`, or `^node` for a node that must run before. */
  readonly inputs: readonly string[]
  readonly attributes: Attributes
}

/** The producer version of libtensorflow 2.15: newer libraries accept older producers. */
const PRODUCER = 1645

function writeShape(writer: Writer, shape: Shape): void {
  for (const size of shape) writer.message(2, () => writer.integer(1, size))
}

function writeAttribute(writer: Writer, value: AttributeValue): void {
  if ('type' in value) writer.integer(6, value.type)
  else if ('integer' in value) writer.integer(3, value.integer)
  else if ('float' in value) writer.float(4, value.float)
  else if ('truth' in value) writer.integer(5, value.truth ? 1 : 0)
  else if ('text' in value) writer.text(2, value.text)
  else if ('shape' in value) writer.message(7, () => writeShape(writer, value.shape))
  else if ('integers' in value) {
    writer.message(1, () => {
      for (const integer of value.integers) writer.integer(3, integer)
    })
  } else {
    const { dtype, shape, values } = value.tensor
    writer.message(8, () => {
      writer.integer(1, dtype)
      writer.message(2, () => writeShape(writer, shape))
      writeTensorValues(writer, values)
    })
  }
}

/** One value fills the shape when written in its typed field; several go as raw bytes. */
function writeTensorValues(writer: Writer, values: TypedValues): void {
  const first = values[0]
  if (values.length !== 1 || first === undefined) {
    writer.bytes(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  } else if (values instanceof Float32Array) writer.float(5, first)
  else if (values instanceof Int32Array) writer.integer(7, first)
  else writer.integer(11, first)
}

function writeNode(writer: Writer, node: GraphNode): void {
  writer.text(1, node.name)
  writer.text(2, node.op)
  for (const input of node.inputs) writer.text(3, input)
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.message(5, () => {
      writer.text(1, name)
      writer.message(2, () => writeAttribute(writer, value))
    })
  }
}

/** The bytes of `saved_model.pb`: one meta graph with the tag `serve`, without signatures or variable files. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const writer = protobufWriter()
  writer.integer(1, 1)
  writer.message(2, () => {
    writer.message(1, () => writer.text(4, 'serve'))
    writer.message(2, () => {
      for (const node of nodes) writer.message(1, () => writeNode(writer, node))
      writer.message(4, () => writer.integer(1, PRODUCER))
    })
  })
  return writer.finished()
}
