// The arrays of a safetensors file of any origin, read one by one; also of number types that the engine itself does not
// write. Read next: weights-file.ts; safetensors.ts is the engine's own reader and writer.

import { WorkbenchError, check } from '../../contract/check'
import { BYTES_OF, type NumberType, countOf, toFloat32 } from './number-types'
import type { RangedFile } from './ranged-file'
import type { StoredWeights } from './weights-file'

const TYPES: Readonly<Record<string, NumberType>> = {
  F32: 'float32', F64: 'float64', F16: 'float16', BF16: 'bfloat16', I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U8: 'uint8', BOOL: 'bool'
}
const LARGEST_HEADER = 100_000_000

export function safetensorsArrays(file: RangedFile): { arrays: StoredWeights[]; metadata: Readonly<Record<string, string>> } {
  check(file.sizeBytes >= 8, () => `'${file.path}' has ${file.sizeBytes} bytes; it is cut short or no file of weights.`)
  const length = Number(new DataView(file.read(0, 8, 'the length of the header').buffer).getBigUint64(0, true))
  check(length <= LARGEST_HEADER && 8 + length <= file.sizeBytes, () =>
    `'${file.path}' is no file of torch.save, and as safetensors it announces a header of ${length} bytes but has ${file.sizeBytes}: it is cut short or of another kind.`)
  const header = parseHeader(file.path, new TextDecoder().decode(file.read(8, length, 'the header')))
  const arrays: StoredWeights[] = []
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = Object.fromEntries(Object.entries(value ?? {}).map(([key, text]) => [key, String(text)]))
    else arrays.push(placedArray(file, name, value, 8 + length))
  }
  return { arrays, metadata }
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text)
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Record<string, unknown>
  } catch {
    // Said below, together with headers that are JSON but no object.
  }
  throw new WorkbenchError(`'${path}' is neither a file of torch.save (zip or legacy) nor safetensors: its header (byte 8) is no JSON object.`)
}

function placedArray(file: RangedFile, name: string, value: unknown, base: number): StoredWeights {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown }
  const type = typeof dtype === 'string' ? new Map(Object.entries(TYPES)).get(dtype) : undefined
  check(type, () => `Tensor '${name}' in '${file.path}' has dtype ${String(dtype)}; readable are ${Object.keys(TYPES).join(', ')}.`)
  check(Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && Number(size) >= 0), () =>
    `Tensor '${name}' in '${file.path}' has the shape ${JSON.stringify(shape)}; whole numbers are allowed.`)
  const sizes = shape as number[]
  const [start, end] = Array.isArray(offsets) ? offsets.map(Number) : []
  const bytes = countOf(sizes) * BYTES_OF[type]
  check(start !== undefined && end !== undefined && start >= 0 && end - start === bytes && base + end <= file.sizeBytes, () =>
    `Tensor '${name}' in '${file.path}' needs ${bytes} bytes at ${JSON.stringify(offsets)} behind byte ${base}, but the file has ${file.sizeBytes}: it is cut short or damaged. Copy it again.`)
  return { name, type, shape: sizes, storage: `${start}`, read: () => toFloat32(type, file.read(base + start, bytes, `tensor '${name}'`)) }
}
