// The rows that a picture fills in the trunk: row 0 is the whole picture (mean of the others, box 0,0,1,1,1), then one
// row a detected region (spec 1.4). Read next: regions.ts, where they come from.

import { writeFractions } from './boxes'
import type { PixelBox } from './example'

export interface PictureRows {
  readonly width: number
  readonly height: number
  /** 1 + detected regions. */
  readonly count: number
  /** [count, features] */
  readonly features: Float32Array
  /** [count, 5] */
  readonly boxes: Float32Array
  /** [count, 4] in pixels. */
  readonly corners: Float32Array
  /** [count, classes], row 0 zero; null where the store has none. */
  readonly classes: Float32Array | null
}

/** Regions of a picture as a store or the pixels give them, without the row for the whole picture. */
export interface DetectedRegions {
  readonly width: number
  readonly height: number
  /** [n, features] */
  readonly features: Float32Array
  /** [n, 4] in pixels. */
  readonly boxes: Float32Array
  /** [n, classes] or null. */
  readonly classes: Float32Array | null
}

/** Puts the whole picture before the regions; at most `limit` regions stay. */
export function withGlobalRow(detected: DetectedRegions, featureSize: number, classCount: number, limit: number): PictureRows {
  const { width, height } = detected
  const regions = Math.min(limit, detected.boxes.length / 4)
  const count = regions + 1
  const features = new Float32Array(count * featureSize)
  features.set(detected.features.subarray(0, regions * featureSize), featureSize)
  for (let row = 1; row < count; row++) {
    for (let i = 0; i < featureSize; i++) features[i] = (features[i] ?? 0) + (features[row * featureSize + i] ?? 0) / regions
  }
  const corners = new Float32Array(count * 4)
  corners.set([0, 0, width, height])
  corners.set(detected.boxes.subarray(0, regions * 4), 4)
  const classes = detected.classes && new Float32Array(count * classCount)
  if (classes && detected.classes) classes.set(detected.classes.subarray(0, regions * classCount), classCount)
  return { width, height, count, features, boxes: fractionsOf(corners, width, height), corners, classes }
}

/** [count, 5] from [count, 4]; row 0 is the whole picture. */
function fractionsOf(corners: Float32Array, width: number, height: number): Float32Array {
  const boxes = new Float32Array((corners.length / 4) * 5)
  boxes.set([0, 0, 1, 1, 1])
  for (let row = 1; row * 4 < corners.length; row++) {
    const box: PixelBox = [corners[row * 4] ?? 0, corners[row * 4 + 1] ?? 0, corners[row * 4 + 2] ?? 0, corners[row * 4 + 3] ?? 0]
    writeFractions(boxes, row * 5, box, width, height)
  }
  return boxes
}

/** A picture that is not at hand: one row of zeros, so that an example without its picture can still be read. */
export function emptyPicture(featureSize: number, classCount: number): PictureRows {
  return withGlobalRow({ width: 1, height: 1, features: new Float32Array(0), boxes: new Float32Array(0), classes: new Float32Array(0) }, featureSize, classCount, 0)
}
