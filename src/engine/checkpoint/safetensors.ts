// Reads and writes safetensors files: an 8-byte length, a JSON header, then the raw numbers (spec section 8).
// A file is written tensor by tensor to a neighbour, flushed and renamed, so that a reader never sees half of one.
// Read next: safetensors-header.ts; trunk/parameters.ts, which says what the tensors of a model are called.

import { countOf } from '../count-of'
import { BYTES_OF, halfToNumber } from './number-types'
import { type RangedFile, openRanged } from './ranged-file'
import { replaceFile, writeWhole } from './replace-file'
import { type PlacedTensor, SAFETENSORS_TYPES, readHeader } from './safetensors-header'

const DTYPES = ['F32', 'F16', 'I32', 'I64'] as const
export type SafetensorsDtype = (typeof DTYPES)[number]
export type SafetensorsData = Float32Array | Uint16Array | Int32Array | BigInt64Array

export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
}

export interface StoredTensor extends SafetensorsEntry {
  /** F16 comes as its raw 16 bits; `asFloat32` converts. */
  readonly data: SafetensorsData
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

export interface TensorToStore {
  readonly name: string
  readonly shape: readonly number[]
  /** The array, or how to make it when its turn comes: so a whole model need not be in memory twice. */
  readonly data: SafetensorsData | (() => SafetensorsData)
  /** Needed only where `data` is a function; F32 then if absent. */
  readonly dtype?: SafetensorsDtype
}

/** Names, dtypes, shapes and places of a file without its numbers. Throws a WorkbenchError if the file is damaged. */
export function readSafetensorsHeader(path: string): { entries: ReadonlyMap<string, PlacedTensor<SafetensorsDtype>>; metadata: Readonly<Record<string, string>> } {
  return withFile(path, (file) => {
    const { tensors: entries, metadata } = readHeader(file, DTYPES)
    return { entries, metadata }
  })
}

/**
 * All tensors of a file, or those that `wanted` accepts. Throws a WorkbenchError if the file is missing, cut short or damaged.
 */
export function readSafetensors(path: string, wanted: (name: string) => boolean = () => true): SafetensorsFile {
  return withFile(path, (file) => {
    const { tensors: entries, metadata } = readHeader(file, DTYPES)
    const tensors = new Map<string, StoredTensor>()
    for (const [name, { dtype, shape, start, bytes }] of entries) {
      if (wanted(name)) tensors.set(name, { dtype, shape, data: typedArray(dtype, file.read(start, bytes, `tensor '${name}'`).buffer) })
    }
    return { tensors, metadata }
  })
}

/** Writes all tensors in the given order; an existing file is replaced in one step. */
export function writeSafetensors(path: string, tensors: Iterable<TensorToStore>, metadata: Readonly<Record<string, string>> = {}): void {
  const list = [...tensors]
  replaceFile(path, (file) => {
    writeWhole(file, headerBytes(path, list, metadata))
    for (const tensor of list) writeTensor(path, file, tensor)
  })
}

/** The numbers of a stored tensor as float32; int64 is refused outside ±2⁵³. */
export function asFloat32(tensor: StoredTensor): Float32Array {
  const { data } = tensor
  if (data instanceof Float32Array) return data
  if (data instanceof Uint16Array) return Float32Array.from(data, halfToNumber)
  return data instanceof Int32Array ? Float32Array.from(data) : Float32Array.from(data, Number)
}

function withFile<T>(path: string, use: (file: RangedFile) => T): T {
  const file = openRanged(path)
  try {
    return use(file)
  } finally {
    file.close()
  }
}

function typedArray(dtype: SafetensorsDtype, buffer: ArrayBuffer): SafetensorsData {
  switch (dtype) {
    case 'F32': return new Float32Array(buffer)
    case 'F16': return new Uint16Array(buffer)
    case 'I32': return new Int32Array(buffer)
    case 'I64': return new BigInt64Array(buffer)
  }
}

function dtypeOf(data: SafetensorsData): SafetensorsDtype {
  if (data instanceof Float32Array) return 'F32'
  if (data instanceof Int32Array) return 'I32'
  return data instanceof Uint16Array ? 'F16' : 'I64'
}

/** All bytes of a file before its first number, for float32 arrays that follow in this order. */
export function safetensorsHeader(path: string, arrays: readonly { readonly name: string; readonly shape: readonly number[] }[]): Uint8Array {
  return headerBytes(path, arrays.map(({ name, shape }) => ({ name, shape, dtype: 'F32' })), {})
}

type HeaderEntry = Pick<TensorToStore, 'name' | 'shape' | 'dtype'> & { readonly data?: TensorToStore['data'] }

function headerBytes(path: string, list: readonly HeaderEntry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const { name, shape, data, dtype } of list) {
    if (Object.prototype.hasOwnProperty.call(header, name)) throw new Error(`Tensor '${name}' is given twice for '${path}'`)
    const kind = dtype ?? (data === undefined || typeof data === 'function' ? 'F32' : dtypeOf(data))
    const end = offset + countOf(shape) * BYTES_OF[SAFETENSORS_TYPES[kind]]
    header[name] = { dtype: kind, shape, data_offsets: [offset, end] }
    offset = end
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  // Numbers start at a multiple of 8 bytes; spaces fill the header up, as the format allows.
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20)
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true)
  padded.set(text, 8)
  return padded
}

function writeTensor(path: string, file: number, tensor: TensorToStore): void {
  const data = typeof tensor.data === 'function' ? tensor.data() : tensor.data
  const count = countOf(tensor.shape)
  const dtype = tensor.dtype ?? (typeof tensor.data === 'function' ? 'F32' : dtypeOf(data))
  if (data.length !== count || dtypeOf(data) !== dtype) {
    throw new Error(`Tensor '${tensor.name}' for '${path}': ${dtypeOf(data)} with ${data.length} numbers, expected ${dtype} of shape [${tensor.shape.join(', ')}]`)
  }
  writeWhole(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}
