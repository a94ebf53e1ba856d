// A batch of masked caption pairs (spec section 5). Letters as in tasks/task-batch.ts; c: detector classes.

import type { TrunkInputs } from '../tasks/task-batch'

export interface PretrainingBatch extends TrunkInputs {
  readonly rows: number
  readonly words: number
  readonly regions: number
  /** [b, w] int32: the original word where one is to be predicted, else −1. */
  readonly wordLabels: Int32Array
  /** [b, r] float32: 1 where the region's class distribution is to be predicted; region 0 never is. */
  readonly regionLabels: Float32Array
  /** [b, r, c] float32: the detector's class probabilities (visual target 0). */
  readonly regionTargets: Float32Array
  readonly classes: number
  /** [b] int32: 0 matched, 1 mismatched. */
  readonly mismatched: Int32Array
  /** [b]: 1 for a real row, 0 for padding. */
  readonly weights: Float32Array
}
