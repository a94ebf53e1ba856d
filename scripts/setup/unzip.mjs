// Takes chosen files out of a zip file (a Python wheel is one), streaming, with Node alone.
// Format: PKWARE APPNOTE 4.3 (end record, central directory, local headers); files below 4 GiB.

import { closeSync, createReadStream, createWriteStream, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { SetupError } from './report.mjs'

const endSignature = 0x06054b50
const entrySignature = 0x02014b50

/**
 * @param {string} zipFile
 * @param {(name: string) => string | undefined} placeOf where to write an entry, or undefined to leave it out
 * @returns {Promise<number>} how many files were written
 */
export async function unzipChosen(zipFile, placeOf) {
  let written = 0
  for (const entry of readEntries(zipFile)) {
    const place = entry.name.endsWith('/') ? undefined : placeOf(entry.name)
    if (!place) continue
    mkdirSync(path.dirname(place), { recursive: true })
    await writeEntry(zipFile, entry, place)
    written += 1
  }
  return written
}

function readEntries(zipFile) {
  const descriptor = openSync(zipFile, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const tail = readBytes(descriptor, Math.max(0, size - 65_557), Math.min(size, 65_557))
    const end = findEnd(tail, zipFile)
    const directory = readBytes(descriptor, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
    const entries = []
    for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
      const nameLength = directory.readUInt16LE(at + 28)
      const headerOffset = directory.readUInt32LE(at + 42)
      const localHeader = readBytes(descriptor, headerOffset, 30)
      entries.push({
        name: directory.toString('utf8', at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        compressedBytes: directory.readUInt32LE(at + 20),
        dataOffset: headerOffset + 30 + localHeader.readUInt16LE(26) + localHeader.readUInt16LE(28),
      })
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
    }
    return entries
  } finally {
    closeSync(descriptor)
  }
}

function findEnd(tail, zipFile) {
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === endSignature) return at
  }
  throw new SetupError(`${zipFile} is not a zip file: it has no end record; delete it and start again.`)
}

async function writeEntry(zipFile, entry, place) {
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SetupError(`${entry.name} in ${zipFile} is packed with method ${entry.method}; only 0 and 8 are known.`)
  }
  if (entry.compressedBytes === 0) {
    writeFileSync(place, '')
    return
  }
  const source = createReadStream(zipFile, {
    start: entry.dataOffset,
    end: entry.dataOffset + entry.compressedBytes - 1,
    highWaterMark: 1 << 20,
  })
  const target = createWriteStream(place)
  if (entry.method === 0) await pipeline(source, target)
  else await pipeline(source, createInflateRaw({ chunkSize: 1 << 20 }), target)
}

function readBytes(descriptor, position, length) {
  const bytes = Buffer.alloc(length)
  readSync(descriptor, bytes, 0, length, position)
  return bytes
}
