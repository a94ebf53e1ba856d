// COCO and Flickr30k: which of four pairs of picture and caption belongs together (spec 3.2). Pair 0 is right; the
// others have a random caption, a random picture, and a hard caption: one of a picture that looks alike (in training;
// a second random caption in validation; a hard check takes all three from look-alikes). Read next: ranking.ts, the R@k over a whole split.

import { WorkbenchError } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import type { PictureRef } from '../data/example'
import type { RandomStream } from '../random'
import { asCaption, captionedPictures } from './captioned-pictures'
import { emptyBatch, fillRegions, fillWords, longestText, markExample, openPadding } from './fill-rows'
import { bestIndex } from './logits'
import { nearestPictures } from './nearest-pictures'
import { pictureOf } from './sample-picture'
import type { Behaviour, TaskContext, TaskSplit } from './task'

/** A hard check draws from so many of the nearest pictures. */
const LOOK_ALIKES = 5

interface Pair {
  readonly picture: PictureRef
  readonly caption: string
}

/** The four pairs of an example; the same stream gives the same pairs. */
export function pairsOf(context: TaskContext, split: TaskSplit, index: number, stream: RandomStream, train: boolean): readonly Pair[] {
  const { pictures, ofExample } = captionedPictures(split)
  const own = ofExample[index] ?? 0
  const { picture, caption } = asCaption(split.examples[index])
  const other = (): (typeof pictures)[number] => {
    const drawn = stream.integer(pictures.length - 1)
    const found = pictures[drawn < own ? drawn : drawn + 1]
    if (!found) throw new Error(`Picture ${drawn} of ${pictures.length} cannot be drawn`)
    return found
  }
  const near = (count?: number): (typeof pictures)[number] =>
    pictures[stream.pick(nearestPictures(context, split, own).slice(0, count))] ?? other()
  const hard = !train && context.retrievalCheck === 'hard'
  const wrong = hard ? () => near(LOOK_ALIKES) : other
  const second = { picture, caption: stream.pick(wrong().captions) }
  const { otherPictures = [] } = split
  const third = { picture: otherPictures.length > 0 ? stream.pick(otherPictures) : wrong().picture, caption }
  return [{ picture, caption }, second, third, { picture, caption: stream.pick((train ? near() : wrong()).captions) }]
}

export const imageRetrieval: Behaviour = {
  shape(task, splits, context) {
    const { maxWords, maxRegions } = taskById(task).reference
    for (const split of splits) {
      const count = captionedPictures(split).pictures.length
      if (split.examples.length > 0 && count < 2) throw new WorkbenchError(`${task} ${split.split} has captions of ${count} picture; retrieval needs at least two to choose from.`)
    }
    const captions = splits.flatMap((split) => split.examples.map(asCaption))
    return {
      task, examples: Math.max(1, Math.floor(context.batchRows / 4)), targetWidth: 4,
      words: longestText(captions.map(({ caption }) => caption), context.tokenizer.wordPieces, maxWords),
      regions: Math.min(maxRegions, 1 + context.regions.mostDetected(new Set(captions.map(({ picture }) => picture.pool))))
    }
  },

  fill({ context, shape, split, indices, train, stream }) {
    const batch = emptyBatch(shape, context.regions.featureSize)
    indices.forEach((index, row) => {
      pairsOf(context, split, index, stream(index, row), train).forEach(({ picture, caption }, pair) => {
        fillWords(batch, row * 4 + pair, shape.words, context.tokenizer.encode(caption, shape.words))
        fillRegions(batch, row * 4 + pair, shape.regions, context.regions.rows(picture))
      })
      batch.targets[row * 4] = 1
      markExample(batch, row, index)
    })
    openPadding(batch)
    return batch
  },

  /** Equal logits do not count as right: a model that says the same of everything scores 0. */
  outcomes(batch, logits) {
    return [...batch.weights.keys()].filter((row) => batch.weights[row] === 1).map((row) => {
      const own = logits[row * 4] ?? 0
      const right = [1, 2, 3].every((pair) => own > (logits[row * 4 + pair] ?? 0))
      const best = right ? 0 : 1 + bestIndex(logits, row * 4 + 1, 3)
      return { index: batch.indices[row] ?? -1, best, score: right ? 1 : 0 }
    })
  },

  metrics(_split, outcomes) {
    const shareOf = (pair: number): number => outcomes.filter(({ best }) => best === pair).length / Math.max(1, outcomes.length)
    return { 'chose random caption': shareOf(1), 'chose random picture': shareOf(2), 'chose other caption': shareOf(3) }
  },

  // Pairs are judged one by one: without a look at the picture pair 0 and pair 2 are the same, and so is chance.
  constantGuess: () => 0.25,
  textOnlyGuess: () => 0.25,

  candidates({ context, split, example, index, stream }) {
    const pairs = pairsOf(context, split, index, stream, false)
    const { picture, caption } = asCaption(example)
    const foreign = pairs[2]?.picture ?? picture
    return {
      text: caption, expected: caption, pictures: [pictureOf(context, picture), pictureOf(context, foreign)],
      candidate: (pair) => ({ label: pairs[pair]?.caption ?? '', picture: pair === 2 ? 1 : 0 })
    }
  }
}
