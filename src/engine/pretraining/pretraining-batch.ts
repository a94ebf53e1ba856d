// A batch of masked caption pairs (spec section 5). Letters as in tasks/task-batch.ts; c: detector classes.

import type { TrunkInputs } from '../tasks/task-batch'
import type { RegionChoice } from './region-choice'

export interface PretrainingBatch extends TrunkInputs {
  readonly rows: number
  readonly words: number
  readonly regions: number
  /** [b, w] int32: the original word where one is to be predicted, else −1. */
  readonly wordLabels: Int32Array
  /** [b, r] float32: 1 where the region's class distribution is to be predicted; region 0 never is. */
  readonly regionLabels: Float32Array
  /**
   * [b, r, c] float32: the detector's class probabilities of the asked regions (visual target 0), or the features of all
   * regions before masking (1 and 2).
   */
  readonly regionTargets: Float32Array
  /** Width of a region's target. */
  readonly classes: number
  /** With visual target 2: among which targets of the batch each asked region must find its own. */
  readonly choice?: RegionChoice
  /** [b] int32: 0 matched, 1 mismatched. */
  readonly mismatched: Int32Array
  /** [b]: 1 for a real row, 0 for padding. */
  readonly weights: Float32Array
}
