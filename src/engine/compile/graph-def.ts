// TensorFlow's graph file: nodes with attributes, written as a SavedModel that tfjs-node can load and run.
// Field numbers are those of tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto.
// Spec: none (engine). Read next: graph.ts.

import { type Message, finished, message, writeBytes, writeFloat, writeInteger, writeMessage, writeText } from './protobuf-writer'
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

function writeShape(target: Message, shape: Shape): void {
  for (const size of shape) writeMessage(target, 2, (dimension) => writeInteger(dimension, 1, size))
}

function writeAttribute(target: Message, value: AttributeValue): void {
  if ('type' in value) writeInteger(target, 6, value.type)
  else if ('integer' in value) writeInteger(target, 3, value.integer)
  else if ('float' in value) writeFloat(target, 4, value.float)
  else if ('truth' in value) writeInteger(target, 5, value.truth ? 1 : 0)
  else if ('text' in value) writeText(target, 2, value.text)
  else if ('shape' in value) writeMessage(target, 7, (shape) => writeShape(shape, value.shape))
  else if ('integers' in value) {
    writeMessage(target, 1, (list) => {
      for (const integer of value.integers) writeInteger(list, 3, integer)
    })
  } else {
    const { dtype, shape, values } = value.tensor
    writeMessage(target, 8, (tensor) => {
      writeInteger(tensor, 1, dtype)
      writeMessage(tensor, 2, (inner) => writeShape(inner, shape))
      writeTensorValues(tensor, values)
    })
  }
}

/** One value fills the shape when written in its typed field; several go as raw bytes. */
function writeTensorValues(tensor: Message, values: TypedValues): void {
  const first = values[0]
  if (values.length !== 1 || first === undefined) {
    writeBytes(tensor, 4, new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)))
  } else if (values instanceof Float32Array) writeFloat(tensor, 5, first)
  else if (values instanceof Int32Array) writeInteger(tensor, 7, first)
  else writeInteger(tensor, 11, first)
}

function writeNode(target: Message, node: GraphNode): void {
  writeText(target, 1, node.name)
  writeText(target, 2, node.op)
  for (const input of node.inputs) writeText(target, 3, input)
  for (const [name, value] of Object.entries(node.attributes)) {
    writeMessage(target, 5, (entry) => {
      writeText(entry, 1, name)
      writeMessage(entry, 2, (inner) => writeAttribute(inner, value))
    })
  }
}

/** The bytes of `saved_model.pb`: one meta graph with the tag `serve`, without signatures or variable files. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const root = message()
  writeInteger(root, 1, 1)
  writeMessage(root, 2, (meta) => {
    writeMessage(meta, 1, (info) => writeText(info, 4, 'serve'))
    writeMessage(meta, 2, (graph) => {
      for (const node of nodes) writeMessage(graph, 1, (inner) => writeNode(inner, node))
      writeMessage(graph, 4, (versions) => writeInteger(versions, 1, PRODUCER))
    })
  })
  return finished(root)
}
