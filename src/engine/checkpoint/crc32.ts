// The checksum of zip entries (CRC-32, polynomial 0xedb88320). Node has a fast one from 20.15 on; older ones, Electron 22
// among them, use eight tables. Read next: zip-entries.ts.

import * as zlib from 'node:zlib'

/** Table k moves a byte k places on: eight bytes are taken in one step. */
const TABLES: readonly Int32Array[] = makeTables()

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
  })
  const tables = [first]
  for (let k = 1; k < 8; k++) {
    const before = tables[k - 1] ?? first
    tables.push(before.map((value) => (value >>> 8) ^ (first[value & 0xff] ?? 0)))
  }
  return tables
}

/** Checksum of the bytes, going on from an earlier one. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const { crc32: native } = zlib as { crc32?: (data: Uint8Array, value?: number) => number }
  return native ? native(bytes, before) : tableCrc32(bytes, before)
}

/** The same in plain JavaScript. */
export function tableCrc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as unknown as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let crc = ~before
  let place = 0
  for (; place + 8 <= bytes.length; place += 8) {
    const low = view.getInt32(place, true) ^ crc
    const high = view.getInt32(place + 4, true)
    crc = (t7[low & 0xff] ?? 0) ^ (t6[(low >>> 8) & 0xff] ?? 0) ^ (t5[(low >>> 16) & 0xff] ?? 0) ^ (t4[low >>> 24] ?? 0) ^
      (t3[high & 0xff] ?? 0) ^ (t2[(high >>> 8) & 0xff] ?? 0) ^ (t1[(high >>> 16) & 0xff] ?? 0) ^ (t0[high >>> 24] ?? 0)
  }
  for (; place < bytes.length; place++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[place] ?? 0)) & 0xff] ?? 0)
  return ~crc >>> 0
}
