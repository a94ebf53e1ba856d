// A batch as typed arrays, the same for all tasks, pre-training and both engines.
// Letters: e examples, b rows of the trunk (e × rowsPerExample), w words, r regions (region 0 is the whole picture), f features.

import type { TaskId } from '../../contract/task-catalog'

export interface TrunkInputs {
  /** [b, w] int32, 0 is padding. */
  readonly wordIds: Int32Array
  /** [b, w] float32, 1 = word. */
  readonly wordMask: Float32Array
  /** [b, r, f] */
  readonly features: Float32Array
  /** [b, r, 5]: corners as fractions of the picture and the area fraction (spec 1.4). */
  readonly boxes: Float32Array
  /** [b, r] float32, 1 = region. */
  readonly regionMask: Float32Array
}

export interface TaskBatch extends TrunkInputs {
  readonly task: TaskId
  /** e: real examples first; the rest up to the fixed size are padding with weight 0. */
  readonly examples: number
  readonly rows: number
  readonly words: number
  readonly regions: number
  /** [e]: 1 for a real example, 0 for padding. The loss is the weighted mean over examples. */
  readonly weights: Float32Array
  /** Soft targets [e, n]: n = answers, regions, 4 alternatives (one-hot at 0) or classes. */
  readonly targets: Float32Array
  /** [e, n]: 1 where a logit counts. Regions: real regions; choices: candidates; else all ones. */
  readonly targetMask: Float32Array
  /** Width n of targets. */
  readonly targetWidth: number
  /** Index of each example in its split: joins predictions with examples. */
  readonly indices: Int32Array
}
