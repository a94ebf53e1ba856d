// Batches of masked pairs of picture and caption (spec section 5). With probability 0.5 the caption is one of another
// picture (objectives 0 and 1). Objective 1, the released one, asks for no words and regions of such pairs.
// As in data/batcher.ts the number of a batch says exactly what is in it. Read next: pretraining-data.ts.

import { at } from '../../contract/check'
import type { CaptionExample } from '../data/example'
import type { Regions } from '../data/regions'
import type { Tokenizer } from '../data/tokenizer'
import { type RandomStream, randomStream } from '../random'
import { emptyInputs, fillRegions, fillWords } from '../tasks/fill-rows'
import { maskRegions } from './mask-regions'
import { maskWords } from './mask-words'
import type { PretrainingBatch } from './pretraining-batch'

const MISMATCHED = 0.5

export interface PretrainingSetting {
  readonly tokenizer: Tokenizer
  readonly regions: Regions
  readonly seed: number
  readonly objective: 0 | 1 | 2
  readonly regionMasking: 'paper' | 'code'
  readonly rows: number
  readonly words: number
  readonly regionRows: number
}

export interface PretrainingBatches {
  readonly examples: number
  readonly batchesPerPass: number
  /** Training batch with this number, from 0; always full. */
  batch(number: number): PretrainingBatch
  /** Each of the first `limit` examples (0: all) once, masked the same every time; the last batch is padded. */
  all(limit: number): Generator<PretrainingBatch>
}

export function createPretrainingBatches(setting: PretrainingSetting, examples: readonly CaptionExample[], name: string): PretrainingBatches {
  const { seed, rows } = setting
  const everything = [...examples.keys()]
  let order: { pass: number; indices: readonly number[] } = { pass: -1, indices: [] }
  const orderOf = (pass: number): readonly number[] => {
    if (order.pass !== pass) order = { pass, indices: randomStream(seed, 'order', 'pretraining', name, pass).shuffle(everything) }
    return order.indices
  }
  return {
    examples: examples.length,
    batchesPerPass: Math.max(1, Math.ceil(examples.length / rows)),
    batch(number) {
      const chosen = Array.from({ length: rows }, (_, row) => number * rows + row).map((place) => {
        const pass = Math.floor(place / examples.length)
        const index = at(orderOf(pass), place % examples.length)
        return { index, stream: randomStream(seed, 'masks', name, pass, index) }
      })
      return fillBatch(setting, examples, chosen)
    },
    *all(limit) {
      const chosen = limit > 0 && limit < examples.length ? randomStream(seed, 'validation examples', 'pretraining', name).shuffle(everything).slice(0, limit) : everything
      for (let from = 0; from < chosen.length; from += rows) {
        yield fillBatch(setting, examples, chosen.slice(from, from + rows).map((index) => ({ index, stream: randomStream(seed, 'masks', name, 'fixed', index) })))
      }
    }
  }
}

interface Chosen {
  readonly index: number
  readonly stream: RandomStream
}

function fillBatch(setting: PretrainingSetting, examples: readonly CaptionExample[], chosen: readonly Chosen[]): PretrainingBatch {
  const { regions, rows, words, regionRows } = setting
  const batch: PretrainingBatch = {
    rows, words, regions: regionRows, classes: regions.classes, ...emptyInputs(rows, words, regionRows, regions.featureSize),
    wordLabels: new Int32Array(rows * words).fill(-1), regionLabels: new Float32Array(rows * regionRows),
    regionTargets: new Float32Array(rows * regionRows * regions.classes), mismatched: new Int32Array(rows), weights: new Float32Array(rows)
  }
  chosen.forEach(({ index, stream }, row) => fillRow(setting, batch, row, examples, index, stream))
  for (let row = chosen.length; row < rows; row++) {
    batch.wordMask[row * words] = 1
    batch.regionMask[row * regionRows] = 1
  }
  return batch
}

function fillRow(setting: PretrainingSetting, batch: PretrainingBatch, row: number, examples: readonly CaptionExample[], index: number, stream: RandomStream): void {
  const { tokenizer, regions, objective, regionMasking, words, regionRows } = setting
  const example = at(examples, index)
  const mismatched = objective !== 2 && stream.chance(MISMATCHED)
  const caption = mismatched ? otherCaption(examples, example, stream) : example.caption
  const asked = !(objective === 1 && mismatched)
  const text = maskWords(tokenizer.encode(caption, words), tokenizer, stream)
  fillWords(batch, row, words, text.ids)
  if (asked) text.labels.forEach((label, place) => (batch.wordLabels[row * words + place] = label))

  const picture = regions.rows(example.picture)
  const count = Math.min(picture.count, regionRows)
  const { features, labels } = maskRegions(picture, count, regionMasking, stream)
  fillRegions(batch, row, regionRows, { ...picture, features, count })
  for (let region = 1; region < count && asked && picture.classes; region++) {
    if (labels[region] !== 1) continue
    batch.regionLabels[row * regionRows + region] = 1
    const { classes } = regions
    batch.regionTargets.set(picture.classes.subarray(region * classes, (region + 1) * classes), (row * regionRows + region) * classes)
  }
  batch.mismatched[row] = mismatched ? 1 : 0
  batch.weights[row] = 1
}

/** A caption of another picture, any of the corpus. */
function otherCaption(examples: readonly CaptionExample[], own: CaptionExample, stream: RandomStream): string {
  for (let attempt = 0; attempt < 20; attempt++) {
    const drawn = stream.pick(examples)
    if (drawn.picture.id !== own.picture.id) return drawn.caption
  }
  return stream.pick(examples).caption
}
