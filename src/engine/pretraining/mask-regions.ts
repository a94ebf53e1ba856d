// Masking of regions (spec section 5): each detected region becomes a target with probability 0.15 and then loses its
// feature with probability 0.9; its box stays. `paper`: regions that overlap a target (IoU > 0.4) lose their features
// too, so that the answer cannot be read next to it. `code`: as released, they only leave the mean's divisor.

import { boxAt, overlap } from '../data/boxes'
import type { PictureRows } from '../data/picture-rows'
import type { RandomStream } from '../random'

const TARGET = 0.15
const ERASED = 0.9
const SAME_THING = 0.4

export interface MaskedRegions {
  /** [count, features]: a copy with erased rows and a new row 0, the mean of what is left. */
  readonly features: Float32Array
  /** [count]: 1 where the class is to be predicted. */
  readonly labels: Float32Array
  /** [count]: 1 where the feature was taken away. */
  readonly erased: Uint8Array
  /** [count]: 1 for targets and all that overlap one by more than 0.4. */
  readonly near: Uint8Array
}

export type MaskingRule = 'paper' | 'code'

/** Masks the first `count` rows of a picture (row 0 is the whole picture and never a target). */
export function maskRegions(picture: PictureRows, count: number, rule: MaskingRule, stream: RandomStream): MaskedRegions {
  const size = picture.features.length / picture.count
  const features = picture.features.slice(0, count * size)
  const labels = new Float32Array(count)
  const erased = new Uint8Array(count)
  for (let row = 1; row < count; row++) {
    if (!stream.chance(TARGET)) continue
    labels[row] = 1
    if (stream.chance(ERASED)) erased[row] = 1
  }
  const near = overlapping(picture, labels, count)
  for (let row = 1; row < count; row++) if (rule === 'paper' && near[row] === 1 && labels[row] === 0) erased[row] = 1
  for (let row = 1; row < count; row++) if (erased[row] === 1) features.fill(0, row * size, (row + 1) * size)
  writeMean(features, size, count, rule === 'paper' ? (row) => near[row] === 0 : () => true, near)
  return { features, labels, erased, near }
}

/** [count]: 1 for targets and all regions that overlap one. */
function overlapping(picture: PictureRows, labels: Float32Array, count: number): Uint8Array {
  const near = new Uint8Array(count)
  for (let target = 1; target < count; target++) {
    if (labels[target] !== 1) continue
    const box = boxAt(picture.corners, target)
    for (let row = 1; row < count; row++) if (row === target || overlap(boxAt(picture.corners, row), box) > SAME_THING) near[row] = 1
  }
  return near
}

/** Row 0 = sum of the rows that count, divided by the rows that are not near a target (at least 1). */
function writeMean(features: Float32Array, size: number, count: number, counts: (row: number) => boolean, near: Uint8Array): void {
  features.fill(0, 0, size)
  let free = 0
  for (let row = 1; row < count; row++) if (near[row] === 0) free++
  const divisor = Math.max(1, free)
  for (let row = 1; row < count; row++) {
    if (!counts(row)) continue
    for (let i = 0; i < size; i++) features[i] = (features[i] ?? 0) + (features[row * size + i] ?? 0) / divisor
  }
}
