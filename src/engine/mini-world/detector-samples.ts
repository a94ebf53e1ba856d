// Labelled boxes to train and to judge the detector with: boxes near objects, somewhat off, and boxes of the ground.
// Read next: train-detector.ts.

import { at } from '../../contract/check'
import { describeRegion, DESCRIPTOR_SIZE } from '../data/region-descriptor'
import { randomStream, type RandomStream } from '../random'
import { categoryIndex, CLASS_COUNT } from './catalog'
import { jitterBox, strayBox } from './detect-regions'
import { overlap } from './relations'
import { renderScene } from './render'
import { COLOURS, type Box, type Scene } from './scene'
import { drawScene } from './scenes'

export const FACINGS = ['left', 'right', 'none'] as const
/** The colour of a box without an object. */
export const NO_COLOUR = COLOURS.length
const BACKGROUND = CLASS_COUNT - 1

export interface DetectorSamples {
  readonly count: number
  /** `[count, DESCRIPTOR_SIZE]` */
  readonly descriptors: Float32Array
  /** Indices `[count]` into CATEGORIES (48 = background), COLOURS (8 = none), FACINGS. */
  readonly category: Uint8Array
  readonly colour: Uint8Array
  readonly facing: Uint8Array
}

interface LabelledBox {
  readonly box: Box
  readonly category: number
  readonly colour: number
  readonly facing: number
}

/** Every object `copies` times with shaken edges, and two boxes of ground. */
function labelledBoxes(stream: RandomStream, scene: Scene, copies: number, jitter: number): LabelledBox[] {
  const boxes: LabelledBox[] = []
  for (const object of scene.objects) {
    for (let i = 0; i < copies; i++) {
      boxes.push({
        box: jitterBox(stream, object.box, scene.width, scene.height, jitter * (stream.chance(0.15) ? 2.5 : 1)),
        category: categoryIndex(object.category),
        colour: COLOURS.indexOf(object.colour),
        facing: FACINGS.indexOf(object.facing)
      })
    }
  }
  for (let i = 0; i < 6 && boxes.length < scene.objects.length * copies + 2; i++) {
    const box = strayBox(stream, scene.width, scene.height)
    if (scene.objects.some((object) => overlap(object.box, box) > 0.2)) continue
    boxes.push({ box, category: BACKGROUND, colour: NO_COLOUR, facing: FACINGS.indexOf('none') })
  }
  return boxes
}

/** Samples of `scenes` scenes of their own seed, in the order of the scenes. */
export function detectorSamples(seed: number, scenes: number, copies: number, jitter: number): DetectorSamples {
  const most = scenes * (9 * copies + 2)
  let descriptors = new Float32Array(Math.ceil(most * 0.7) * DESCRIPTOR_SIZE)
  const labels: LabelledBox[] = []
  for (let i = 0; i < scenes; i++) {
    const stream = randomStream(seed, 'detector scene', i)
    const scene = drawScene(stream, 1_000_000 + i, { firstObjectId: seed * 1_000_000 + i })
    const pixels = renderScene(scene)
    for (const labelled of labelledBoxes(stream, scene, copies, jitter)) {
      const offset = labels.length * DESCRIPTOR_SIZE
      if (offset + DESCRIPTOR_SIZE > descriptors.length) {
        const larger = new Float32Array(Math.ceil(descriptors.length * 1.3))
        larger.set(descriptors)
        descriptors = larger
      }
      describeRegion(pixels, labelled.box, descriptors, offset)
      labels.push(labelled)
    }
  }
  return {
    count: labels.length,
    descriptors: descriptors.subarray(0, labels.length * DESCRIPTOR_SIZE),
    category: Uint8Array.from(labels, (label) => label.category),
    colour: Uint8Array.from(labels, (label) => label.colour),
    facing: Uint8Array.from(labels, (label) => label.facing)
  }
}

/** Samples in another order, by index; for tests and benchmarks that split a set. */
export function descriptorOf(samples: DetectorSamples, index: number): Float32Array {
  at(samples.category, index)
  return samples.descriptors.subarray(index * DESCRIPTOR_SIZE, (index + 1) * DESCRIPTOR_SIZE)
}
