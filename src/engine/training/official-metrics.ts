// The measures of a data set's official evaluation that need more than a batch and its logits (spec 7): VQA's accuracy with
// normalised answers, and GQA's. Only `evaluate` asks for them. Read next: ../metrics/, evaluate-run.ts.

import { at } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import type { TaskBatches } from '../data/batcher'
import type { QuestionExample } from '../data/example'
import { readGqaFacts } from '../data/gqa-facts'
import { tokenRow } from '../execution/engine-options'
import { type FractionBox, type GqaPrediction, gqaMetrics } from '../metrics/gqa-metrics'
import { votesOf, vqaAccuracy } from '../metrics/vqa-accuracy'
import { attentionPlan } from '../tasks/attention-plan'
import { mean } from '../tasks/logits'
import type { Outcome } from '../tasks/task'
import type { TaskBatch } from '../tasks/task-batch'
import type { OpenedModel } from './open-model'

export interface OfficialMetrics {
  readonly metrics: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

const NONE: OfficialMetrics = { metrics: {}, notes: [] }

/** Undefined if the gate broke it off. */
export async function officialMetrics(model: OpenedModel, batches: TaskBatches, outcomes: readonly Outcome[], gate: (done: number, total: number) => Promise<boolean>): Promise<OfficialMetrics | undefined> {
  if (batches.split.task === 'vqa') return { metrics: vqaMetrics(predictedAnswers(model, batches, outcomes)), notes: [] }
  if (batches.split.task !== 'gqa') return NONE
  const predicted = predictedAnswers(model, batches, outcomes)
  const { facts, notes } = readGqaFacts(model.config.data, new Set(predicted.map(({ example }) => example.id)))
  const named = [...facts.values()].some(({ regions }) => regions !== undefined)
  const attention = named ? await attentionOf(model, batches, gate) : new Map<number, GqaPrediction['attention']>()
  if (attention === undefined) return undefined
  const predictions = predicted.map(({ index, example, answer }): GqaPrediction => {
    const looked = attention.get(index)
    return { facts: facts.get(example.id) ?? {}, answer: Object.keys(example.answers)[0] ?? '', predicted: answer, ...(looked ? { attention: looked } : {}) }
  })
  const blind = named && attention.size === 0 ? ['Grounding is not measured: the model has no connection layers, so no attention of words on regions.'] : []
  return { metrics: gqaMetrics(predictions), notes: [...notes, ...blind] }
}

export interface PredictedAnswer {
  readonly index: number
  readonly example: QuestionExample
  readonly answer: string
}

/** The answer texts of a question task's outcomes. */
export function predictedAnswers({ data }: Pick<OpenedModel, 'data'>, { split }: TaskBatches, outcomes: readonly Outcome[]): PredictedAnswer[] {
  const { answers } = data.context(split.task).answers
  return outcomes.flatMap(({ index, best }) => {
    const example = at(split.examples, index)
    return example.kind === 'question' ? [{ index, example, answer: answers[best] ?? '' }] : []
  })
}

/** `accuracy` as the official program gives it, of all and by the data set's answer types. */
export function vqaMetrics(predicted: readonly Pick<PredictedAnswer, 'example' | 'answer'>[]): Readonly<Record<string, number>> {
  const sorts = new Map<string, number[]>()
  const all = predicted.map(({ example, answer }) => {
    const score = vqaAccuracy(answer, votesOf(example.answers))
    if (example.sort !== undefined) sorts.set(example.sort, [...(sorts.get(example.sort) ?? []), score])
    return score
  })
  return { accuracy: mean(all), ...Object.fromEntries([...sorts].sort().map(([sort, scores]) => [`accuracy ${sort}`, mean(scores)])) }
}

/** Where each example's text looks; empty for a model without connections. */
async function attentionOf(model: OpenedModel, batches: TaskBatches, gate: (done: number, total: number) => Promise<boolean>): Promise<Map<number, GqaPrediction['attention']> | undefined> {
  const found = new Map<number, GqaPrediction['attention']>()
  const plan = attentionPlan(model.options, batches.shape)
  if (!plan) return found
  const engine = await model.forward([plan], ['bert.'])
  try {
    for (const batch of batches.all()) {
      if (!(await gate(found.size, batches.chosen.length))) return undefined
      const tokenRows = new Int32Array(batch.rows).fill(tokenRow(taskById(batch.task), model.options.taskToken))
      const { wordIds, wordMask, features, boxes, regionMask } = batch
      const { attention = new Float32Array() } = await engine.run(plan.name, { wordIds, wordMask, features, boxes, regionMask, tokenRows })
      batch.indices.forEach((index, row) => { if (batch.weights[row] === 1) found.set(index, cellsOf(batch, row, attention)) })
    }
    return found
  } finally {
    engine.dispose()
  }
}

function cellsOf(batch: TaskBatch, row: number, attention: Float32Array): (readonly [FractionBox, number])[] {
  return Array.from({ length: batch.regions }, (_, region) => row * batch.regions + region)
    .filter((place) => batch.regionMask[place] === 1)
    .map((place) => [[at(batch.boxes, place * 5), at(batch.boxes, place * 5 + 1), at(batch.boxes, place * 5 + 2), at(batch.boxes, place * 5 + 3)], at(attention, place)] as const)
}
