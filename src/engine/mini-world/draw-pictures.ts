// Draws a list of pictures, writes their files and reads their region features: the work that make-world.ts shares
// among threads. Each picture depends on the seed and on itself only, never on its neighbours or on the thread.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at } from '../../contract/check'
import { readRegions, type RegionReading } from '../data/pixel-features'
import type { PictureRegions } from '../data/region-store'
import { randomStream } from '../random'
import { detectRegions } from './detect-regions'
import { encodePng } from './png'
import { storeKey } from './pools'
import { renderScene } from './render'
import type { Box, Picture } from './scene'

/** What one thread is asked to do. */
export interface DrawingOrder {
  /** The world's folder; the folders of the files exist. */
  readonly folder: string
  readonly seed: number
  readonly featureSize: number
  readonly pictures: readonly Picture[]
}

export interface DrawnPicture {
  /** What the detector sees, and the true boxes. */
  readonly detected: PictureRegions
  readonly annotated: PictureRegions
}

export function drawPictures({ folder, seed, featureSize, pictures }: DrawingOrder): DrawnPicture[] {
  return pictures.map((picture) => {
    const pixels = renderScene(picture.scene)
    writeFileSync(join(folder, picture.file), encodePng(pixels.data, pixels.width, pixels.height))
    // Named by the first object: the coco twin of a vg picture gets the same regions.
    const stream = randomStream(seed, 'detector', at(picture.scene.objects, 0).id)
    const seen = detectRegions(stream, picture.scene)
    const truth = picture.scene.objects.map((object) => object.box)
    const regions = (boxes: readonly Box[], reading: RegionReading, withClasses: boolean): PictureRegions => ({
      id: storeKey(picture),
      width: pixels.width,
      height: pixels.height,
      boxes: Float32Array.from(boxes.flat()),
      features: reading.features,
      classes: withClasses ? reading.classes : null
    })
    return {
      detected: regions(seen, readRegions(pixels, seen, featureSize), true),
      annotated: regions(truth, readRegions(pixels, truth, featureSize), false)
    }
  })
}
