// The shapes of the catalogue as coverage masks of any size, cut from resources/mini-world/glyphs.png by exact area
// averaging (a summed-area table per glyph, read between pixels). Read next: render.ts.

import { readPicture, type Pixels } from '../data/picture-file'
import { resourcePath } from '../resources'
import { categoryIndex, categoryOf } from './catalog'
import { GLYPH_BOXES } from './glyph-boxes'

const TILE = 128
const COLUMNS = 8
const EDGE = TILE + 1

let atlas: Pixels | null = null
const tables = new Map<string, Float64Array>()

/** Sums of coverage over the rectangles that begin in the tile's top left corner, `[129, 129]`. */
function tableOf(category: string): Float64Array {
  const known = tables.get(category)
  if (known) return known
  atlas ??= readPicture(resourcePath('mini-world', 'glyphs.png'))
  const index = categoryIndex(category)
  const left = (index % COLUMNS) * TILE
  const top = Math.floor(index / COLUMNS) * TILE
  const table = new Float64Array(EDGE * EDGE)
  for (let y = 0; y < TILE; y++) {
    let row = 0
    for (let x = 0; x < TILE; x++) {
      row += 1 - (atlas.data[3 * ((top + y) * atlas.width + left + x)] as number) / 255
      table[(y + 1) * EDGE + x + 1] = (table[y * EDGE + x + 1] as number) + row
    }
  }
  tables.set(category, table)
  return table
}

function read(table: Float64Array, x: number, y: number): number {
  const x0 = Math.min(TILE - 1, Math.floor(x))
  const y0 = Math.min(TILE - 1, Math.floor(y))
  const fx = x - x0
  const fy = y - y0
  const i = y0 * EDGE + x0
  const upper = (table[i] as number) * (1 - fx) + (table[i + 1] as number) * fx
  const lower = (table[i + EDGE] as number) * (1 - fx) + (table[i + EDGE + 1] as number) * fx
  return upper * (1 - fy) + lower * fy
}

/** Coverage 0–1 of a category's shape fitted into width × height pixels, `[height, width]`; facing mirrors it. */
export function glyphMask(category: string, width: number, height: number, facing: 'left' | 'right' | 'none'): Float32Array {
  const table = tableOf(category)
  const box = GLYPH_BOXES[category]
  if (!box) throw new Error(`No glyph is measured for "${category}"`)
  const drawn = categoryOf(category).drawnFacing ?? 'right'
  const mirrored = facing !== 'none' && facing !== drawn
  const scale = TILE / 240
  const stepX = ((box[2] - box[0]) * scale) / width
  const stepY = ((box[3] - box[1]) * scale) / height
  const mask = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const y1 = box[1] * scale + y * stepY
    const y2 = Math.min(TILE, y1 + stepY)
    for (let x = 0; x < width; x++) {
      const x1 = box[0] * scale + (mirrored ? width - 1 - x : x) * stepX
      const x2 = Math.min(TILE, x1 + stepX)
      const sum = read(table, x2, y2) - read(table, x1, y2) - read(table, x2, y1) + read(table, x1, y1)
      mask[y * width + x] = Math.min(1, Math.max(0, sum / (stepX * stepY)))
    }
  }
  return mask
}
