// Opens a file of weights of any origin: torch.save as zip or in its legacy form, or safetensors. Names, types and shapes
// are known at once; numbers are read array by array, so that a gigabyte is never in memory twice (spec 8).
// Read next: torch-zip.ts, name-rules.ts, import-weights.ts.

import type { NumberType } from './number-types'
import { type RangedFile, openRanged } from './ranged-file'
import { safetensorsArrays } from './safetensors-arrays'
import { findStateDict } from './state-dict'
import { checkView, readTensor } from './strided-array'
import { LEGACY_START, openTorchLegacy } from './torch-legacy'
import { type TorchArchive, openTorchZip } from './torch-zip'

export interface StoredWeights {
  /** As the file says it. */
  readonly name: string
  readonly type: NumberType
  readonly shape: readonly number[]
  /** Arrays of the same storage share their numbers (tied weights). */
  readonly storage: string
  /** Its numbers, row-major, as float32. Throws a WorkbenchError where the file is damaged. */
  read(): Float32Array
}

export interface WeightsFile {
  readonly path: string
  readonly format: 'torch.save (zip)' | 'torch.save (legacy)' | 'safetensors'
  readonly sizeBytes: number
  readonly arrays: readonly StoredWeights[]
  /** Key of the training script's dictionary that the weights were under, or null. */
  readonly wrapper: string | null
  /** What else the file holds, by key. */
  readonly beside: readonly string[]
  /** Of safetensors files. */
  readonly metadata: Readonly<Record<string, string>>
  close(): void
}

/** Reads names, types and shapes. Throws a WorkbenchError if the file is missing, damaged, of another kind, or asks to run code. */
export function openWeights(path: string): WeightsFile {
  const file = openRanged(path)
  try {
    return openAny(file)
  } catch (error) {
    file.close()
    throw error
  }
}

/** Opens, uses and closes. */
export function withWeights<T>(path: string, use: (weights: WeightsFile) => T): T {
  const weights = openWeights(path)
  try {
    return use(weights)
  } finally {
    weights.close()
  }
}

function openAny(file: RangedFile): WeightsFile {
  const start = file.read(0, Math.min(4, file.sizeBytes), 'the first bytes')
  if (start[0] === 0x50 && start[1] === 0x4b) return torchFile(file, 'torch.save (zip)', openTorchZip(file))
  if (start.length === 4 && LEGACY_START.every((byte, i) => start[i] === byte)) return torchFile(file, 'torch.save (legacy)', openTorchLegacy(file))
  const { arrays, metadata } = safetensorsArrays(file)
  return { path: file.path, format: 'safetensors', sizeBytes: file.sizeBytes, arrays, wrapper: null, beside: [], metadata, close: () => file.close() }
}

function torchFile(file: RangedFile, format: WeightsFile['format'], archive: TorchArchive): WeightsFile {
  const where = `'${file.path}'`
  const { tensors, wrapper, beside } = findStateDict(where, archive.root)
  const arrays = [...tensors].map(([name, tensor]): StoredWeights => {
    const { storage, type, shape } = tensor
    checkView(where, name, tensor, archive.storageBytes(storage))
    return {
      name, type, shape, storage: `${storage.key}+${storage.first + tensor.offset}`,
      read: () => readTensor(tensor, (from, length) => archive.readStorage(storage, from, length))
    }
  })
  return { path: file.path, format, sizeBytes: file.sizeBytes, arrays, wrapper, beside, metadata: {}, close: () => file.close() }
}
