// The seam between the model and the engines: pure functions from weights and inputs to logits and losses.
// The eager engine runs them, the compiled engine records them; neither knows a layer (spec sections 1, 2, 5).
// Read next: trunk/trunk.ts, heads/task-heads.ts, losses/task-loss.ts.

import type { Tensor } from '@tensorflow/tfjs-core'
import type { Objective, Task } from '../../contract/task-catalog'
import type { ForwardContext, ParameterSpec } from '../nn/forward-context'
import type { ModelConfig } from '../trunk/trunk-config'

/** Fed inputs by the names of `taskInputSpecs` or `pretrainingInputSpecs`. */
export type Inputs = Readonly<Record<string, Tensor>>

export interface TaskOutput {
  /** [e, n] */
  readonly logits: Tensor
  /** [b, bi_hidden_size]: the fused vector before dropout, for `fusedSpread`. */
  readonly fused: Tensor
}

export interface PretrainingOutput {
  /** [b, w, vocabulary] */
  readonly wordLogits: Tensor
  /** [b, r, classes], region 0 included. */
  readonly regionLogits: Tensor
  /** [b, 2], index 0 = matched. */
  readonly alignmentLogits: Tensor
}

/** All scalars. `total` = wordLoss + regionLoss + alignmentLoss × alignmentFactor. */
export interface PretrainingLoss {
  readonly total: Tensor
  readonly wordLoss: Tensor
  readonly regionLoss: Tensor
  readonly alignmentLoss: Tensor
}

export interface StepProgram {
  modelParameters(config: ModelConfig): ParameterSpec[]
  taskForward(context: ForwardContext, task: Task, inputs: Inputs): TaskOutput
  /** logits, targets, targetMask [e, n], weights [e] → scalar: weighted mean over examples. */
  taskLoss(logits: Tensor, targets: Tensor, targetMask: Tensor, weights: Tensor, objective: Objective): Tensor
  pretrainingForward(context: ForwardContext, inputs: Inputs): PretrainingOutput
  pretrainingLoss(config: ModelConfig, output: PretrainingOutput, inputs: Inputs, alignmentFactor: number): PretrainingLoss
  /** fused [b, f], weights [e] → scalar: mean over features of the standard deviation over rows of weight > 0. */
  fusedSpread(fused: Tensor, weights: Tensor, rowsPerExample: number): Tensor
}
