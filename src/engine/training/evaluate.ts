// A model on a split: mean loss, the task's metrics, and the two guesses that every score is compared with.
// The loop's validations and the command `evaluate` are both this. Read next: ../tasks/evaluation.ts.

import type { ValidationEvent } from '../../contract/run-events'
import type { TaskBatches } from '../data/batcher'
import type { TaskData } from '../data/task-data'
import type { Prediction, StepEngine } from '../execution/step-engine'
import type { Evaluation } from '../tasks/evaluation'
import type { TaskBatch } from '../tasks/task-batch'
import type { Gate } from './course'

export interface EvaluationResult {
  readonly numbers: Pick<ValidationEvent, 'metrics' | 'examples' | 'constantGuess' | 'textOnlyGuess' | 'spread'>
  readonly evaluation: Evaluation
}

/** Collects what a model says of the batches of a check. */
export interface SplitCheck {
  add(batch: TaskBatch, prediction: Prediction): void
  result(): EvaluationResult
}

type Measured = Pick<TaskData, 'evaluation' | 'guesses'>

export function startCheck(data: Measured, batches: TaskBatches): SplitCheck {
  const evaluation = data.evaluation(batches)
  let lossSum = 0
  let spreadSum = 0
  let count = 0
  const mean = (sum: number): number => (count > 0 ? sum / count : 0)
  return {
    add(batch, { logits, loss, spread }) {
      const examples = batch.weights.reduce((sum, weight) => sum + weight, 0)
      evaluation.add(batch, logits)
      lossSum += loss * examples
      spreadSum += spread * examples
      count += examples
    },
    result() {
      const metrics = { ...evaluation.metrics(), loss: mean(lossSum) }
      return { evaluation, numbers: { metrics, examples: evaluation.examples(), ...data.guesses(batches), spread: mean(spreadSum) } }
    }
  }
}

/** Every example of `batches.all()` once; undefined if the gate says no in between. */
export async function evaluateBatches(engine: Pick<StepEngine, 'predict'>, data: Measured, batches: TaskBatches, gate: Gate): Promise<EvaluationResult | undefined> {
  const check = startCheck(data, batches)
  for (const batch of batches.all()) {
    if (!(await gate())) return undefined
    check.add(batch, await engine.predict(batch))
  }
  return check.result()
}
