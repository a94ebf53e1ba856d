// What a study is made for: the base configuration, seeds, and how large its searches are. Read next: settings.ts.

import type { RunConfig } from '../../contract/run-config'
import { TASK_IDS, type TaskId, taskById } from '../../contract/task-catalog'

export interface StudyOptions {
  readonly base: RunConfig
  readonly seeds: readonly number[]
  /** Factors on the base's learning rates that single-task runs choose from; one factor: no search. */
  readonly search: readonly number[]
  /** The full matrix of task pairs instead of the groups' representatives (transfer). */
  readonly full: boolean
  /** Data folder with the captions for pre-training; the base's own unless told. */
  readonly captions?: string
}

/** Single-task runs may take this many times the base's iterations; the search decides for each task. */
export const LENGTHS: readonly number[] = [1, 2, 4, 8, 16, 32]
/** Lengths after the second are tried only where the doubling before gained more than this on validation (score 0–1) … */
export const STILL_PAYS = 0.01
/** … and only with this many of the learning rates, the best at the length before. */
export const RATES_KEPT = 2
/** The joint model's longer run: at size `mini` fewer steps than the single-task models take together at the lengths that they chose. */
export const LONGER = 4
/** Fine-tuning from a multi-task model takes this share of the base's iterations. */
export const FINE_TUNING = 0.5
/** The pre-training ablation pre-trains for this many times the base's iterations: with fewer a trunk has hardly learned what belongs together. */
export const PRETRAINING = 15

/** The study's tasks, in the catalog's order. */
export function tasksOf({ base }: Pick<StudyOptions, 'base'>): TaskId[] {
  return TASK_IDS.filter((task) => base.tasks.includes(task))
}

/** A share of the base's iterations, at least one. */
export function iterationsTimes(base: RunConfig, factor: number): number {
  return Math.max(1, Math.round(base.iterations * factor))
}

/** The base's learning rates times a factor, rounded so that equal rates are written equally; the released code's own rates are its numbers. */
export function ratesTimes(base: RunConfig, factor: number, task: TaskId): Pick<RunConfig, 'learningRate' | 'headLearningRate'> {
  const times = (rate: number): number => Number((rate * factor).toPrecision(3))
  const rate = base.learningRate === 'reference' ? taskById(task).reference.learningRate : base.learningRate
  return { learningRate: times(rate), headLearningRate: times(base.headLearningRate) }
}
