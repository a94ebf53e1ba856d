// What makes a task a task: the shape of its batches, how an example fills one, and how logits become scores,
// metrics and samples (spec sections 2, 3, 7). The four files beside this one give the twelve behaviours; all-tasks.ts
// lists them. Read next: question-answering.ts (the simplest).

import type { RunConfig } from '../../contract/run-config'
import type { SamplePrediction } from '../../contract/sample-prediction'
import type { TaskId } from '../../contract/task-catalog'
import type { AnswerVocabulary } from '../data/answer-vocabulary'
import type { Example, PictureRef, SplitName } from '../data/example'
import type { PictureRows } from '../data/picture-rows'
import type { Regions } from '../data/regions'
import type { Tokenizer } from '../data/tokenizer'
import type { TaskShape } from '../execution/step-engine'
import type { RandomStream } from '../random'
import type { TaskBatch } from './task-batch'

/** A split of a task with what was prepared for it once. */
export interface TaskSplit {
  readonly task: TaskId
  readonly split: SplitName
  readonly examples: readonly Example[]
  /** Pictures at hand without a caption, from which retrieval draws its wrong pictures where the captions' own are absent. */
  readonly otherPictures?: readonly PictureRef[]
}

export interface TaskContext {
  readonly tokenizer: Tokenizer
  readonly regions: Regions
  readonly seed: number
  /** Rows of the trunk in a batch. */
  readonly batchRows: number
  /** How the wrong pairs of a retrieval check are drawn (contract/run-config.ts). */
  readonly retrievalCheck: RunConfig['retrievalCheck']
  /** What is taken out of every batch (data/blindfold.ts). */
  readonly blind: RunConfig['blind']
  /** Answers of the task's head; empty for tasks without one. */
  readonly answers: AnswerVocabulary
}

export interface FillRequest {
  readonly context: TaskContext
  readonly shape: TaskShape
  readonly split: TaskSplit
  /** Examples of the split, at most `shape.examples`; fewer leave padding of weight 0. */
  readonly indices: readonly number[]
  /** Training adds annotated regions and soft targets (spec 3.2). */
  readonly train: boolean
  /** The stream of an example (and its row): the same example of the same pass always draws the same. */
  stream(index: number, row: number): RandomStream
}

/** Sums over real examples; the score is sum / count. */
export interface Score {
  readonly sum: number
  readonly count: number
}

/** What is remembered of each predicted example until the metrics are made. */
export interface Outcome {
  readonly index: number
  /** Primary score of the example, 0–1. */
  readonly score: number
  /** Index of the best logit. */
  readonly best: number
}

export interface Behaviour {
  shape(task: TaskId, splits: readonly TaskSplit[], context: TaskContext): TaskShape
  fill(request: FillRequest): TaskBatch
  /** Score of each real example of a batch, 0–1. */
  outcomes(batch: TaskBatch, logits: Float32Array): Outcome[]
  /** Metrics beside `score`, from the outcomes of a split. */
  metrics(split: TaskSplit, outcomes: readonly Outcome[], context: TaskContext): Readonly<Record<string, number>>
  /** Score of the best answer that looks at nothing, chosen on train, measured on the examples. */
  constantGuess(train: TaskSplit, examples: readonly Example[], context: TaskContext): number
  /** Score of the best answer that looks at the words only. */
  textOnlyGuess(train: TaskSplit, examples: readonly Example[], context: TaskContext): number
  /** The n things an example chooses from: labels, truths, and where one stands for a box or picture. */
  candidates(request: CandidateRequest): CandidateList
}

export interface CandidateRequest {
  readonly context: TaskContext
  readonly split: TaskSplit
  readonly example: Example
  readonly index: number
  /** The stream that filled the example's row. */
  readonly stream: RandomStream
}

export interface CandidateList {
  readonly text: string
  readonly expected: string
  readonly pictures: SamplePrediction['pictures']
  readonly expectedBox?: readonly [number, number, number, number]
  candidate(index: number): Omit<SamplePrediction['candidates'][number], 'score' | 'truth'>
}

/** Rows of an example's pictures, empty ones where a picture is not at hand. */
export function rowsOf(context: TaskContext, example: Example, which = 0): PictureRows {
  const picture = example.kind === 'statement' ? example.pictures[which] : example.picture
  return picture ? context.regions.rows(picture) : context.regions.empty
}
