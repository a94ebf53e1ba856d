// The entries of a zip file, read in place: stored ones by range, deflated ones inflated whole. zip64 sizes are read; each
// entry's checksum is compared once. Read next: torch-zip.ts.

import { inflateRawSync } from 'node:zlib'
import { WorkbenchError, check } from '../../contract/check'
import { crc32 } from './crc32'
import type { RangedFile } from './ranged-file'

export interface ZipEntry {
  readonly name: string
  readonly sizeBytes: number
  /** Bytes `from` to `from + length` of the entry. The first call compares the whole entry with its checksum. */
  read(from: number, length: number): Uint8Array<ArrayBuffer>
}

interface Listed {
  readonly name: string
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly headerAt: number
}

const END_BYTES = 22
const LONGEST_COMMENT = 65535
const PIECE = 1 << 24

/** All entries by name. Throws a WorkbenchError where the file is cut short or damaged. */
export function zipEntries(file: RangedFile): ReadonlyMap<string, ZipEntry> {
  const listed = readDirectory(file)
  // PyTorch can be told to leave checksums out; then every one of them is 0.
  const checked = listed.some(({ crc }) => crc !== 0)
  const entries = new Map<string, ZipEntry>()
  const inflated: Inflated = { name: '', bytes: new Uint8Array(0) }
  for (const entry of listed) {
    check(!entries.has(entry.name), () => `'${file.path}' has two entries '${entry.name}'; the zip file is damaged.`)
    entries.set(entry.name, entry.method === 0 ? storedEntry(file, entry, checked) : deflatedEntry(file, entry, checked, inflated))
  }
  return entries
}

function readDirectory(file: RangedFile): Listed[] {
  const { start, length, count } = findDirectory(file)
  const bytes = file.read(start, length, 'the directory of the zip file')
  const view = new DataView(bytes.buffer)
  const list: Listed[] = []
  for (let place = 0; list.length < count;) {
    const whole = place + 46 <= length && view.getUint32(place, true) === 0x02014b50
    check(whole, () => `The directory of the zip file '${file.path}' is damaged at byte ${start + place} (entry ${list.length + 1} of ${count}).`)
    const nameLength = view.getUint16(place + 28, true)
    const extraLength = view.getUint16(place + 30, true)
    const next = place + 46 + nameLength + extraLength + view.getUint16(place + 32, true)
    check(next <= length, () => `The directory of the zip file '${file.path}' ends inside the entry at byte ${start + place}.`)
    list.push(listedEntry(view, place, bytes.subarray(place + 46, place + 46 + nameLength), extraLength))
    place = next
  }
  return list
}

function listedEntry(view: DataView, place: number, name: Uint8Array, extraLength: number): Listed {
  const large = largeSizes(view, place + 46 + name.length, extraLength)
  const size = (at: number): number => {
    const value = view.getUint32(at, true)
    return value === 0xffffffff ? large() : value
  }
  const sizeBytes = size(place + 24)
  const packedBytes = size(place + 20)
  return {
    name: new TextDecoder().decode(name), method: view.getUint16(place + 10, true), encrypted: (view.getUint16(place + 8, true) & 1) === 1,
    crc: view.getUint32(place + 16, true), sizeBytes, packedBytes, headerAt: size(place + 42)
  }
}

/** The 64-bit sizes of an entry's extra field, one a call, in their fixed order. */
function largeSizes(view: DataView, start: number, length: number): () => number {
  let at = start
  const end = start + length
  while (at + 4 <= end && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true)
  let next = at + 4
  return () => {
    if (next + 8 > end) throw new WorkbenchError('A zip entry lacks its 64-bit size; the file is damaged.')
    next += 8
    return Number(view.getBigUint64(next - 8, true))
  }
}

function findDirectory(file: RangedFile): { start: number; length: number; count: number } {
  const length = Math.min(file.sizeBytes, END_BYTES + LONGEST_COMMENT)
  const from = file.sizeBytes - length
  const tail = file.read(from, length, 'the end of the zip file')
  const view = new DataView(tail.buffer)
  for (let place = length - END_BYTES; place >= 0; place--) {
    if (view.getUint32(place, true) !== 0x06054b50) continue
    const found = { count: view.getUint16(place + 10, true), length: view.getUint32(place + 12, true), start: view.getUint32(place + 16, true) }
    if (found.count !== 0xffff && found.start !== 0xffffffff && found.length !== 0xffffffff) return found
    return largeDirectory(file, from + place)
  }
  throw new WorkbenchError(`'${file.path}' begins like a zip file of torch.save but has no directory at its end (byte ${file.sizeBytes}): it is cut short. Copy it again.`)
}

