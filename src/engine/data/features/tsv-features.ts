// Region features as tab-separated lines with base64 arrays (data formats 12): six columns of bottom-up attention, a
// seventh with class probabilities, or LXMERT's ten, which put the height before the width. Read next: convert-features.ts.

import { closeSync, openSync, readSync } from 'node:fs'
import { WorkbenchError } from '../../../contract/check'
import { pictureKey } from '../picture-index'
import type { FeatureArrays, FeatureEntry, FeatureSource } from './feature-source'

const CHUNK = 1 << 22

/** Where the columns are; a header-less file is known by their number. */
interface Columns {
  readonly width: number
  readonly height: number
  readonly count: number
  readonly boxes: number
  readonly features: number
}

const BOTTOM_UP: Columns = { width: 1, height: 2, count: 3, boxes: 4, features: 5 }
const LXMERT: Columns = { height: 1, width: 2, count: 7, boxes: 8, features: 9 }

export function tsvFeatures(path: string): FeatureSource {
  let format = 'bottom-up-attention TSV'
  for (const line of linesOf(path)) {
    if (line.split('\t').length === 10) format = 'LXMERT TSV'
    break
  }
  return {
    format,
    *entries() {
      let number = 0
      for (const line of linesOf(path)) yield entryOf(line, `${path}, line ${++number}`)
    }
  }
}

function entryOf(line: string, where: string): FeatureEntry {
  const cells = line.split('\t')
  const columns = cells.length === 6 || cells.length === 7 ? BOTTOM_UP : cells.length === 10 ? LXMERT : undefined
  if (!columns) throw new WorkbenchError(`${where} has ${cells.length} columns; expected 6 or 7 (image_id, image_w, image_h, num_boxes, boxes, features, …) or LXMERT's 10.`)
  const whole = (column: number, what: string): number => {
    const value = Number(cells[column])
    if (!Number.isInteger(value) || value <= 0) throw new WorkbenchError(`${where}: ${what} is '${(cells[column] ?? '').slice(0, 40)}'; expected a whole number from 1.`)
    return value
  }
  const count = whole(columns.count, 'num_boxes')
  return {
    id: pictureKey(cells[0] ?? ''), width: whole(columns.width, 'image_w'), height: whole(columns.height, 'image_h'), count,
    read(): FeatureArrays {
      const boxes = floats(cells[columns.boxes] ?? '', where, 'boxes')
      const features = floats(cells[columns.features] ?? '', where, 'features')
      if (boxes.length !== count * 4) throw new WorkbenchError(`${where}: boxes hold ${boxes.length} numbers; ${count} boxes need ${count * 4}. The line is damaged.`)
      if (features.length === 0 || features.length % count !== 0) throw new WorkbenchError(`${where}: features hold ${features.length} numbers, which ${count} boxes cannot share. The line is damaged.`)
      return { boxes, features }
    }
  }
}

/** Base64 of little-endian float32. */
function floats(text: string, where: string, what: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % 4 !== 0) throw new WorkbenchError(`${where}: ${what} hold ${bytes.length} bytes, which is no list of float32. The line is damaged.`)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** Lines that hold something; a line may be a megabyte long, the file larger than the memory. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK)
    let rest: Buffer[] = []
    for (let length = readSync(file, chunk, 0, CHUNK, null); length > 0; length = readSync(file, chunk, 0, CHUNK, null)) {
      let start = 0
      for (let end = chunk.indexOf(10, start); end >= 0 && end < length; end = chunk.indexOf(10, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]).toString('latin1').trimEnd()
        rest = []
        start = end + 1
        if (line !== '') yield line
      }
      rest.push(Buffer.from(chunk.subarray(start, length)))
    }
    const last = Buffer.concat(rest).toString('latin1').trimEnd()
    if (last !== '') yield last
  } finally {
    closeSync(file)
  }
}
