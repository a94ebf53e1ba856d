// What masked pre-training shows the model of one pair of picture and caption (spec section 5), for the masking inspector:
// which words and regions are hidden, by both masking rules, and what is asked. Read next: workbench-api.ts.

import type { SamplePicture } from './sample-prediction'

/** `mask`, `random`, `kept`: to be predicted, shown as [MASK], as any piece, or as it is. */
export type WordState = 'seen' | 'mask' | 'random' | 'kept'

export interface MaskedWord {
  /** The caption's own word piece; ## pieces go on with the word before them. */
  readonly piece: string
  /** What the model sees in its place. */
  readonly shown: string
  readonly state: WordState
}

/**
 * `asked`: to be predicted, its feature is taken away; `kept`: to be predicted with its feature in place; `hidden`: its
 * feature is taken away because it overlaps one that is asked; `marked`: it overlaps one but keeps its feature, and is
 * only left out of the number that the whole-picture region is divided by.
 */
export type RegionState = 'seen' | 'asked' | 'kept' | 'hidden' | 'marked'

export interface MaskedRegion {
  /** Corners in pixels. */
  readonly box: readonly [number, number, number, number]
  /** By masking rule: the paper's, and the released code's. The same regions are asked. */
  readonly paper: RegionState
  readonly code: RegionState
}

export interface MaskingSample {
  readonly id: string
  /** Place in the split, from 0. */
  readonly index: number
  readonly picture: SamplePicture
  /** The picture's own caption; `caption` is another one where the pair is mismatched. */
  readonly ownCaption: string
  readonly caption: string
  readonly mismatched: boolean
  /** [CLS] first, [SEP] last. */
  readonly words: readonly MaskedWord[]
  readonly regions: readonly MaskedRegion[]
  /** What counts in the three losses: words and regions (0 where they are not asked for), and the pair itself. */
  readonly counted: { readonly words: number; readonly regions: number; readonly alignment: boolean }
}

export type MaskingSplit = 'train' | 'val'

export interface MaskingRequest {
  readonly split: MaskingSplit
  readonly seed: number
  readonly objective: 0 | 1 | 2
  /** First pair and how many. */
  readonly from: number
  readonly count: number
}

export interface MaskingPage extends MaskingRequest {
  /** Pairs of the split. */
  readonly total: number
  /** The rule that the configuration trains with. */
  readonly regionMasking: 'paper' | 'code'
  readonly samples: readonly MaskingSample[]
}
