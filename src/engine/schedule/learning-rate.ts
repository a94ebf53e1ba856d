// Learning rate as a pure function of counters (spec 4.3, 4.5): warm-up, then linear to 0, a cosine, or constant, or the released
// code's fixed drops; the peak; and the per-task loss scale. Read next: training/train-run.ts, which keeps the counter.

import { PRETRAINING_REFERENCE, type TaskId, taskById } from '../../contract/task-catalog'

export interface LearningRateSchedule {
  readonly kind: 'warmup-linear' | 'constant' | 'manual' | 'cosine'
  readonly totalSteps: number
  /** Share of the steps spent on warm-up; its length need not be whole. */
  readonly warmupFraction: number
  /** Rounds of the reference's epoch, the longest pass; only `manual` asks for it. */
  readonly epochRounds?: number
}

/** Where a step stands: its round, and whether it is the round's first. */
export interface StepPlace {
  readonly round: number
  readonly first: boolean
}

/**
 * Factor 0–1 on the peak learning rate at the k-th schedule step (from 0). Constant has the same warm-up.
 * With a warm-up, k = 0 gives 0: the reference's very first update changes nothing.
 */
export function rateFactor(schedule: LearningRateSchedule, k: number, place: StepPlace = { round: k, first: true }): number {
  const warmup = schedule.warmupFraction * schedule.totalSteps
  if (schedule.kind === 'manual') return manualFactor(warmup, schedule.epochRounds ?? schedule.totalSteps, k, place)
  if (schedule.kind === 'cosine' && place.round > Math.floor(warmup)) return cosineFactor(warmup, schedule.totalSteps, place.round)
  if (k < warmup) return k / Math.max(1, warmup)
  if (schedule.kind === 'constant' || schedule.kind === 'cosine') return 1
  return Math.max(0, (schedule.totalSteps - k) / Math.max(1, schedule.totalSteps - warmup))
}

/**
 * The released code's default ('mannul'): × 0.2 from epoch 5 and × 0.04 from epoch 7, set at the start of each epoch, while a
 * warm-up sets the rate after each round's first step. So the first step of every epoch of the warm-up, the very first of
 * the run too, has the full rate; after the warm-up only the epochs act.
 */
function manualFactor(warmup: number, epochRounds: number, k: number, { round, first }: StepPlace): number {
  const ofEpoch = (at: number): number => {
    const epoch = Math.floor(at / epochRounds)
    return epoch >= 7 ? 0.04 : epoch >= 5 ? 0.2 : 1
  }
  if (first && round % epochRounds === 0) return ofEpoch(round)
  const lastOfWarmup = Math.ceil(warmup)
  if (k <= lastOfWarmup && warmup > 0) return Math.min(1, k / warmup)
  // What the last warm-up step has set stays until the next epoch begins.
  const sameEpoch = warmup > 0 && Math.floor(round / epochRounds) === Math.floor((lastOfWarmup - 1) / epochRounds)
  return sameEpoch ? 1 : ofEpoch(round)
}

/**
 * The released options `cosine` and `cosine_warm`, which agree: after the warm-up half a cosine over as many rounds as the whole
 * run has, so it ends above 0 by what the warm-up took. It is moved once a round, after all tasks, also where all are stopped.
 */
function cosineFactor(warmup: number, totalSteps: number, round: number): number {
  return (1 + Math.cos((Math.PI * (round - Math.floor(warmup))) / totalSteps)) / 2
}

/** Peak rate of the trunk: a number, or for `reference` the smallest rate of the chosen tasks (none: pre-training's). */
export function peakRate(learningRate: number | 'reference', tasks: readonly TaskId[]): number {
  if (learningRate !== 'reference') return learningRate
  return tasks.length === 0 ? PRETRAINING_REFERENCE.learningRate : Math.min(...tasks.map((id) => taskById(id).reference.learningRate))
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
