// Batches of masked pairs of picture and caption (spec section 5). With probability 0.5 the caption is one of another
// picture (objectives 0 and 1). Objective 1, the released one, asks for no words and regions of such pairs.
// As in data/batcher.ts the number of a batch says exactly what is in it. Read next: masked-pair.ts, pretraining-data.ts.

import { at } from '../../contract/check'
import type { CaptionExample } from '../data/example'
import { type RandomStream, randomStream } from '../random'
import { emptyInputs, fillRegions, fillWords } from '../tasks/fill-rows'
import type { VisualTarget } from '../trunk/trunk-config'
import { type MaskedPair, type PairSetting, maskPair } from './masked-pair'
import type { PretrainingBatch } from './pretraining-batch'
import { drawRegionChoice } from './region-choice'

export interface PretrainingSetting extends PairSetting {
  readonly seed: number
  readonly rows: number
  readonly visualTarget: VisualTarget
  /** Candidates of visual target 2. */
  readonly numNegative: number
  /** `all`: validation counts the masked losses of mismatched pairs under objective 1 too, as released. */
  readonly validationObjective: 'same' | 'all'
}

export interface PretrainingBatches {
  readonly examples: number
  readonly batchesPerPass: number
  /** Training batch with this number, from 0; always full. */
  batch(number: number): PretrainingBatch
  /** Batches of a check: each of `limit` examples (0: all) once. */
  checkBatches(limit: number): number
  /** Batch of such a check, numbers from 0: masked the same every time; the last is padded. */
  checkBatch(number: number, limit: number): PretrainingBatch
  /** All batches of a check, one after another. */
  all(limit: number): Generator<PretrainingBatch>
}

export function createPretrainingBatches(setting: PretrainingSetting, examples: readonly CaptionExample[], name: string): PretrainingBatches {
  const { seed, rows } = setting
  const everything = [...examples.keys()]
  const measured: PretrainingSetting = setting.objective === 1 && setting.validationObjective === 'all' ? { ...setting, objective: 0 } : setting
  let order: { pass: number; indices: readonly number[] } = { pass: -1, indices: [] }
  const orderOf = (pass: number): readonly number[] => {
    if (order.pass !== pass) order = { pass, indices: randomStream(seed, 'order', 'pretraining', name, pass).shuffle(everything) }
    return order.indices
  }
  const checkBatches = (limit: number): number => Math.ceil((limit > 0 ? Math.min(limit, examples.length) : examples.length) / rows)
  let checked: { readonly limit: number; readonly indices: readonly number[] } = { limit: 0, indices: everything }
  const checkBatch = (number: number, limit: number): PretrainingBatch => {
    const all = limit === 0 || limit >= examples.length
    if (checked.limit !== limit) checked = { limit, indices: all ? everything : randomStream(seed, 'validation examples', 'pretraining', name).shuffle(everything).slice(0, limit) }
    const fixed = checked.indices.slice(number * rows, (number + 1) * rows).map((index) => ({ index, stream: pairStream(seed, name, index) }))
    if (fixed.length === 0) throw new RangeError(`A check of ${checked.indices.length} captions (${name}) has ${checkBatches(limit)} batches; there is none with number ${number}`)
    return fillBatch(measured, examples, fixed, randomStream(seed, 'negatives', name, 'fixed', number * rows))
  }
  return {
    checkBatches, checkBatch, examples: examples.length,
    batchesPerPass: Math.max(1, Math.ceil(examples.length / rows)),
    batch(number) {
      const chosen = Array.from({ length: rows }, (_, row) => number * rows + row).map((place) => {
        const pass = Math.floor(place / examples.length)
        const index = at(orderOf(pass), place % examples.length)
        return { index, stream: randomStream(seed, 'masks', name, pass, index) }
      })
      return fillBatch(setting, examples, chosen, randomStream(seed, 'negatives', name, number))
    },
    *all(limit) {
      for (let number = 0; number < checkBatches(limit); number++) yield checkBatch(number, limit)
    }
  }
}

/** What is masked of an example wherever it is always masked the same: in validation and in the masking inspector. */
export function pairStream(seed: number, split: string, index: number): RandomStream {
  return randomStream(seed, 'masks', split, 'fixed', index)
}

interface Chosen {
  readonly index: number
  readonly stream: RandomStream
}

function fillBatch(setting: PretrainingSetting, examples: readonly CaptionExample[], chosen: readonly Chosen[], negatives: RandomStream): PretrainingBatch {
  const { regions, rows, words, regionRows, visualTarget } = setting
  const classes = visualTarget === 0 ? regions.classes : regions.featureSize
  const batch: PretrainingBatch = {
    rows, words, regions: regionRows, classes, ...emptyInputs(rows, words, regionRows, regions.featureSize),
    wordLabels: new Int32Array(rows * words).fill(-1), regionLabels: new Float32Array(rows * regionRows),
    regionTargets: new Float32Array(rows * regionRows * classes), mismatched: new Int32Array(rows), weights: new Float32Array(rows)
  }
  chosen.forEach(({ index, stream }, row) => fillRow(setting, batch, row, maskPair(setting, examples, at(examples, index), stream)))
  for (let row = chosen.length; row < rows; row++) {
    batch.wordMask[row * words] = 1
    batch.regionMask[row * regionRows] = 1
  }
  if (visualTarget !== 2) return batch
  return { ...batch, choice: drawRegionChoice(batch.regionLabels, rows, regionRows, setting.numNegative, negatives) }
}

function fillRow({ regions, words, regionRows, visualTarget }: PretrainingSetting, batch: PretrainingBatch, row: number, pair: MaskedPair): void {
  const { text, picture, count, masked, asked } = pair
  fillWords(batch, row, words, text.ids)
  if (asked) text.labels.forEach((label, place) => (batch.wordLabels[row * words + place] = label))
  fillRegions(batch, row, regionRows, { ...picture, features: masked.features, count })
  if (visualTarget === 0) fillClasses(batch, row, pair, regions.classes)
  else {
    const size = regions.featureSize
    batch.regionTargets.set(picture.features.subarray(size, count * size), (row * regionRows + 1) * size)
    for (let region = 1; region < count && asked; region++) batch.regionLabels[row * regionRows + region] = masked.labels[region] ?? 0
  }
  batch.mismatched[row] = pair.mismatched ? 1 : 0
  batch.weights[row] = 1
}

/** Visual target 0: the detector's distribution of the asked regions; a store without classes asks for none. */
function fillClasses(batch: PretrainingBatch, row: number, { picture, count, masked, asked }: MaskedPair, classes: number): void {
  for (let region = 1; region < count && asked && picture.classes; region++) {
    if (masked.labels[region] !== 1) continue
    const place = row * batch.regions + region
    batch.regionLabels[place] = 1
    batch.regionTargets.set(picture.classes.subarray(region * classes, (region + 1) * classes), place * classes)
  }
}
