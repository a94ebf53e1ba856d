// Where a run is: a few counters. Together with the configuration they decide everything that comes (data order, dropout,
// learning rate, stops), so a checkpoint holds them, the weights and the moments, and nothing else.
// Read next: training-loop.ts, checkpoint.ts.

import { randomStream } from '../random'
import { type StopAndGoState, startStopAndGo } from '../schedule/stop-and-go'

export interface LoopState {
  /** Complete rounds: the iteration of events. */
  round: number
  /** Steps of the current round that are behind: first the tasks' training places, then their validation places. */
  place: number
  /** Whether a task of this round has stepped: the first one moves the learning-rate schedule. */
  scheduleMoved: boolean
  /** Rounds in which a task stepped: where the learning-rate schedule is. */
  scheduleSteps: number
  /** Optimizer updates so far. */
  updates: number
  /** Batches taken of each task. */
  readonly batches: Record<string, number>
  readonly stopAndGo: Record<string, StopAndGoState>
  /** Highest validation score of each task. */
  readonly best: Record<string, number>
  /** With keepBest only: the latest validation score of each task, the round of the last check, and what is kept. */
  latest?: Record<string, number>
  checkedIn?: number
  kept?: { readonly iteration: number; readonly score: number }
}

export function startLoopState(tasks: readonly string[]): LoopState {
  return {
    round: 0, place: 0, scheduleMoved: false, scheduleSteps: 0, updates: 0,
    batches: Object.fromEntries(tasks.map((task) => [task, 0])),
    stopAndGo: Object.fromEntries(tasks.map((task) => [task, startStopAndGo()])),
    best: {}
  }
}

/** The two int32 that seed an update's dropout. */
export function dropoutSeed(seed: number, update: number): readonly [number, number] {
  const stream = randomStream(seed, 'dropout', update)
  return [stream.integer(2 ** 31), stream.integer(2 ** 31)]
}
