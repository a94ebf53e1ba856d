// The part of TensorFlow.js' native binding that the compiled engine uses. It is private to tfjs-node (pinned to 4.22):
// nothing outside this folder touches it. Spec: none (engine). Read next: record.ts, session.ts.

import * as tf from '@tensorflow/tfjs-core'
import { WorkbenchError } from '../../contract/check'

/** TensorFlow's numbers of the element types in use. */
export const FLOAT = 1
export const INT32 = 3
export const BOOL = 10
export const RESOURCE = 20
export type ElementType = number

export type TypedValues = Float32Array | Int32Array | Uint8Array

export interface OpAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

export interface TensorMetadata {
  readonly id: number
  readonly shape: number[]
  readonly dtype: ElementType
}

export interface NativeBinding {
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  /** TensorFlow's version. */
  readonly TF_Version?: string
  createTensor(shape: readonly number[], dtype: ElementType, values: TypedValues): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): TypedValues
  executeOp(name: string, attributes: readonly OpAttribute[], inputIds: readonly number[], outputs: number): TensorMetadata[]
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(id: number, inputIds: readonly number[], inputNames: string, outputNames: string): TensorMetadata[]
  getNumOfTensors(): number
}

/** What the recorder needs of tfjs-node's NodeJSKernelBackend. */
export interface NativeBackend {
  binding: NativeBinding
  readonly isUsingGpuDevice: boolean
  createOutputTensor(metadata: TensorMetadata): tf.Tensor
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[]
  move(dataId: object, values: unknown, shape: number[], dtype: tf.DataType, refCount: number): void
}

/** The registered native backend, or undefined where tfjs-node's library is not loaded. */
export function findNativeBackend(): NativeBackend | undefined {
  const backend: unknown = tf.findBackend('tensorflow')
  if (typeof backend !== 'object' || backend === null || !('binding' in backend)) return undefined
  return backend as unknown as NativeBackend
}

/** The native backend, or an error that names the way out. */
export function nativeBackend(): NativeBackend {
  const backend = findNativeBackend()
  if (backend === undefined) {
    throw new WorkbenchError(
      "The compiled engine needs TensorFlow's native library, which is not loaded. " +
        'Run `npm run setup`, or use plain TensorFlow.js with --set engine=eager.'
    )
  }
  return backend
}

/** Runs one TensorFlow op on tensors of the native backend; while recording, it is recorded. */
export function executeNativeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor {
  const backend = nativeBackend()
  const [output] = backend.binding.executeOp(name, attributes, backend.getInputTensorIds(inputs), 1)
  if (output === undefined) throw new Error(`TensorFlow's op ${name} gave no output.`)
  return backend.createOutputTensor(output)
}

export function typeAttribute(name: string, type: ElementType): OpAttribute {
  return { name, type: nativeBackend().binding.TF_ATTR_TYPE, value: type }
}
