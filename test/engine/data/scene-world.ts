// A tiny mini-world without pixels: the published files as written, and region stores with the true boxes and made-up
// features. Fast enough for every test file; what comes from pixels has its own tests.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type PictureRegions, writeRegionStore } from '../../../src/engine/data/region-store'
import { storeKey } from '../../../src/engine/mini-world/pools'
import { POOLS, type Picture } from '../../../src/engine/mini-world/scene'
import { randomStream } from '../../../src/engine/random'
import { writtenWorld } from '../mini-world/written-world'

export const FEATURES = 8
export const CLASSES = 5

/** Root of the world; every object of a scene is a detected region. */
export function sceneWorld(seed = 1): { readonly root: string; readonly pictures: readonly Picture[] } {
  const { folder, pictures } = writtenWorld(seed)
  mkdirSync(join(folder, 'features'), { recursive: true })
  for (const pool of POOLS) {
    const own = pictures.filter((picture) => picture.pool === pool)
    writeRegionStore(join(folder, 'features', `${pool}.safetensors`), FEATURES, own.map((picture) => regionsOf(picture, true)))
    writeRegionStore(join(folder, 'features', `${pool}_gt.safetensors`), FEATURES, own.map((picture) => regionsOf(picture, false)))
  }
  return { root: folder, pictures }
}

function regionsOf(picture: Picture, detected: boolean): PictureRegions {
  const { objects, width, height } = picture.scene
  const classes = new Float32Array(objects.length * CLASSES)
  objects.forEach((object, row) => (classes[row * CLASSES + (object.category.length % CLASSES)] = 1))
  const stream = objects.map((object) => randomStream(0, object.category, object.colour))
  return {
    id: storeKey(picture), width, height, boxes: Float32Array.from(objects.flatMap(({ box }) => [...box])),
    features: Float32Array.from(stream.flatMap((numbers) => Array.from({ length: FEATURES }, () => numbers.normal()))),
    classes: detected ? classes : null
  }
}
