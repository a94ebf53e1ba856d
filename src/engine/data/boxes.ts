// Geometry of boxes in pixels: overlap by the data sets' own rule, the five numbers a region is fed with
// (spec 1.4, 3.2). Read next: regions.ts.

import type { PixelBox } from './example'

/** Intersection over union with the "+1" rule: a box from 3 to 5 is three pixels wide. 0–1. */
export function overlap(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + 1
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + 1
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (areaOf(a) + areaOf(b) - shared)
}

const areaOf = (box: PixelBox): number => (box[2] - box[0] + 1) * (box[3] - box[1] + 1)

/** Writes x1/w, y1/h, x2/w, y2/h and the area fraction (no +1 here) at `offset` of `target`. */
export function writeFractions(target: Float32Array, offset: number, box: PixelBox, width: number, height: number): void {
  target[offset] = box[0] / width
  target[offset + 1] = box[1] / height
  target[offset + 2] = box[2] / width
  target[offset + 3] = box[3] / height
  target[offset + 4] = ((box[3] - box[1]) * (box[2] - box[0])) / (width * height)
}

/** Row `row` of a [rows, 4] array as a box. */
export function boxAt(corners: Float32Array, row: number): PixelBox {
  const at = row * 4
  return [corners[at] ?? 0, corners[at + 1] ?? 0, corners[at + 2] ?? 0, corners[at + 3] ?? 0]
}

/** Boxes for a picture of which nothing is annotated: nine overlapping fields, as a detector of nothing would give. */
export function gridBoxes(width: number, height: number): PixelBox[] {
  const boxes: PixelBox[] = []
  for (const y of [0, 1, 2]) for (const x of [0, 1, 2]) boxes.push([(x * width) / 4, (y * height) / 4, ((x + 2) * width) / 4, ((y + 2) * height) / 4])
  return boxes
}
