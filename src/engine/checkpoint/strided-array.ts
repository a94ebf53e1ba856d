// A tensor is a view on a storage: an offset and a stride a dimension. Its numbers are gathered into row-major float32;
// where the view is row-major already, its bytes are read straight into the result. Read next: weights-file.ts.

import { check } from '../../contract/check'
import { countOf } from '../count-of'
import { BYTES_OF, toFloat32 } from './number-types'
import type { TorchTensor } from './torch-objects'

/** Bytes of a tensor's storage, from and length in bytes. */
export type ReadStorage = (from: number, length: number) => Uint8Array<ArrayBuffer>

/** A view may repeat numbers (stride 0); beyond this many, only views that do not are read. */
const MOST_REPEATED = 1 << 24

/** Numbers from the first to the last that the view touches, both included; 0 for an empty one. */
function span({ shape, stride }: TorchTensor): number {
  return shape.includes(0) ? 0 : 1 + shape.reduce((sum, size, d) => sum + (size - 1) * (stride[d] ?? 0), 0)
}

function isRowMajor({ shape, stride }: TorchTensor): boolean {
  let expected = 1
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && stride[d] !== expected) return false
    expected *= shape[d] ?? 1
  }
  return true
}

/** Refuses a tensor that reaches beyond its storage of so many bytes. */
export function checkView(where: string, name: string, tensor: TorchTensor, storageBytes: number): void {
  const room = storageBytes / BYTES_OF[tensor.type]
  const end = tensor.storage.first + tensor.offset + span(tensor)
  const count = countOf(tensor.shape)
  check(end <= room, () => `Tensor '${name}' in ${where} reaches to number ${end} of storage '${tensor.storage.key}', which has ${Math.floor(room)}; the file is damaged.`)
  check(count <= Math.max(room, MOST_REPEATED), () => `Tensor '${name}' in ${where} repeats the ${Math.floor(room)} numbers of its storage to ${count}; the file is damaged.`)
}

/** The tensor's numbers, row-major. */
export function readTensor(tensor: TorchTensor, read: ReadStorage): Float32Array {
  const bytes = BYTES_OF[tensor.type]
  const from = (tensor.storage.first + tensor.offset) * bytes
  const numbers = toFloat32(tensor.type, read(from, span(tensor) * bytes))
  return isRowMajor(tensor) ? numbers : gather(numbers, tensor.shape, tensor.stride)
}

function gather(numbers: Float32Array, shape: readonly number[], stride: readonly number[]): Float32Array {
  const result = new Float32Array(countOf(shape))
  const at = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let place = 0; place < result.length; place++) {
    result[place] = numbers[from] ?? Number.NaN
    for (let d = shape.length - 1; d >= 0; d--) {
      const next = (at[d] ?? 0) + 1
      from += stride[d] ?? 0
      if (next < (shape[d] ?? 0)) {
        at[d] = next
        break
      }
      at[d] = 0
      from -= next * (stride[d] ?? 0)
    }
  }
  return result
}
