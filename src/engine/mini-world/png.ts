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

/** PNG file of RGB pixels `[height, width, 3]`, row after row. */
export function encodePng(pixels: Uint8Array, width: number, height: number): Buffer {
  const stride = width * 3
  const rows = new Uint8Array((stride + 1) * height)
  // Filter 2, the difference to the row above, suits vertical gradients and flat grounds; the first row stays.
  rows.set(pixels.subarray(0, stride), 1)
  for (let y = 1; y < height; y++) {
    const from = y * stride
    const to = y * (stride + 1)
    rows[to] = 2
    for (let i = 0; i < stride; i++) rows[to + 1 + i] = (pixels[from + i] as number) - (pixels[from + i - stride] as number)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 3 })), chunk('IEND', new Uint8Array(0))])
}
