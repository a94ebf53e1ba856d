// Visual target 2 (spec section 5): a masked region must find its own feature among those of other regions, 70 % of them
// of other pictures of the batch and 30 % of its own picture, drawn with replacement. Read next: ../losses/pretraining-loss.ts.

import { WorkbenchError } from '../../contract/check'
import type { RandomStream } from '../random'

/** What each asked region of a batch chooses among; n = b · r counts all rows of the batch, region 0 included. */
export interface RegionChoice {
  /** [b, r, n]: log of how often a candidate stands in the region's choice, NEVER for 0. */
  readonly weights: Float32Array
  /** [b, r] int32: the region's own place among the n, −1 where nothing is asked. */
  readonly places: Int32Array
}

const NEVER = -1e9
const ACROSS = 0.7
const INSIDE = 0.3
/** The weights have n² numbers: a quarter of a gigabyte at this size. */
const MOST_CANDIDATES = 8192

/** How many of the candidates are drawn from other pictures and from the own one: 89 and 38 of the reference's 128. */
export function negativeCounts(numNegative: number): { across: number; inside: number } {
  return { across: Math.floor(numNegative * ACROSS), inside: Math.floor(numNegative * INSIDE) }
}

export function checkChoiceSize(rows: number, regions: number): void {
  if (rows < 2) throw new WorkbenchError(`visualTarget=2 draws features of other pictures of the batch, so batchRows must be at least 2; it is ${rows}.`)
  if (rows * regions > MOST_CANDIDATES) throw new WorkbenchError(`visualTarget=2 compares every region of a batch with every other: ${rows} rows of ${regions} regions are too many; lower batchRows to at most ${Math.floor(MOST_CANDIDATES / regions)}.`)
}

/**
 * Draws the candidates of every asked region as the reference does: another picture uniformly and any of its boxes, or
 * another box of the own picture; padding boxes and boxes without a label may be drawn. `labels` [b, r].
 */
export function drawRegionChoice(labels: Float32Array, rows: number, regions: number, numNegative: number, stream: RandomStream): RegionChoice {
  const boxes = regions - 1
  const { across, inside } = negativeCounts(numNegative)
  return regionChoice(labels, rows, regions, (row, box) => {
    const drawn: number[] = []
    for (let i = 0; i < across; i++) {
      const other = stream.integer(rows - 1)
      drawn.push((other === row ? rows - 1 : other) * boxes + stream.integer(boxes))
    }
    for (let i = 0; i < inside && boxes > 1; i++) {
      const other = stream.integer(boxes - 1)
      drawn.push(row * boxes + (other === box ? boxes - 1 : other))
    }
    return drawn
  })
}

/** The choice whose negatives are given: for a row and a box (from 0, region 0 not counted) places in [row × box]. */
export function regionChoice(labels: Float32Array, rows: number, regions: number, negatives: (row: number, box: number) => Iterable<number>): RegionChoice {
  const boxes = regions - 1
  const count = rows * regions
  const weights = new Float32Array(count * count)
  const places = new Int32Array(count).fill(-1)
  const times = new Float64Array(count)
  for (let place = 0; place < count; place++) {
    const region = place % regions
    if (region === 0 || labels[place] !== 1) continue
    places[place] = place
    times.fill(0)
    times[place] = 1
    for (const negative of negatives(Math.floor(place / regions), region - 1)) {
      const candidate = Math.floor(negative / boxes) * regions + 1 + (negative % boxes)
      times[candidate] = (times[candidate] ?? 0) + 1
    }
    for (let other = 0; other < count; other++) weights[place * count + other] = (times[other] ?? 0) > 0 ? Math.log(times[other] ?? 0) : NEVER
  }
  return { weights, places }
}
