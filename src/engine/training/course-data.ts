// The data of a course, apart from its engine: facts that the engine is made from, batches by number, and what a check
// finds. Every part can cross a thread. Read next: task-course.ts (the twelve tasks), ../pipeline/data-source.ts.

import type { EngineOptions } from '../execution/engine-options'
import type { CourseTask, Gate, Validation } from './course'

/** A batch by name. It is a function of the configuration and these three: making it twice gives the same bits. */
export interface BatchPlace {
  readonly task: CourseTask
  /** `train`: the task's training batch with this number; else the batch of a check. */
  readonly split: 'train' | CheckedSplit
  /** From 0. */
  readonly number: number
}

export type CheckedSplit = 'val' | 'test'

export interface TaskFacts {
  readonly task: CourseTask
  readonly batchesPerPass: number
  /** Batches of a check; 0 where there is no such split. */
  readonly checks: Readonly<Record<CheckedSplit, number>>
}

/** What is known once the data are open; plain values. */
export interface CourseFacts {
  /** What the engine of this data is made for. */
  readonly options: EngineOptions
  /** What a user must know. */
  readonly notes: readonly string[]
  /** In the order of a round. */
  readonly tasks: readonly TaskFacts[]
}

/** Opened data: `Batch` goes to an engine, which answers the batches of a check with a `Result`. */
export interface CourseData<Batch, Result> extends CourseFacts {
  batch(place: BatchPlace): Batch
  /** Counts what the engine says of a check's batch; number 0 begins a new check. */
  score(place: BatchPlace, batch: Batch, result: Result): void
  /** The check of all batches scored since number 0. */
  finish(task: CourseTask, split: CheckedSplit, iteration: number): Validation
}

/** The same from wherever the data are held: what a course asks. Rejects with what went wrong there. */
export interface DataSource<Batch, Result> extends CourseFacts {
  batch(place: BatchPlace): Promise<Batch>
  /** Takes the batch over: its numbers are gone for the caller. What goes wrong is told by `finish`. */
  score(place: BatchPlace, batch: Batch, result: Result): void
  finish(task: CourseTask, split: CheckedSplit, iteration: number): Promise<Validation>
  close(): void
}

export function factsOf(source: Pick<CourseFacts, 'tasks'>, task: CourseTask): TaskFacts {
  const found = source.tasks.find((facts) => facts.task === task)
  if (found) return found
  throw new Error(`'${task}' is no task of this course`)
}

/** A whole check: every batch predicted and scored; undefined if the gate says no in between. */
export async function checkSplit<Batch, Result>(
  source: DataSource<Batch, Result>, check: { readonly task: CourseTask; readonly split: CheckedSplit; readonly iteration: number },
  predict: (batch: Batch) => Promise<Result>, gate: Gate
): Promise<Validation | undefined> {
  const { task, split, iteration } = check
  const count = factsOf(source, task).checks[split]
  for (let number = 0; number < count; number++) {
    if (!(await gate())) return undefined
    const place = { task, split, number }
    const batch = await source.batch(place)
    source.score(place, batch, await predict(batch))
  }
  return source.finish(task, split, iteration)
}
