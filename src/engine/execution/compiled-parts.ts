// Training steps in parts: each part of the batch adds its gradients to the session's accumulators, then one run updates.
// Read next: micro-batch.ts, ../compile/accumulation.ts.

import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import type { TaskBatch } from '../tasks/task-batch'
import { type CompiledSteps, type Fetched, fedSettings, runStep } from './compiled-steps'
import { type EngineOptions, type Feed, pretrainingFeeds, pretrainingInputSpecs, taskFeeds, taskInputSpecs } from './engine-options'
import { floats, pretrainingResult, scalar } from './fetched-numbers'
import { type Part, joined, joinedPretraining, partSeed, pretrainingParts, sharedMean, taskParts } from './micro-batch'
import { PRETRAINING, type Steps } from './record-program'
import type { PretrainingResult, StepResult, StepSettings } from './step-engine'

type PartStep = NonNullable<Steps['part']>

export interface PartSteps {
  trainInParts(part: PartStep, batch: TaskBatch, settings: StepSettings): StepResult
  pretrainInParts(part: PartStep, batch: PretrainingBatch, settings: StepSettings): PretrainingResult
}

/** `update` runs what follows the parts. */
export function partSteps(
  options: EngineOptions, { session, clearing }: CompiledSteps, update: (what: string, feeds: readonly Feed[], settings: StepSettings) => Fetched
): PartSteps {
  /** A step that failed half-way has left gradients behind. */
  let dirty = false
  const run = (what: string, { step }: PartStep, parts: readonly Part[], settings: StepSettings, scaleOf: (part: Part) => number): { outputs: Fetched[]; norm: number } => {
    if (dirty && clearing !== undefined) session.run([], [clearing])
    dirty = true
    const outputs = parts.map((part, i) => {
      const own = { ...settings, lossScale: settings.lossScale * scaleOf(part), dropoutSeed: partSeed(settings.dropoutSeed, i) }
      return runStep(session, step, part.feeds, fedSettings(options, own))
    })
    const norm = scalar(update(what, [], settings), 'gradientNorm')
    dirty = false
    return { outputs, norm }
  }
  return {
    trainInParts(part, batch, settings) {
      const parts = taskParts(taskInputSpecs(options, batch), taskFeeds(options, batch), batch, part.examples)
      const { outputs, norm } = run(batch.task, part, parts, settings, ({ shares }) => shares[0] ?? 0)
      const loss = sharedMean(parts, outputs.map((each) => scalar(each, 'loss')))
      const logits = joined(parts, outputs.map((each) => floats(each, 'logits')), batch.examples, (length) => new Float32Array(length))
      return { loss, gradientNorm: norm, logits }
    },
    pretrainInParts(part, batch, settings) {
      const parts = pretrainingParts(pretrainingInputSpecs(options, batch), pretrainingFeeds(options, batch), batch, part.examples)
      const { outputs, norm } = run(PRETRAINING, part, parts, settings, () => 1)
      return joinedPretraining(parts, outputs.map((each) => pretrainingResult(each, norm)), batch.rows, options.alignmentFactor ?? 1)
    }
  }
}
