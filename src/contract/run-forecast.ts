// What a run is expected to need, before it starts. Bytes are those of the training process. Plain data.

import type { TaskId } from './task-catalog'

export interface TaskForecast {
  readonly task: TaskId | 'pretraining'
  /** Tasks with the same text share a compiled step. */
  readonly step: string
  /** Rows of the trunk in a batch, and in one pass (fewer with `microBatch`). */
  readonly rows: number
  readonly rowsAtOnce: number
  /** What one pass keeps for its backward pass, with what is on its way. */
  readonly activationBytes: number
  /** Multiplications of a training step: steps of one model take times in proportion, about. */
  readonly products: number
}

export interface RunForecast {
  readonly parameters: number
  /** Neither frozen nor unused. */
  readonly trainedParameters: number
  readonly weightBytes: number
  /** Alive at once. */
  readonly gradientBytes: number
  readonly momentBytes: number
  /** Of the largest task. */
  readonly activationBytes: number
  /** Libraries, compiled steps; of a run also data and checks. */
  readonly programBytes: number
  /** Largest memory of the process: the sum of the above. */
  readonly peakBytes: number
  readonly tasks: readonly TaskForecast[]
}