function largeDirectory(file: RangedFile, endAt: number): { start: number; length: number; count: number } {
  const locator = new DataView(file.read(endAt - 20, 20, 'the locator of the zip64 directory').buffer)
  check(locator.getUint32(0, true) === 0x07064b50, () => `'${file.path}' has no zip64 locator at byte ${endAt - 20}; the file is damaged.`)
  const at = Number(locator.getBigUint64(8, true))
  const end = new DataView(file.read(at, 56, 'the end record of the zip64 directory').buffer)
  check(end.getUint32(0, true) === 0x06064b50, () => `'${file.path}' has no zip64 end record at byte ${at}; the file is damaged.`)
  return { count: Number(end.getBigUint64(32, true)), length: Number(end.getBigUint64(40, true)), start: Number(end.getBigUint64(48, true)) }
}

/** Where an entry's bytes begin: behind its own header, whose name must be the directory's. */
function dataStart(file: RangedFile, entry: Listed): number {
  const what = `the header of entry '${entry.name}'`
  const header = new DataView(file.read(entry.headerAt, 30, what).buffer)
  check(header.getUint32(0, true) === 0x04034b50, () => `${capital(what)} in '${file.path}' is damaged (byte ${entry.headerAt}).`)
  check(!entry.encrypted, () => `Entry '${entry.name}' of '${file.path}' is encrypted.`)
  const nameLength = header.getUint16(26, true)
  const name = new TextDecoder().decode(file.read(entry.headerAt + 30, nameLength, what))
  check(name === entry.name, () => `The entry at byte ${entry.headerAt} of '${file.path}' is called '${name}', in the directory '${entry.name}'; the file is damaged.`)
  return entry.headerAt + 30 + nameLength + header.getUint16(28, true)
}

function storedEntry(file: RangedFile, entry: Listed, checked: boolean): ZipEntry {
  let start = -1
  let sound = !checked
  const what = `entry '${entry.name}'`
  const compare = (found: number): void => {
    check(found === entry.crc, () => `Entry '${entry.name}' of '${file.path}' (bytes ${start} to ${start + entry.sizeBytes}) is damaged: its checksum is ${hex(found)}, written was ${hex(entry.crc)}. Copy the file again.`)
    sound = true
  }
  return {
    name: entry.name,
    sizeBytes: entry.sizeBytes,
    read(from, length) {
      if (start < 0) start = dataStart(file, entry)
      checkRange(file, entry, from, length)
      if (!sound && length < entry.sizeBytes) compare(crcOf(file, start, entry.sizeBytes, what))
      const bytes = file.read(start + from, length, what)
      if (!sound) compare(crc32(bytes))
      return bytes
    }
  }
}

function crcOf(file: RangedFile, start: number, length: number, what: string): number {
  let crc = 0
  for (let done = 0; done < length; done += PIECE) crc = crc32(file.read(start + done, Math.min(PIECE, length - done), what), crc)
  return crc
}

/** The entry that was inflated last; arrays that share a storage read it one after the other. */
interface Inflated {
  name: string
  bytes: Uint8Array<ArrayBuffer>
}

function deflatedEntry(file: RangedFile, entry: Listed, checked: boolean, inflated: Inflated): ZipEntry {
  return {
    name: entry.name,
    sizeBytes: entry.sizeBytes,
    read(from, length) {
      checkRange(file, entry, from, length)
      if (inflated.name !== entry.name) {
        const bytes = inflate(file, entry)
        if (checked) check(crc32(bytes) === entry.crc, () => `Entry '${entry.name}' of '${file.path}' is damaged: its checksum differs. Copy the file again.`)
        Object.assign(inflated, { name: entry.name, bytes })
      }
      return inflated.bytes.slice(from, from + length)
    }
  }
}

function inflate(file: RangedFile, entry: Listed): Uint8Array<ArrayBuffer> {
  check(entry.method === 8, () => `Entry '${entry.name}' of '${file.path}' is packed by method ${entry.method}; readable are stored (0) and deflated (8) entries.`)
  const packed = file.read(dataStart(file, entry), entry.packedBytes, `entry '${entry.name}'`)
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) })
    if (bytes.length === entry.sizeBytes) return new Uint8Array(bytes)
  } catch {
    // Said below, together with entries that unpack to another size.
  }
  throw new WorkbenchError(`Entry '${entry.name}' of '${file.path}' (at byte ${entry.headerAt}) does not unpack to its ${entry.sizeBytes} bytes; the file is damaged.`)
}

function checkRange(file: RangedFile, entry: Listed, from: number, length: number): void {
  check(from >= 0 && length >= 0 && from + length <= entry.sizeBytes, () =>
    `Entry '${entry.name}' of '${file.path}' has ${entry.sizeBytes} bytes; wanted were bytes ${from} to ${from + length}. The file is damaged.`)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
