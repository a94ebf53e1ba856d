// The header of a safetensors file: an 8-byte length and a JSON object that says where each tensor lies (spec section 8).
// Read next: safetensors.ts, which reads and writes the engine's own files; safetensors-arrays.ts, which reads files of any origin.

import { WorkbenchError, check } from '../../contract/check'
import { countOf } from '../count-of'
import { BYTES_OF, type NumberType } from './number-types'
import type { RangedFile } from './ranged-file'

/** The format's names of number types. */
export const SAFETENSORS_TYPES = {
  F32: 'float32', F64: 'float64', F16: 'float16', BF16: 'bfloat16', I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U8: 'uint8', BOOL: 'bool'
} as const satisfies Readonly<Record<string, NumberType>>

export type SafetensorsType = keyof typeof SAFETENSORS_TYPES

export interface PlacedTensor<T extends SafetensorsType = SafetensorsType> {
  readonly dtype: T
  readonly shape: readonly number[]
  /** Position of its first number in the file, in bytes. */
  readonly start: number
  readonly bytes: number
}

export interface SafetensorsHeader<T extends SafetensorsType = SafetensorsType> {
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, PlacedTensor<T>>
  readonly metadata: Readonly<Record<string, string>>
}

const LARGEST_HEADER = 100_000_000

/**
 * Reads and checks the header. `readable`: number types that the caller can use. `otherwise` ends the messages about a file that
 * is of another kind. Throws a WorkbenchError if the file is cut short, damaged, of another kind, or holds another type.
 */
export function readHeader<T extends SafetensorsType>(file: RangedFile, readable: readonly T[], otherwise = 'no safetensors file'): SafetensorsHeader<T> {
  const { path, sizeBytes } = file
  check(sizeBytes >= 8, () => `'${path}' has ${sizeBytes} bytes; a safetensors file has at least 8. It is cut short or ${otherwise}.`)
  const length = Number(new DataView(file.read(0, 8, 'the length of the header').buffer).getBigUint64(0, true))
  check(length <= LARGEST_HEADER && 8 + length <= sizeBytes, () => `'${path}' announces a header of ${length} bytes but has ${sizeBytes}; it is cut short or ${otherwise}.`)
  const tensors = new Map<string, PlacedTensor<T>>()
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(parsed(path, new TextDecoder().decode(file.read(8, length, 'the header')), otherwise))) {
    if (name === '__metadata__') metadata = Object.fromEntries(Object.entries(value ?? {}).map(([key, text]) => [key, String(text)]))
    else tensors.set(name, placed(file, name, value, readable, 8 + length))
  }
  return { tensors, metadata }
}

function parsed(path: string, text: string, otherwise: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text)
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Record<string, unknown>
  } catch {
    // Said below, together with headers that are JSON but no object.
  }
  throw new WorkbenchError(`The header of '${path}' is not a JSON object; the file is damaged or ${otherwise}.`)
}

function placed<T extends SafetensorsType>(file: RangedFile, name: string, value: unknown, readable: readonly T[], base: number): PlacedTensor<T> {
  const { dtype: given, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown }
  const dtype = readable.find((type) => type === given)
  check(dtype !== undefined, () => `Tensor '${name}' in '${file.path}' has dtype ${String(given)}; readable are ${readable.join(', ')}.`)
  check(Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && Number(size) >= 0), () =>
    `Tensor '${name}' in '${file.path}' has the shape ${JSON.stringify(shape)}; whole numbers are allowed.`)
  const sizes = shape as number[]
  const [start, end] = Array.isArray(offsets) ? offsets.map(Number) : []
  const bytes = countOf(sizes) * BYTES_OF[SAFETENSORS_TYPES[dtype]]
  check(start !== undefined && end !== undefined && start >= 0 && end - start === bytes && base + end <= file.sizeBytes, () =>
    `Tensor '${name}' in '${file.path}' needs ${bytes} bytes at ${JSON.stringify(offsets)} behind byte ${base}, but the file has ${file.sizeBytes}; it is cut short or damaged. Copy it again.`)
  return { dtype, shape: sizes, start: base + start, bytes }
}
