// Reads and writes safetensors files: an 8-byte length, a JSON header, then the raw numbers (spec section 8).
// A file is written tensor by tensor to a neighbour, flushed and renamed, so that a reader never sees half of one.
// Read next: trunk/parameters.ts, which says what the tensors of a model are called.

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { WorkbenchError, check } from '../../contract/check'
import { replaceFile } from './replace-file'

export type SafetensorsDtype = 'F32' | 'F16' | 'I32' | 'I64'
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

const BYTES: Readonly<Record<SafetensorsDtype, number>> = { F32: 4, F16: 2, I32: 4, I64: 8 }
const LARGEST_HEADER = 100_000_000

interface Placed extends SafetensorsEntry {
  readonly start: number
  readonly end: number
}

interface Header {
  readonly entries: ReadonlyMap<string, Placed>
  readonly metadata: Readonly<Record<string, string>>
  /** Position of the first number in the file, in bytes. */
  readonly base: number
}

/** Names, dtypes and shapes of a file without its numbers. Throws a WorkbenchError if the file is damaged. */
export function readSafetensorsHeader(path: string): { entries: ReadonlyMap<string, SafetensorsEntry>; metadata: Readonly<Record<string, string>> } {
  return withFile(path, (file) => readHeader(path, file))
}

/**
 * All tensors of a file, or those that `wanted` accepts. Throws a WorkbenchError if the file is missing, cut short or damaged.
 */
export function readSafetensors(path: string, wanted: (name: string) => boolean = () => true): SafetensorsFile {
  return withFile(path, (file) => {
    const { entries, metadata, base } = readHeader(path, file)
    const tensors = new Map<string, StoredTensor>()
    for (const [name, entry] of entries) {
      if (!wanted(name)) continue
      const bytes = readBytes(path, file, base + entry.start, entry.end - entry.start)
      tensors.set(name, { dtype: entry.dtype, shape: entry.shape, data: typedArray(entry.dtype, bytes.buffer) })
    }
    return { tensors, metadata }
  })
}

/** Writes all tensors in the given order; an existing file is replaced in one step. */
export function writeSafetensors(path: string, tensors: Iterable<TensorToStore>, metadata: Readonly<Record<string, string>> = {}): void {
  const list = [...tensors]
  replaceFile(path, (file) => {
    writeAll(file, headerBytes(path, list, metadata))
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

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new WorkbenchError(`Cannot open '${path}': ${error instanceof Error ? error.message : String(error)}.`)
  }
  try {
    return use(file)
  } finally {
    closeSync(file)
  }
}

function readHeader(path: string, file: number): Header {
  const size = fstatSync(file).size
  check(size >= 8, () => `'${path}' has ${size} bytes; a safetensors file has at least 8. It is cut short or another kind of file.`)
  const length = Number(new DataView(readBytes(path, file, 0, 8).buffer).getBigUint64(0, true))
  check(length <= LARGEST_HEADER && 8 + length <= size, () =>
    `'${path}' announces a header of ${length} bytes but has ${size}; it is cut short or no safetensors file.`)
  const text = new TextDecoder().decode(readBytes(path, file, 8, length))
  const base = 8 + length
  const entries = new Map<string, Placed>()
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseHeader(path, text))) {
    if (name === '__metadata__') metadata = Object.fromEntries(Object.entries(value ?? {}).map(([key, entry]) => [key, String(entry)]))
    else entries.set(name, placedEntry(path, name, value, size - base))
  }
  return { entries, metadata, base }
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text)
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>
  } catch {
    // Reported below together with headers that are JSON but no object.
  }
  throw new WorkbenchError(`The header of '${path}' is not a JSON object; the file is damaged or no safetensors file.`)
}

function placedEntry(path: string, name: string, value: unknown, room: number): Placed {
  const entry = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown }
  const { dtype, shape, data_offsets: offsets } = entry
  check(typeof dtype === 'string' && Object.prototype.hasOwnProperty.call(BYTES, dtype), () =>
    `Tensor '${name}' in '${path}' has dtype ${String(dtype)}; readable are ${Object.keys(BYTES).join(', ')}.`)
  check(Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && Number(size) >= 0), () =>
    `Tensor '${name}' in '${path}' has the shape ${JSON.stringify(shape)}; whole numbers are allowed.`)
  const kind = dtype as SafetensorsDtype
  const sizes = shape as number[]
  const [start, end] = Array.isArray(offsets) ? offsets.map(Number) : []
  const bytes = sizes.reduce((product, size) => product * size, 1) * BYTES[kind]
  check(start !== undefined && end !== undefined && start >= 0 && end - start === bytes && end <= room, () =>
    `Tensor '${name}' in '${path}' needs ${bytes} bytes at ${JSON.stringify(offsets)}, but the file holds ${room}; it is cut short or damaged. Copy it again.`)
  return { dtype: kind, shape: sizes, start, end }
}

function readBytes(path: string, file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    // One read call returns at most 2 GB.
    const got = readSync(file, bytes, done, Math.min(length - done, 1 << 30), position + done)
    if (got === 0) throw new WorkbenchError(`'${path}' ends at byte ${position + done}, before byte ${position + length}; copy it again.`)
    done += got
  }
  return bytes
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
    const end = offset + shape.reduce((product, size) => product * size, 1) * BYTES[kind]
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
  const count = tensor.shape.reduce((product, size) => product * size, 1)
  const dtype = tensor.dtype ?? (typeof tensor.data === 'function' ? 'F32' : dtypeOf(data))
  if (data.length !== count || dtypeOf(data) !== dtype) {
    throw new Error(`Tensor '${tensor.name}' for '${path}': ${dtypeOf(data)} with ${data.length} numbers, expected ${dtype} of shape [${tensor.shape.join(', ')}]`)
  }
  writeAll(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeAll(file: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}
