// Writes a state_dict that torch.load reads, with weights_only too: a zip file with a pickle of our own and one stored entry a
// storage, aligned to 64 bytes as PyTorch does. Arrays come one by one. Read next: torch-zip.ts, which reads it back.

import { check } from '../../contract/check'
import { crc32 } from './crc32'
import { countOf } from '../count-of'
import { replaceFile, writeWhole } from './replace-file'

export interface WeightsToStore {
  readonly name: string
  readonly shape: readonly number[]
  /** Called when its turn comes; not for an array that shares another's numbers. */
  read(): Float32Array
  /** Name of an earlier array whose numbers these are (tied weights). */
  readonly sharedWith?: string
}

const ROOT = 'archive'
const ALIGNMENT = 64
/** The sizes of a plain zip file have 32 bits. */
const LARGEST_FILE = 0xffffffff

/** An existing file is replaced in one step. Throws a WorkbenchError beyond 4 GiB. */
export function writeTorch(path: string, arrays: readonly WeightsToStore[]): void {
  const own = arrays.filter(({ sharedWith }) => sharedWith === undefined)
  const bytes = own.reduce((sum, { shape }) => sum + 4 * countOf(shape) + 256, 0)
  check(bytes + 400 * arrays.length < LARGEST_FILE, () => `${(bytes / 2 ** 30).toFixed(1)} GiB of weights do not fit in '${path}': this form ends at 4 GiB. Write a .safetensors file.`)
  replaceFile(path, (file) => {
    const zip = zipWriter(file)
    const keys = new Map(own.map(({ name }, key) => [name, String(key)]))
    zip.add('data.pkl', pickledStateDict(arrays, keys))
    zip.add('byteorder', text('little'))
    for (const { name, shape, read } of own) zip.add(`data/${keys.get(name) ?? ''}`, numbersOf(path, name, shape, read()))
    zip.add('version', text('3\n'))
    zip.end()
  })
}

function numbersOf(path: string, name: string, shape: readonly number[], data: Float32Array): Uint8Array {
  if (data.length !== countOf(shape)) throw new Error(`Array '${name}' for '${path}' has ${data.length} numbers, its shape [${shape.join(', ')}] needs ${countOf(shape)}`)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** An OrderedDict of tensors, pickle protocol 2: exactly the names that torch-objects.ts reads. */
function pickledStateDict(arrays: readonly WeightsToStore[], keys: ReadonlyMap<string, string>): Uint8Array {
  const ordered = Buffer.from('ccollections\nOrderedDict\n)R')
  const parts: Uint8Array[] = [Uint8Array.of(0x80, 0x02), ordered, text('(')]
  for (const { name, shape, sharedWith } of arrays) {
    const key = keys.get(sharedWith ?? name)
    if (key === undefined) throw new Error(`'${name}' shares the numbers of '${String(sharedWith)}', which is not written`)
    parts.push(
      pickledText(name), text('ctorch._utils\n_rebuild_tensor_v2\n('),
      text('('), pickledText('storage'), text('ctorch\nFloatStorage\n'), pickledText(key), pickledText('cpu'), pickledInteger(countOf(shape)), text('tQ'),
      pickledInteger(0), pickledTuple(shape), pickledTuple(rowMajorStrides(shape)), Uint8Array.of(0x89), ordered, text('tR')
    )
  }
  return Buffer.concat([...parts, text('u.')])
}

function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, d) => Math.max(1, countOf(shape.slice(d + 1))))
}

function pickledTuple(numbers: readonly number[]): Uint8Array {
  return Buffer.concat([text('('), ...numbers.map(pickledInteger), text('t')])
}

function pickledInteger(value: number): Uint8Array {
  const bytes = Buffer.alloc(5)
  if (value > 0x7fffffff) {
    const long = Buffer.alloc(10)
    long.set([0x8a, 8])
    long.writeBigInt64LE(BigInt(value), 2)
    return long
  }
  bytes[0] = 0x4a
  bytes.writeInt32LE(value, 1)
  return bytes
}

function pickledText(value: string): Uint8Array {
  const body = Buffer.from(value)
  const head = Buffer.alloc(5)
  head[0] = 0x58
  head.writeUInt32LE(body.length, 1)
  return Buffer.concat([head, body])
}

function text(value: string): Uint8Array {
  return Buffer.from(value)
}

interface Written {
  readonly name: Uint8Array
  readonly crc: number
  readonly size: number
  readonly at: number
}

function zipWriter(file: number): { add(name: string, data: Uint8Array): void; end(): void } {
  const written: Written[] = []
  let position = 0
  const write = (bytes: Uint8Array): void => {
    writeWhole(file, bytes)
    position += bytes.length
  }
  return {
    add(name, data) {
      const entry: Written = { name: text(`${ROOT}/${name}`), crc: crc32(data), size: data.length, at: position }
      const padding = Buffer.alloc(4 + ((2 * ALIGNMENT - ((position + 30 + entry.name.length + 4) % ALIGNMENT)) % ALIGNMENT))
      padding.write('FB')
      padding.writeUInt16LE(padding.length - 4, 2)
      written.push(entry)
      write(Buffer.concat([header(0x04034b50, entry, padding.length), entry.name, padding]))
      write(data)
    },
    end() {
      const start = position
      for (const entry of written) write(Buffer.concat([header(0x02014b50, entry, 0), entry.name]))
      const end = Buffer.alloc(22)
      end.writeUInt32LE(0x06054b50, 0)
      end.writeUInt16LE(written.length, 8)
      end.writeUInt16LE(written.length, 10)
      end.writeUInt32LE(position - start, 12)
      end.writeUInt32LE(start, 16)
      write(end)
    }
  }
}

/** The header before an entry, or its line in the directory (which also says the version that wrote it, and the place). */
function header(signature: number, { name, crc, size, at }: Written, extra: number): Uint8Array {
  const inDirectory = signature === 0x02014b50
  const bytes = Buffer.alloc(inDirectory ? 46 : 30)
  bytes.writeUInt32LE(signature, 0)
  const shift = inDirectory ? 2 : 0
  if (inDirectory) bytes.writeUInt16LE(20, 4)
  bytes.writeUInt16LE(20, 4 + shift)
  bytes.writeUInt16LE(0x0800, 6 + shift) // names in UTF-8
  // The first day a zip file can say: the same weights give the same file.
  bytes.writeUInt16LE(0x21, 12 + shift)
  bytes.writeUInt32LE(crc, 14 + shift)
  bytes.writeUInt32LE(size, 18 + shift)
  bytes.writeUInt32LE(size, 22 + shift)
  bytes.writeUInt16LE(name.length, 26 + shift)
  bytes.writeUInt16LE(extra, 28 + shift)
  if (inDirectory) bytes.writeUInt32LE(at, 42)
  return bytes
}
