// Everything a pre-training run needs to know of its data: the captions with their pictures, batches, the sizes that
// the model must have. The twelve tasks have data/task-data.ts.

import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { PRETRAINING_REFERENCE } from '../../contract/task-catalog'
import type { CaptionExample, DataProblem, Example } from '../data/example'
import { openRegions } from '../data/regions'
import { availableSplits, readSplit } from '../data/sources/all-sources'
import { openTokenizer } from '../data/vocabulary-file'
import type { PretrainingShape } from '../execution/engine-options'
import { longestText } from '../tasks/fill-rows'
import { type PretrainingBatches, type PretrainingSetting, createPretrainingBatches } from './pretraining-batches'
import { type PretrainingScores, pretrainingScores } from './pretraining-scores'
import { checkChoiceSize } from './region-choice'

export type PretrainingConfig = Pick<RunConfig, 'seed' | 'batchRows' | 'objective' | 'regionMasking' | 'validationExamples' | 'visualTarget' | 'mismatchedCaption' | 'validationObjective'>

export interface PretrainingData {
  readonly vocabularySize: number
  readonly featureSize: number
  /** Detector classes with background. */
  readonly classes: number
  readonly shape: PretrainingShape
  readonly train: PretrainingBatches
  readonly val: PretrainingBatches
  /** The captions behind the batches, and how their pairs are masked. */
  readonly setting: PretrainingSetting
  readonly captions: { readonly train: readonly CaptionExample[]; readonly val: readonly CaptionExample[] }
  readonly problems: readonly DataProblem[]
  readonly notes: readonly string[]
  startScores(): PretrainingScores
}

/** The reference's limits (spec section 5). */
const NUM_NEGATIVE = 128
const WORDS = 36
const REGIONS = 37
/** Every tenth caption is kept for validation where there is no validation file. */
const HELD_OUT = 10

const isCaption = (example: Example): example is CaptionExample => example.kind === 'caption'

/** Reads the captions of a data folder. Throws a WorkbenchError if there are none with pictures. */
export function openPretrainingData({ root, config }: { readonly root: string; readonly config: PretrainingConfig }): PretrainingData {
  const tokenizer = openTokenizer(root)
  const regions = openRegions(root)
  const splits = availableSplits('conceptual-captions', root)
  const read = splits.map((split) => readSplit('conceptual-captions', root, split))
  const notes: string[] = []
  const examplesOf = (split: string): CaptionExample[] => {
    const all = (read.find((data) => data.split === split)?.examples ?? []).filter(isCaption)
    const found = all.filter(({ picture }) => regions.has(picture))
    if (found.length < all.length) notes.push(`${all.length - found.length} of ${all.length} captions (${split}) are left out: their pictures are not at hand.`)
    return found
  }
  let train = examplesOf('train')
  let val = examplesOf('val')
  if (val.length === 0) {
    val = train.filter((_, place) => place % HELD_OUT === 0)
    train = train.filter((_, place) => place % HELD_OUT !== 0)
    notes.push(`There is no validation file: every tenth caption is kept for it (${val.length}).`)
  }
  if (train.length === 0 || val.length === 0) {
    throw new WorkbenchError(`${root} has ${train.length} training and ${val.length} validation captions with pictures; pre-training needs both (Conceptual Captions TSV and a region store or pictures of pool cc).`)
  }
  const words = longestText([...train, ...val].map(({ caption }) => caption), tokenizer.wordPieces, WORDS)
  const regionRows = Math.min(REGIONS, 1 + regions.mostDetected(['cc']))
  const { seed, objective, regionMasking, visualTarget, mismatchedCaption, validationObjective } = config
  const rows = config.batchRows === 'reference' ? PRETRAINING_REFERENCE.batch : config.batchRows
  if (visualTarget === 2) checkChoiceSize(rows, regionRows)
  const shape = { rows, words, regions: regionRows, classes: visualTarget === 0 ? regions.classes : regions.featureSize }
  const setting: PretrainingSetting = {
    tokenizer, regions, seed, objective, regionMasking, mismatchedCaption, validationObjective, visualTarget, numNegative: NUM_NEGATIVE, rows, words, regionRows
  }
  return {
    vocabularySize: tokenizer.vocabularySize, featureSize: regions.featureSize, classes: regions.classes, shape, notes, setting, captions: { train, val },
    problems: read.flatMap((data) => data.problems),
    train: createPretrainingBatches(setting, train, 'train'), val: createPretrainingBatches(setting, val, 'val'),
    startScores: () => pretrainingScores(tokenizer, visualTarget)
  }
}
