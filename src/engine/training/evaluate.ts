// A model on a split: mean loss, the task's metrics, and the two guesses that every score is compared with.
// The loop's validations and the command `evaluate` are both this. Read next: ../tasks/evaluation.ts.

import type { ValidationEvent } from '../../contract/run-events'
import type { TaskBatches } from '../data/batcher'
import type { TaskData } from '../data/task-data'
import type { StepEngine } from '../execution/step-engine'
import type { Evaluation } from '../tasks/evaluation'
import type { Gate } from './course'

export interface EvaluationResult {
  readonly numbers: Pick<ValidationEvent, 'metrics' | 'examples' | 'constantGuess' | 'textOnlyGuess' | 'spread'>
  readonly evaluation: Evaluation
}

/** Every example of `batches.all()` once; undefined if the gate says no in between. */
export async function evaluateBatches(engine: Pick<StepEngine, 'predict'>, data: Pick<TaskData, 'evaluation' | 'guesses'>, batches: TaskBatches, gate: Gate): Promise<EvaluationResult | undefined> {
  const evaluation = data.evaluation(batches)
  let lossSum = 0
  let spreadSum = 0
  let count = 0
  for (const batch of batches.all()) {
    if (!(await gate())) return undefined
    const { logits, loss, spread } = await engine.predict(batch)
    const examples = batch.weights.reduce((sum, weight) => sum + weight, 0)
    evaluation.add(batch, logits)
    lossSum += loss * examples
    spreadSum += spread * examples
    count += examples
  }
  const mean = (sum: number): number => (count > 0 ? sum / count : 0)
  const metrics = { ...evaluation.metrics(), loss: mean(lossSum) }
  return { evaluation, numbers: { metrics, examples: evaluation.examples(), ...data.guesses(batches), spread: mean(spreadSum) } }
}
