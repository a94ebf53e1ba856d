// Pictures as region rows, for every task and for pre-training (spec 1.4). From the pool's region store where there is
// one; else from the pixels of the picture file, with the boxes that the data sets annotate (COCO instances, Visual
// Genome objects) or a grid. Read next: region-store.ts and pixel-features.ts, the two origins.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { annotatedBoxes } from './annotated-boxes'
import { gridBoxes, overlap, writeFractions } from './boxes'
import type { PictureRef, PixelBox } from './example'
import { readPicture } from './picture-file'
import { type DetectedRegions, type PictureRows, emptyPicture, withGlobalRow } from './picture-rows'
import { PIXEL_FEATURE_SIZE, readRegions, regionFeatures, shippedDetector } from './pixel-features'
import { type RegionStore, openRegionStore } from './region-store'

/** Regions appended after the detected ones: rows without a whole-picture row. */
export type AppendedRows = Pick<PictureRows, 'count' | 'features' | 'boxes' | 'corners'>

export interface Regions {
  readonly featureSize: number
  /** Detector classes with the background, which is the last. */
  readonly classes: number
  /** Row 0 and the detected regions; the empty picture where nothing is at hand (see `has`). */
  rows(picture: PictureRef): PictureRows
  /** Whether a store or a file has the picture. */
  has(picture: PictureRef): boolean
  /** Rows for annotated boxes, in their order. */
  annotated(picture: PictureRef, boxes: readonly PixelBox[]): AppendedRows
  /** Largest number of detected regions in a picture of the pools, at most the reference's 100. */
  mostDetected(pools: Iterable<string>): number
  readonly empty: PictureRows
}

const REFERENCE_REGIONS = 100
/** Boxes of one picture that are read from its pixels; the largest stay. */
const PIXEL_REGIONS = 36
const CACHE_BYTES = 768 * 2 ** 20

export function openRegions(root: string): Regions {
  const stores = new Map<string, RegionStore | null>()
  const store = (name: string): RegionStore | null => {
    let found = stores.get(name)
    if (found === undefined) {
      const path = [join(root, 'features'), join(resolve(root), '..', 'features')].map((folder) => join(folder, `${name}.safetensors`)).find((file) => existsSync(file))
      found = path === undefined ? null : openRegionStore(path)
      stores.set(name, found)
    }
    return found
  }
  const known = ['coco', 'vg', 'flickr30k', 'nlvr2', 'cc'].map(store).filter((found): found is RegionStore => found !== null)
  const featureSize = known[0]?.featureSize ?? PIXEL_FEATURE_SIZE
  const classes = Math.max(0, ...known.map((found) => found.classes)) || shippedDetector().category.bias.length
  const odd = known.find((found) => found.featureSize !== featureSize)
  if (odd) throw new WorkbenchError(`The region stores of ${root} differ in feature size (${featureSize} and ${odd.featureSize}); make them again with one size.`)

  const empty = emptyPicture(featureSize, classes)
  const cache = new Map<string, PictureRows>()
  let cachedBytes = 0
  const load = (picture: PictureRef): PictureRows => {
    const detected = detectedRegions(root, picture, store(picture.pool), featureSize)
    return detected ? withGlobalRow(detected, featureSize, classes, REFERENCE_REGIONS) : empty
  }
  const rows = (picture: PictureRef): PictureRows => {
    const key = `${picture.pool}/${picture.id}`
    const cached = cache.get(key)
    if (cached) return cached
    const made = load(picture)
    cachedBytes += made.features.byteLength
    if (cachedBytes > CACHE_BYTES) {
      cache.clear()
      cachedBytes = made.features.byteLength
    }
    cache.set(key, made)
    return made
  }
  const appended = new WeakMap<readonly PixelBox[], AppendedRows>()
  return {
    featureSize, classes, rows, empty,
    has: (picture) => store(picture.pool)?.has(picture.id) === true || picture.file !== '',
    annotated(picture, boxes) {
      const cached = appended.get(boxes)
      if (cached) return cached
      const made = annotatedRows(root, picture, boxes, store(`${picture.pool}_gt`), rows(picture), featureSize)
      appended.set(boxes, made)
      return made
    },
    mostDetected: (pools) => Math.min(REFERENCE_REGIONS, Math.max(1, ...[...pools].map((pool) => store(pool)?.most ?? PIXEL_REGIONS)))
  }
}

function detectedRegions(root: string, picture: PictureRef, store: RegionStore | null, featureSize: number): DetectedRegions | null {
  const stored = store?.find(picture.id)
  if (stored) return stored
  if (picture.file === '') return null
  const pixels = readPicture(join(root, picture.file))
  const annotated = annotatedBoxes(root, picture.pool).get(picture.id) ?? []
  const area = (box: PixelBox): number => (box[2] - box[0]) * (box[3] - box[1])
  const boxes = annotated.length > 0 ? [...annotated].sort((a, b) => area(b) - area(a)).slice(0, PIXEL_REGIONS) : gridBoxes(pixels.width, pixels.height)
  const { features, classes } = readRegions(pixels, boxes, featureSize)
  return { width: pixels.width, height: pixels.height, features, classes, boxes: Float32Array.from(boxes.flat()) }
}

/** Features of annotated boxes: the pool's second store by box, else the pixels, else the detected region that overlaps most. */
function annotatedRows(root: string, picture: PictureRef, boxes: readonly PixelBox[], store: RegionStore | null, detected: PictureRows, featureSize: number): AppendedRows {
  const count = boxes.length
  const corners = Float32Array.from(boxes.flat())
  const fractions = new Float32Array(count * 5)
  boxes.forEach((box, row) => writeFractions(fractions, row * 5, box, detected.width, detected.height))
  const stored = store?.find(picture.id)
  if (!stored && picture.file !== '') {
    return { count, corners, boxes: fractions, features: regionFeatures(readPicture(join(root, picture.file)), boxes, featureSize) }
  }
  const origin = stored ? { corners: stored.boxes, features: stored.features, from: 0 } : { ...detected, from: 1 }
  const features = new Float32Array(count * featureSize)
  boxes.forEach((box, row) => {
    const best = mostOverlapping(box, origin.corners, origin.from)
    if (best >= 0) features.set(origin.features.subarray(best * featureSize, (best + 1) * featureSize), row * featureSize)
  })
  return { count, corners, boxes: fractions, features }
}

function mostOverlapping(box: PixelBox, corners: Float32Array, from: number): number {
  let best = -1
  let most = 0
  for (let row = from; row * 4 < corners.length; row++) {
    const shared = overlap(box, [corners[row * 4] ?? 0, corners[row * 4 + 1] ?? 0, corners[row * 4 + 2] ?? 0, corners[row * 4 + 3] ?? 0])
    if (shared > most) [best, most] = [row, shared]
  }
  return best
}
