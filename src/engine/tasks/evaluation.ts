// Collects what a model says of a split, batch by batch: the primary score, the metrics of spec 7, and samples for the
// window. Read next: ../data/task-data.ts, which makes one for each validation.

import { at } from '../../contract/check'
import type { SamplePrediction } from '../../contract/sample-prediction'
import { type Objective, taskById } from '../../contract/task-catalog'
import type { RandomStream } from '../random'
import { BEHAVIOURS } from './all-tasks'
import { mean, sigmoid, softmax } from './logits'
import type { TaskBatch } from './task-batch'
import type { Outcome, Score, TaskContext, TaskSplit } from './task'

const SHOWN = 8

/** Sum of the scores of a batch's real examples and their number; the training score is sum / count. */
export function scoreOf(batch: TaskBatch, logits: Float32Array): Score {
  const outcomes = BEHAVIOURS[batch.task].outcomes(batch, logits)
  return { sum: outcomes.reduce((sum, { score }) => sum + score, 0), count: outcomes.length }
}

export interface Evaluation {
  add(batch: TaskBatch, logits: Float32Array): void
  /** `score` and the task's other metrics, fractions 0–1 unless the name says otherwise. */
  metrics(): Readonly<Record<string, number>>
  /** Examples scored so far. */
  examples(): number
  /** The first `count` examples with what the model says. */
  samples(count: number, iteration: number): SamplePrediction[]
  /** One prediction an example, in the order of evaluation: index in the split and the best logit. */
  outcomes(): readonly Outcome[]
}

interface Kept {
  readonly index: number
  readonly logits: Float32Array
  readonly targets: Float32Array
  readonly mask: Float32Array
}

/** For batches of `TaskBatches.all()`; `stream` is the one that filled them, so that retrieval's pairs can be shown. */
export function startEvaluation(context: TaskContext, split: TaskSplit, stream: (index: number) => RandomStream, kept = 48): Evaluation {
  const behaviour = BEHAVIOURS[split.task]
  const found: Outcome[] = []
  const rows: Kept[] = []
  return {
    add(batch, logits) {
      found.push(...behaviour.outcomes(batch, logits))
      const width = batch.targetWidth
      for (let row = 0; row < batch.examples && rows.length < kept; row++) {
        if (batch.weights[row] !== 1) continue
        const part = (numbers: Float32Array): Float32Array => numbers.slice(row * width, (row + 1) * width)
        rows.push({ index: at(batch.indices, row), logits: part(logits), targets: part(batch.targets), mask: part(batch.targetMask) })
      }
    },
    metrics: () => ({ score: mean(found.map(({ score }) => score)), ...behaviour.metrics(split, found, context) }),
    examples: () => found.length,
    outcomes: () => found,
    samples(count, iteration) {
      const scores = new Map(found.map(({ index, score, best }) => [index, { score, best }]))
      return rows.slice(0, count).map((row) => sampleOf(context, split, row, stream(row.index), iteration, scores.get(row.index)))
    }
  }
}

/** Probabilities of an example's logits, by the task's objective. */
function probabilities(objective: Objective, { logits, mask }: Kept): number[] {
  if (objective === 'answers' || objective === 'regions') return Array.from(logits, (logit, i) => (mask[i] === 1 ? sigmoid(logit) : 0))
  return softmax(logits, 0, logits.length, mask)
}

function sampleOf(context: TaskContext, split: TaskSplit, row: Kept, stream: RandomStream, iteration: number, outcome: { score: number; best: number } | undefined): SamplePrediction {
  const example = at(split.examples, row.index)
  const list = BEHAVIOURS[split.task].candidates({ context, split, example, index: row.index, stream })
  const chances = probabilities(taskById(split.task).objective, row)
  const order = [...chances.keys()].filter((i) => row.mask[i] === 1).sort((a, b) => at(row.logits, b) - at(row.logits, a) || a - b)
  const candidates = order.slice(0, SHOWN).map((i) => ({ ...list.candidate(i), score: at(chances, i), truth: at(row.targets, i) }))
  return {
    id: example.id, task: split.task, iteration, text: list.text, pictures: list.pictures, candidates,
    answer: candidates[0]?.label ?? '', expected: list.expected, right: (outcome?.score ?? 0) > 0,
    ...(list.expectedBox ? { expectedBox: list.expectedBox } : {})
  }
}
