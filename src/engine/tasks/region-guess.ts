// What can be guessed about a referring expression without the picture's content: always the same place in the list
// of regions; or, from the words, the place in the picture where such answers usually are.

import { overlap } from '../data/boxes'
import type { PixelBox, RegionExample } from '../data/example'
import { mean } from './logits'
import { RIGHT, type ChoosableRow, asRegion, layoutOf } from './region-layout'
import { type TaskContext, type TaskSplit, rowsOf } from './task'
import { byText } from './text-only'

/** Training examples that the guesses learn from. */
const LEARNED_FROM = 4000

/** Regions to choose from at evaluation time. */
const choices = (context: TaskContext, example: RegionExample): ChoosableRow[] => layoutOf(context, example, Number.MAX_SAFE_INTEGER, false).choosable

function isRight(example: RegionExample, box: PixelBox | undefined): number {
  return box !== undefined && overlap(box, example.answer) > (example.candidates.length > 0 ? 0.999 : RIGHT) ? 1 : 0
}

/** Score of always naming the k-th region; k is the best one on train. */
export function constantRegion(train: TaskSplit, examples: readonly RegionExample[], context: TaskContext): number {
  const hits: number[] = []
  for (const example of train.examples.slice(0, LEARNED_FROM).map(asRegion)) {
    choices(context, example).forEach(({ box }, place) => (hits[place] = (hits[place] ?? 0) + isRight(example, box)))
  }
  const best = hits.reduce((top, count, place) => (count > (hits[top] ?? 0) ? place : top), 0)
  return mean(examples.map((example) => isRight(example, choices(context, example)[best]?.box)))
}

const CELLS = 4

/** Middle of a box in a 4 × 4 grid over the picture, and whether it is large. */
function cellOf(box: PixelBox, width: number, height: number): string {
  const cell = (middle: number, size: number): number => Math.min(CELLS - 1, Math.max(0, Math.floor((middle / size) * CELLS)))
  const area = ((box[2] - box[0]) * (box[3] - box[1])) / (width * height)
  return [cell((box[0] + box[2]) / 2, width), cell((box[1] + box[3]) / 2, height), Math.min(2, Math.floor(Math.sqrt(area) * 4))].join()
}

/** Score of the region nearest to where training answers with such words are. */
export function regionByText(train: TaskSplit, examples: readonly RegionExample[], context: TaskContext): number {
  const rows = train.examples.slice(0, LEARNED_FROM).map(asRegion).map((example) => {
    const { width, height } = rowsOf(context, example)
    return { text: example.text, answers: { [cellOf(example.answer, width, height)]: 1 } }
  })
  const guess = byText(rows)
  const scores = examples.map((example) => {
    const { width, height } = rowsOf(context, example)
    const wanted = (guess(example.text) ?? '1,1,1').split(',').map(Number)
    const distance = ({ box }: ChoosableRow): number => cellOf(box, width, height).split(',').reduce((sum, part, i) => sum + Math.abs(Number(part) - (wanted[i] ?? 0)), 0)
    const options = choices(context, example)
    const nearest = options.reduce<ChoosableRow | undefined>((best, option) => (best === undefined || distance(option) < distance(best) ? option : best), undefined)
    return isRight(example, nearest?.box)
  })
  return Math.max(mean(scores), constantRegion(train, examples, context))
}
