// The arrays of a safetensors file of any origin, read one by one; also of number types that the engine itself does not
// write. Read next: weights-file.ts; safetensors.ts is the engine's own reader and writer.

import { toFloat32 } from './number-types'
import type { RangedFile } from './ranged-file'
import { SAFETENSORS_TYPES, type SafetensorsType, readHeader } from './safetensors-header'
import type { StoredWeights } from './weights-file'

const READABLE = Object.keys(SAFETENSORS_TYPES) as SafetensorsType[]

export function safetensorsArrays(file: RangedFile): { arrays: StoredWeights[]; metadata: Readonly<Record<string, string>> } {
  const { tensors, metadata } = readHeader(file, READABLE, 'neither a file of torch.save (zip or legacy) nor safetensors')
  const arrays = [...tensors].map(([name, { dtype, shape, start, bytes }]): StoredWeights => {
    const type = SAFETENSORS_TYPES[dtype]
    return { name, type, shape, storage: `${start}`, read: () => toFloat32(type, file.read(start, bytes, `tensor '${name}'`)) }
  })
  return { arrays, metadata }
}
