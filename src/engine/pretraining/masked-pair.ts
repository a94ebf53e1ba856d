// One pair of picture and caption as pre-training shows it to the model (spec section 5): perhaps with another caption, with
// hidden words and regions. Batches are filled from it and the masking inspector draws it. Read next: mask-words.ts,
// mask-regions.ts, pretraining-batches.ts.

import type { CaptionExample } from '../data/example'
import type { PictureRows } from '../data/picture-rows'
import type { Regions } from '../data/regions'
import type { Tokenizer } from '../data/tokenizer'
import type { RandomStream } from '../random'
import { type MaskedRegions, type MaskingRule, maskRegions } from './mask-regions'
import { type MaskedWords, maskWords } from './mask-words'

const MISMATCHED = 0.5

export interface PairSetting {
  readonly tokenizer: Tokenizer
  readonly regions: Regions
  readonly objective: 0 | 1 | 2
  readonly regionMasking: MaskingRule
  /** `other`: a mismatched caption is never one of the picture's own; `any`: any of the corpus, as released. */
  readonly mismatchedCaption: 'other' | 'any'
  readonly words: number
  readonly regionRows: number
}

export interface MaskedPair {
  /** The caption that the model reads. */
  readonly caption: string
  readonly mismatched: boolean
  /** Whether hidden words and regions are asked for: not of a mismatched pair under objective 1. */
  readonly asked: boolean
  /** Piece ids of the caption with [CLS] and [SEP], before masking. */
  readonly pieces: readonly number[]
  readonly text: MaskedWords
  readonly picture: PictureRows
  /** Rows of the picture that are shown, row 0 included. */
  readonly count: number
  readonly masked: MaskedRegions
}

/** The pair of an example; `stream` decides everything random in it, in a fixed order. */
export function maskPair(setting: PairSetting, examples: readonly CaptionExample[], example: CaptionExample, stream: RandomStream): MaskedPair {
  const { tokenizer, regions, objective, regionMasking, words, regionRows } = setting
  const mismatched = objective !== 2 && stream.chance(MISMATCHED)
  const caption = mismatched ? otherCaption(setting, examples, example, stream) : example.caption
  const pieces = tokenizer.encode(caption, words)
  const text = maskWords(pieces, tokenizer, stream)
  const picture = regions.rows(example.picture)
  const count = Math.min(picture.count, regionRows)
  const masked = maskRegions(picture, count, regionMasking, stream)
  return { caption, mismatched, asked: !(objective === 1 && mismatched), pieces, text, picture, count, masked }
}

/** A caption of another picture, any of the corpus. */
function otherCaption({ mismatchedCaption }: PairSetting, examples: readonly CaptionExample[], own: CaptionExample, stream: RandomStream): string {
  for (let attempt = 0; attempt < 20 && mismatchedCaption === 'other'; attempt++) {
    const drawn = stream.pick(examples)
    if (drawn.picture.id !== own.picture.id) return drawn.caption
  }
  return stream.pick(examples).caption
}
