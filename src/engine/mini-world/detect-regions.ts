// Where a detector would see something in a scene: the true boxes a little off, a few missed, some doubled or in
// the wrong place, in no order. Only the boxes; what the regions look like comes from the pixels
// (data/pixel-features.ts). Read next: make-world.ts.

import { at } from '../../contract/check'
import type { RandomStream } from '../random'
import { overlap } from './relations'
import type { Box, Scene } from './scene'

/** Most regions of one picture. */
export const MOST_REGIONS = 12

const MISSED = 0.03
/** Standard deviation of a corner, as a share of the box's width and height. */
const JITTER = 0.035

/** A box near the given one: every edge moves by itself; at least 4 pixels wide and high, inside the picture. */
export function jitterBox(stream: RandomStream, box: Box, width: number, height: number, jitter = JITTER): Box {
  const dx = jitter * (box[2] - box[0]) + 0.4
  const dy = jitter * (box[3] - box[1]) + 0.4
  const move = (deviation: number): number => deviation * Math.max(-2.5, Math.min(2.5, stream.normal()))
  const x1 = Math.max(0, Math.min(width - 4, box[0] + move(dx)))
  const y1 = Math.max(0, Math.min(height - 4, box[1] + move(dy)))
  const x2 = Math.min(width, Math.max(x1 + 4, box[2] + move(dx)))
  const y2 = Math.min(height, Math.max(y1 + 4, box[3] + move(dy)))
  return [Math.fround(x1), Math.fround(y1), Math.fround(x2), Math.fround(y2)]
}

/** A box anywhere in the picture. */
export function strayBox(stream: RandomStream, width: number, height: number): Box {
  const w = 24 + stream.integer(70)
  const h = 24 + stream.integer(70)
  const x = stream.integer(width - w)
  const y = stream.integer(height - h)
  return [x, y, x + w, y + h]
}

/** Boxes of a scene's regions, at most twelve, shuffled. A missed object has no near box at all. */
export function detectRegions(stream: RandomStream, scene: Scene): Box[] {
  const { width, height } = scene
  const truth = scene.objects.map((object) => object.box)
  const missed = truth.map(() => stream.chance(MISSED))
  const found = truth.filter((_, i) => !missed[i])
  const boxes = found.map((box) => jitterBox(stream, box, width, height))
  const extra = 2 + stream.integer(3)
  for (let i = 0; i < extra; i++) {
    const double = found.length > 0 && stream.chance(0.4)
    const box = double ? jitterBox(stream, stream.pick(found), width, height, 0.12) : strayBox(stream, width, height)
    const revealing = truth.some((other, k) => at(missed, k) && overlap(box, other) > 0.3)
    if (boxes.length < MOST_REGIONS && !revealing) boxes.push(box)
  }
  // Where every object was missed, the picture as a whole is the one region.
  if (boxes.length === 0) boxes.push([0, 0, width, height])
  return stream.shuffle(boxes)
}
