// Learning rate as a pure function of a counter (spec 4.3, 4.5): warm-up, then linear to 0 or constant; and the
// per-task loss scale. Read next: training/train-run.ts, which keeps the counter.

import { type TaskId, taskById } from '../../contract/task-catalog'

export interface LearningRateSchedule {
  readonly kind: 'warmup-linear' | 'constant'
  readonly totalSteps: number
  /** Share of the steps spent on warm-up; its length need not be whole. */
  readonly warmupFraction: number
}

/**
 * Factor 0–1 on the peak learning rate at the k-th schedule step (from 0). Constant has the same warm-up.
 * With a warm-up, k = 0 gives 0: the reference's very first update changes nothing.
 */
export function rateFactor(schedule: LearningRateSchedule, k: number): number {
  const warmup = schedule.warmupFraction * schedule.totalSteps
  if (k < warmup) return k / Math.max(1, warmup)
  if (schedule.kind === 'constant') return 1
  return Math.max(0, (schedule.totalSteps - k) / Math.max(1, schedule.totalSteps - warmup))
}

/**
 * Multiplies a task's loss: its reference learning rate over the smallest of the run's tasks (2 for question
 * answering among the twelve), or 1 for all.
 */
export function lossScale(task: TaskId, tasks: readonly TaskId[], kind: 'reference' | 'equal'): number {
  if (kind === 'equal') return 1
  const base = Math.min(...tasks.map((id) => taskById(id).reference.learningRate))
  return taskById(task).reference.learningRate / base
}
