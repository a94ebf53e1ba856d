// What is trained, as the loop sees it: places of a round that step, and results to check. Two courses: the twelve tasks
// (task-course.ts) and pre-training (pretraining-course.ts); the loop is the same. Read next: training-loop.ts.

import type { StepEvent, ValidationEvent } from '../../contract/run-events'
import type { SamplePrediction } from '../../contract/sample-prediction'
import type { TaskId } from '../../contract/task-catalog'
import type { TestOutcomes } from '../../contract/test-outcomes'
import type { StepSettings } from '../execution/step-engine'
import type { ValidationCalendar } from '../schedule/round-robin'
import type { StepLaps } from './phase-clock'

export type CourseTask = TaskId | 'pretraining'

export type StepNumbers = Pick<StepEvent, 'loss' | 'score' | 'gradientNorm' | 'examples'>

export interface Validation {
  readonly numbers: Pick<ValidationEvent, 'metrics' | 'examples' | 'constantGuess' | 'textOnlyGuess' | 'spread'>
  /** Empty where there is nothing to show (pre-training, the test split). */
  readonly samples: readonly SamplePrediction[]
  /** Of the test split of a task: every example. */
  readonly outcomes?: TestOutcomes
}

/** Asked between two batches of a validation; false: the run ends here, give up. */
export type Gate = () => Promise<boolean>

export interface Course {
  /** In the order of a round. */
  readonly tasks: readonly CourseTask[]
  /** Rounds of the longest pass; the reference resets all controllers at the end of some. */
  readonly epochRounds: number
  /** Whether the task's test split is there, to be measured once at the end. */
  hasTest(task: CourseTask): boolean
  calendar(task: CourseTask): ValidationCalendar
  lossScale(task: CourseTask): number
  /** Where the learning-rate schedule is, given the rounds in which a task stepped and whether this one has moved it. */
  scheduleStep(scheduleSteps: number): number
  /** One update on the task's batch with this number (from 0); says how long its parts took. */
  train(task: CourseTask, batch: number, settings: StepSettings, laps: StepLaps): Promise<StepNumbers>
  /** The whole split, or what the configuration allows of it; undefined if the gate said no. */
  validate(task: CourseTask, split: 'val' | 'test', iteration: number, gate: Gate): Promise<Validation | undefined>
}
