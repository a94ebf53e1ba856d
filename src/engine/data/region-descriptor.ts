// Describes a box of a picture by its pixels alone: the crop scaled to 24 × 24, a grid of colours and histograms of
// edge directions. Input of the small detector network. Read next: pixel-features.ts.

import { at } from '../../contract/check'
import type { Pixels } from './picture-file'

const CROP = 24
const CELL = 4
const CELLS = CROP / CELL
const DIRECTIONS = 8
const COLOUR_GRID = 8
const COLOUR_STEP = CROP / COLOUR_GRID

const EDGE_NUMBERS = CELLS * CELLS * DIRECTIONS
const COLOUR_NUMBERS = COLOUR_GRID * COLOUR_GRID * 3

/** Numbers in a descriptor: edge histograms 6 × 6 × 8, colours 8 × 8 × 3, two for the proportions of the box. */
export const DESCRIPTOR_SIZE = EDGE_NUMBERS + COLOUR_NUMBERS + 2

/** Pixels x1, y1, x2, y2; fractions and boxes that leave the picture are allowed. */
export type RegionBox = ArrayLike<number>

const crop = new Float32Array(CROP * CROP * 3)
const energy = new Float32Array(CELLS * CELLS)

/** Writes the descriptor of a box into `out[offset …]`. */
export function describeRegion(pixels: Pixels, box: RegionBox, out: Float32Array, offset = 0): void {
  cutOut(pixels, box)
  out.fill(0, offset, offset + DESCRIPTOR_SIZE)
  describeEdges(out, offset)
  describeColours(out, offset + EDGE_NUMBERS)
  const width = Math.max(1, at(box, 2) - at(box, 0))
  const height = Math.max(1, at(box, 3) - at(box, 1))
  const proportion = Math.max(-2, Math.min(2, Math.log(width / height)))
  out[offset + EDGE_NUMBERS + COLOUR_NUMBERS] = proportion
  out[offset + EDGE_NUMBERS + COLOUR_NUMBERS + 1] = Math.abs(proportion)
}

/** Scales the box to the crop, values 0–1: four samples per crop pixel, each read between pixels. */
function cutOut(pixels: Pixels, box: RegionBox): void {
  const { width, height, data } = pixels
  const left = at(box, 0)
  const top = at(box, 1)
  const stepX = (at(box, 2) - left) / (2 * CROP)
  const stepY = (at(box, 3) - top) / (2 * CROP)
  crop.fill(0)
  for (let sy = 0; sy < 2 * CROP; sy++) {
    const y = Math.min(height - 1, Math.max(0, top + (sy + 0.5) * stepY - 0.5))
    const y0 = Math.floor(y)
    const fy = y - y0
    const down = y0 + 1 < height ? width * 3 : 0
    for (let sx = 0; sx < 2 * CROP; sx++) {
      const x = Math.min(width - 1, Math.max(0, left + (sx + 0.5) * stepX - 0.5))
      const x0 = Math.floor(x)
      const fx = x - x0
      const right = x0 + 1 < width ? 3 : 0
      const from = 3 * (y0 * width + x0)
      const to = 3 * ((sy >> 1) * CROP + (sx >> 1))
      for (let c = 0; c < 3; c++) {
        const i = from + c
        const upper = (data[i] as number) * (1 - fx) + (data[i + right] as number) * fx
        const lower = (data[i + down] as number) * (1 - fx) + (data[i + down + right] as number) * fx
        crop[to + c] = (crop[to + c] as number) + (upper * (1 - fy) + lower * fy) / 1020
      }
    }
  }
}

/** Per cell, how strong the edges are in each of eight directions (light-dark and dark-light count alike). */
function describeEdges(out: Float32Array, offset: number): void {
  for (let y = 0; y < CROP; y++) {
    const up = y > 0 ? CROP * 3 : 0
    const down = y < CROP - 1 ? CROP * 3 : 0
    for (let x = 0; x < CROP; x++) {
      const before = x > 0 ? 3 : 0
      const after = x < CROP - 1 ? 3 : 0
      let dx = 0
      let dy = 0
      let strongest = 0
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * CROP + x) + c
        const gx = (crop[i + after] as number) - (crop[i - before] as number)
        const gy = (crop[i + down] as number) - (crop[i - up] as number)
        const strength = gx * gx + gy * gy
        if (strength > strongest) {
          strongest = strength
          dx = gx
          dy = gy
        }
      }
      if (strongest > 1e-6) addEdge(out, offset, x, y, dx, dy, Math.sqrt(strongest))
    }
  }
  normaliseEdges(out, offset)
}

/** Shares an edge between its two nearest directions; position decides the cell. */
function addEdge(out: Float32Array, offset: number, x: number, y: number, dx: number, dy: number, strength: number): void {
  let angle = Math.atan2(dy, dx) / Math.PI
  if (angle < 0) angle += 1
  const place = angle * DIRECTIONS
  const first = Math.floor(place)
  const share = place - first
  const cell = offset + (Math.floor(y / CELL) * CELLS + Math.floor(x / CELL)) * DIRECTIONS
  const a = cell + (first % DIRECTIONS)
  const b = cell + ((first + 1) % DIRECTIONS)
  out[a] = (out[a] as number) + strength * (1 - share)
  out[b] = (out[b] as number) + strength * share
}

/** Divides each cell by the edge strength round it, so that pale and strong outlines look alike. */
function normaliseEdges(out: Float32Array, offset: number): void {
  let total = 0
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    let sum = 0
    for (let d = 0; d < DIRECTIONS; d++) sum += (out[offset + cell * DIRECTIONS + d] as number) ** 2
    energy[cell] = sum
    total += sum
  }
  const floor = (0.25 * total) / (CELLS * CELLS) + 0.02
  for (let cy = 0; cy < CELLS; cy++) {
    for (let cx = 0; cx < CELLS; cx++) {
      let sum = 0
      let count = 0
      for (let ny = Math.max(0, cy - 1); ny <= Math.min(CELLS - 1, cy + 1); ny++) {
        for (let nx = Math.max(0, cx - 1); nx <= Math.min(CELLS - 1, cx + 1); nx++) {
          sum += energy[ny * CELLS + nx] as number
          count++
        }
      }
      const scale = 1 / Math.sqrt(sum / count + floor)
      const first = offset + (cy * CELLS + cx) * DIRECTIONS
      for (let d = 0; d < DIRECTIONS; d++) out[first + d] = (out[first + d] as number) * scale
    }
  }
}

/** Mean colours of an 8 × 8 grid, −1 to 1. */
function describeColours(out: Float32Array, offset: number): void {
  const share = 2 / (COLOUR_STEP * COLOUR_STEP)
  for (let y = 0; y < CROP; y++) {
    for (let x = 0; x < CROP; x++) {
      const from = 3 * (y * CROP + x)
      const to = offset + 3 * (Math.floor(y / COLOUR_STEP) * COLOUR_GRID + Math.floor(x / COLOUR_STEP))
      for (let c = 0; c < 3; c++) out[to + c] = (out[to + c] as number) + (crop[from + c] as number) * share
    }
  }
  for (let i = offset; i < offset + COLOUR_NUMBERS; i++) out[i] = (out[i] as number) - 1
}
