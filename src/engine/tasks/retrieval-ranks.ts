// Retrieval over a whole split (spec 7): every caption against every picture, then R@1, R@5, R@10 and the median rank.
// The pairs are put four to an example, so the step compiled for the 4-way task scores them too.

import type { TaskShape } from '../execution/step-engine'
import { asCaption, captionedPictures } from './captioned-pictures'
import { emptyBatch, fillRegions, fillWords, markExample, openPadding } from './fill-rows'
import type { TaskBatch } from './task-batch'
import type { TaskContext, TaskSplit } from './task'

export interface RankTask {
  /** Captions asked for × pictures of the split. */
  readonly captions: number
  readonly pictures: number
  /** [captions]: row of the right picture. */
  readonly right: Int32Array
  batches(): Generator<{ readonly batch: TaskBatch; store(logits: Float32Array, scores: Float32Array): void }>
}

/** Prepares the comparison of the examples' captions with all pictures of the split. */
export function rankTask(context: TaskContext, shape: TaskShape, split: TaskSplit, examples: readonly number[]): RankTask {
  const { pictures, ofExample } = captionedPictures(split)
  const right = Int32Array.from(examples, (index) => ofExample[index] ?? 0)
  const pairCount = examples.length * pictures.length
  const perBatch = shape.examples * 4
  return {
    captions: examples.length, pictures: pictures.length, right,
    *batches() {
      for (let from = 0; from < pairCount; from += perBatch) {
        const count = Math.min(perBatch, pairCount - from)
        const batch = emptyBatch(shape, context.regions.featureSize)
        for (let k = 0; k < count; k++) {
          const pair = from + k
          const example = asCaption(split.examples[examples[Math.floor(pair / pictures.length)] ?? 0])
          const picture = pictures[pair % pictures.length]?.picture ?? example.picture
          fillWords(batch, k, shape.words, context.tokenizer.encode(example.caption, shape.words))
          fillRegions(batch, k, shape.regions, context.regions.rows(picture))
        }
        for (let row = 0; row * 4 < count; row++) markExample(batch, row, row)
        openPadding(batch)
        yield { batch, store: (logits, scores) => scores.set(logits.subarray(0, count), from) }
      }
    }
  }
}

/**
 * R@k and ranks of [captions, pictures] scores. The rank of the right picture is how many others score at least as
 * high, so that equal scores never help. `median rank` is 1-based.
 */
export function rankMetrics(scores: Float32Array, pictures: number, right: Int32Array): Readonly<Record<string, number>> {
  const ranks = Array.from(right, (own, caption) => {
    const start = caption * pictures
    const score = scores[start + own] ?? 0
    let better = 0
    for (let picture = 0; picture < pictures; picture++) if (picture !== own && (scores[start + picture] ?? 0) >= score) better++
    return better
  }).sort((a, b) => a - b)
  const within = (k: number): number => ranks.filter((rank) => rank < k).length / Math.max(1, ranks.length)
  const middle = ranks.length / 2
  const median = ranks.length === 0 ? 0 : ((ranks[Math.ceil(middle) - 1] ?? 0) + (ranks[Math.floor(middle)] ?? 0)) / 2
  return {
    'R@1': within(1), 'R@5': within(5), 'R@10': within(10), 'median rank': Math.floor(median + 1),
    'mean rank': ranks.length === 0 ? 0 : ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length + 1
  }
}
