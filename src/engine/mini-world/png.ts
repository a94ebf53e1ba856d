// A PNG writer for 8-bit RGB pixels: one filter for all rows and node:zlib, so that the same pixels always give the
// same bytes. Reading is in data/picture-file.ts.

import { deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (let i = 0; i < bytes.length; i++) c = (crcTable[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8)
  return ~c >>> 0
}

function chunk(type: string, data: Uint8Array): Buffer {
  const result = Buffer.alloc(data.length + 12)
  result.writeUInt32BE(data.length, 0)
  result.write(type, 4, 'latin1')
  result.set(data, 8)
  result.writeUInt32BE(crc32(result.subarray(4, data.length + 8)), data.length + 8)
  return result
}

/** Byte by byte `row - above` (mod 256), four bytes at a time where the rows allow it. */
function differences(above: Uint8Array, row: Uint8Array): Uint8Array {
  if (row.length % 4 !== 0 || row.byteOffset % 4 !== 0) return row.map((value, i) => value - (above[i] as number))
  const a = new Int32Array(row.buffer, row.byteOffset, row.length / 4)
  const b = new Int32Array(above.buffer, above.byteOffset, row.length / 4)
  const result = new Int32Array(row.length / 4)
  for (let i = 0; i < result.length; i++) {
    const x = a[i] as number
    const y = b[i] as number
    // The top bit of each byte keeps a borrow from reaching the next byte; it is put right afterwards.
    result[i] = ((x | 0x80808080) - (y & 0x7f7f7f7f)) ^ ((x ^ ~y) & 0x80808080)
  }
  return new Uint8Array(result.buffer)
}

/** PNG file of RGB pixels `[height, width, 3]`, row after row. */
export function encodePng(pixels: Uint8Array, width: number, height: number): Buffer {
  const stride = width * 3
  const rows = new Uint8Array((stride + 1) * height)
  // Filter 2, the difference to the row above, suits vertical gradients and flat grounds; the first row stays.
  rows.set(pixels.subarray(0, stride), 1)
  for (let y = 1; y < height; y++) {
    rows[y * (stride + 1)] = 2
    rows.set(differences(pixels.subarray((y - 1) * stride, y * stride), pixels.subarray(y * stride, (y + 1) * stride)), y * (stride + 1) + 1)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 3 })), chunk('IEND', new Uint8Array(0))])
}
