// Batches of a task in a reproducible order. Passes follow each other without a gap; the order of pass p depends on
// (seed, task, p) alone, so the number of a batch says exactly what is in it and a resumed run needs nothing else
// (spec 4.1; unlike the reference, which loses its place). Read next: task-data.ts.

import { at } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import type { TaskShape } from '../execution/step-engine'
import { type RandomStream, randomStream } from '../random'
import { BEHAVIOURS } from '../tasks/all-tasks'
import type { FillRequest, TaskContext, TaskSplit } from '../tasks/task'
import type { TaskBatch } from '../tasks/task-batch'
import { blindfold } from './blindfold'

export interface TaskBatches {
  readonly split: TaskSplit
  readonly shape: TaskShape
  /** Examples in a pass. */
  readonly examples: number
  /** Batches of a pass, the last one begun counted: the task's epoch (spec 4.1). */
  readonly batchesPerPass: number
  /** Training batch with this number, from 0; always full: where a pass ends, the next one begins. */
  batch(number: number): TaskBatch
  /** Batches of a check: every chosen example once, with evaluation targets, `checkExamples` at a time. */
  readonly checkBatches: number
  /** Batch of a check, numbers from 0; the last is padded with weight 0. */
  checkBatch(number: number): TaskBatch
  /** All batches of a check, one after another. */
  all(): Generator<TaskBatch>
  readonly checkExamples: number
  /** Indices that `all` visits, in order. */
  readonly chosen: readonly number[]
  /** The stream that an example of `all` is filled with. */
  stream(index: number): RandomStream
}

/** A check has no gradients to keep: up to four training batches go through the trunk at once, at most so many rows. */
const CHECK_ROWS = 128
const CHECK_BATCHES = 4

/** Examples of a check's batches: as even as can be, so that few rows are padding. */
function checkSize(examples: number, { task, examples: trained }: TaskShape): number {
  const most = Math.max(trained, Math.min(CHECK_BATCHES * trained, Math.floor(CHECK_ROWS / taskById(task).rowsPerExample)))
  return Math.max(1, Math.ceil(examples / Math.max(1, Math.ceil(examples / most))))
}

/** Orders of the last passes asked for. */
const KEPT_ORDERS = 2

/** `limit`: at most this many examples in `all`, drawn by the seed; 0 for all. */
export function createBatches(context: TaskContext, shape: TaskShape, split: TaskSplit, limit = 0): TaskBatches {
  const { seed, blind, tokenizer } = context
  const fill = (request: Omit<FillRequest, 'context' | 'split'>): TaskBatch =>
    blindfold(BEHAVIOURS[split.task].fill({ context, split, ...request }), blind, tokenizer)
  const count = split.examples.length
  const everything = [...split.examples.keys()]
  const chosen = limit > 0 && limit < count
    ? randomStream(seed, 'validation examples', split.task, split.split).shuffle(everything).slice(0, limit).sort((a, b) => a - b)
    : everything
  const checkExamples = checkSize(chosen.length, shape)
  const orders = new Map<number, readonly number[]>()
  const orderOf = (pass: number): readonly number[] => {
    const known = orders.get(pass)
    if (known) return known
    const made = randomStream(seed, 'order', split.task, pass).shuffle(everything)
    if (orders.size >= KEPT_ORDERS) orders.delete(Math.min(...orders.keys()))
    orders.set(pass, made)
    return made
  }
  const checkBatches = Math.ceil(chosen.length / checkExamples)
  const fixedStream = (example: number): RandomStream => randomStream(seed, 'alternatives', split.task, split.split, example)
  const checkBatch = (number: number): TaskBatch => {
    const indices = chosen.slice(number * checkExamples, (number + 1) * checkExamples)
    if (indices.length === 0) throw new RangeError(`A check of ${split.task} ${split.split} has ${checkBatches} batches; there is none with number ${number}`)
    return fill({ shape: { ...shape, examples: checkExamples }, indices, train: false, stream: fixedStream })
  }
  return {
    split, shape, chosen, checkExamples, checkBatches, checkBatch, stream: fixedStream, examples: count,
    batchesPerPass: Math.max(1, Math.ceil(count / shape.examples)),
    batch(number) {
      if (count === 0) throw new Error(`${split.task} ${split.split} has no examples`)
      const places = Array.from({ length: shape.examples }, (_, row) => number * shape.examples + row)
      const indices = places.map((place) => at(orderOf(Math.floor(place / count)), place % count))
      return fill({
        shape, indices, train: true,
        stream: (_example, row) => randomStream(seed, 'alternatives', split.task, Math.floor(at(places, row) / count), at(indices, row))
      })
    },
    *all() {
      for (let number = 0; number < checkBatches; number++) yield checkBatch(number)
    }
  }
}
