// The seam between the model and the engines: pure functions from weights and inputs to logits and losses.
// The eager engine runs them, the compiled engine records them; neither knows a layer (spec sections 1, 2, 5).
// Read next: trunk/trunk.ts, heads/task-heads.ts, losses/task-loss.ts.

import { type Tensor, add, div, matMul, maximum, mean, mul, reshape, sqrt, square, sub, sum, tile } from '@tensorflow/tfjs-core'
import type { Objective, Task } from '../../contract/task-catalog'
import { alignmentLogits, regionClassLogits, wordLogits } from '../heads/pretraining-heads'
import { taskLogits } from '../heads/task-heads'
import { type PretrainingTargets, alignmentLoss, regionLoss, wordLoss } from '../losses/pretraining-loss'
import { taskLoss } from '../losses/task-loss'
import type { ForwardContext, ParameterSpec } from '../nn/forward-context'
import type { TrunkInputs } from '../trunk/embeddings'
import { modelParameters } from '../trunk/parameters'
import { trunk } from '../trunk/trunk'
import type { ModelConfig } from '../trunk/trunk-config'

/** Fed inputs by the names of `taskInputSpecs` or `pretrainingInputSpecs`. */
export type Inputs = Readonly<Record<string, Tensor>>

export interface TaskOutput {
  /** [e, n]; padding regions have about −10000. */
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

/** The input of a name; a missing one is a bug in the engine. */
export function input(inputs: Inputs, name: string): Tensor {
  const tensor = inputs[name]
  if (!tensor) throw new Error(`Input '${name}' is not fed; fed are ${Object.keys(inputs).join(', ')}`)
  return tensor
}

function trunkInputs(inputs: Inputs): TrunkInputs {
  const { tokenRows, segmentIds } = inputs
  return {
    wordIds: input(inputs, 'wordIds'), wordMask: input(inputs, 'wordMask'), features: input(inputs, 'features'),
    boxes: input(inputs, 'boxes'), regionMask: input(inputs, 'regionMask'), tokenRows, segmentIds
  }
}

function pretrainingTargets(inputs: Inputs): PretrainingTargets {
  return {
    wordLabels: input(inputs, 'wordLabels'), regionLabels: input(inputs, 'regionLabels'),
    regionTargets: input(inputs, 'regionTargets'), mismatched: input(inputs, 'mismatched'), weights: input(inputs, 'weights'),
    candidates: inputs['candidates'], candidateWeights: inputs['candidateWeights'], regionPlaces: inputs['regionPlaces']
  }
}

function fusedSpread(fused: Tensor, weights: Tensor, rowsPerExample: number): Tensor {
  const rowWeights = reshape(tile(reshape(weights, [-1, 1]), [1, rowsPerExample]), [1, -1])
  const shares = div(rowWeights, maximum(sum(rowWeights), 1e-12))
  const centre = matMul(shares, fused)
  return mean(sqrt(matMul(shares, square(sub(fused, centre)))))
}

export const stepProgram: StepProgram = {
  modelParameters,
  taskForward(context, task, inputs) {
    const output = trunk(context, trunkInputs(inputs))
    return { logits: taskLogits(context, task, output, input(inputs, 'regionMask')), fused: output.fused }
  },
  taskLoss,
  pretrainingForward(context, inputs) {
    const output = trunk(context, trunkInputs(inputs))
    return {
      wordLogits: wordLogits(context, output.text),
      regionLogits: regionClassLogits(context, output.vision),
      alignmentLogits: alignmentLogits(context, output.fused)
    }
  },
  pretrainingLoss(config, output, inputs, alignmentFactor) {
    const targets = pretrainingTargets(inputs)
    const word = wordLoss(output.wordLogits, targets)
    const region = regionLoss(output.regionLogits, targets, config.visual_target)
    const alignment = alignmentLoss(output.alignmentLogits, targets)
    return { total: add(add(word, region), mul(alignment, alignmentFactor)), wordLoss: word, regionLoss: region, alignmentLoss: alignment }
  },
  fusedSpread
}
