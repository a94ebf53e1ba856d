// A run's events folded into what the run list shows: state, progress, pace, time left. Pure: the same events give
// the same fold, however they arrive. Read next: run-library.ts.

import type { RunEvent, RunState } from '../contract/run-events'
import { NO_PHASES, type PhaseTotals, addPhases } from '../contract/time-phases'

/** Pace is measured over this many of the latest steps and iterations of an uninterrupted stretch. */
const PACE_STEPS = 60
const PACE_ITERATIONS = 30

export interface RunFold {
  state: RunState
  reason: string
  iteration: number
  iterations: number
  device: string
  updatedAt: number
  sequence: number
  lastCheckpoint: number | null
  preparing: { what: string; done: number; total: number } | null
  /** Times of the latest steps since the run last started to move, in milliseconds. */
  stepTimes: number[]
  /** [iteration, time] of the latest iterations of that stretch. */
  iterationTimes: [number, number][]
  /** Where the time went, over all processes of the run. */
  times: PhaseTotals
}

export function emptyFold(): RunFold {
  return {
    state: 'created', reason: '', iteration: 0, iterations: 0, device: '', updatedAt: 0, sequence: 0,
    lastCheckpoint: null, preparing: null, stepTimes: [], iterationTimes: [], times: NO_PHASES
  }
}

/** Folds one event in; changes the fold in place. */
export function foldEvent(fold: RunFold, event: RunEvent): void {
  fold.sequence = event.sequence
  fold.updatedAt = event.time
  // A checkpoint's event comes when it is whole on the disk, and names the iteration it was taken at.
  if (event.kind !== 'checkpoint') fold.iteration = event.iteration
  switch (event.kind) {
    case 'state':
      fold.state = event.state
      fold.reason = event.reason ?? ''
      if (event.iterations !== undefined) fold.iterations = event.iterations
      if (event.device !== undefined) fold.device = event.device
      fold.stepTimes = []
      fold.iterationTimes = []
      if (event.state !== 'preparing') fold.preparing = null
      break
    case 'progress':
      fold.preparing = event.done < event.total ? { what: event.what, done: event.done, total: event.total } : null
      break
    case 'step':
      fold.preparing = null
      foldPace(fold, event.iteration, event.time)
      break
    case 'checkpoint':
      fold.lastCheckpoint = event.iteration
      break
    case 'phases':
      fold.times = addPhases(fold.times, event)
      break
    case 'failure':
      fold.reason = event.message
      break
    default:
      break
  }
}

function foldPace(fold: RunFold, iteration: number, time: number): void {
  fold.stepTimes.push(time)
  if (fold.stepTimes.length > PACE_STEPS) fold.stepTimes.shift()
  if (fold.iterationTimes[fold.iterationTimes.length - 1]?.[0] !== iteration) {
    fold.iterationTimes.push([iteration, time])
    if (fold.iterationTimes.length > PACE_ITERATIONS) fold.iterationTimes.shift()
  }
}

/** Steps per second over the latest steps; 0 while unknown. */
export function stepsPerSecond(fold: RunFold): number {
  const first = fold.stepTimes[0]
  const last = fold.stepTimes[fold.stepTimes.length - 1]
  if (first === undefined || last === undefined || last <= first) return 0
  return ((fold.stepTimes.length - 1) * 1000) / (last - first)
}

/** Seconds to the end at the pace of the latest iterations, validations included; null while unknown. */
export function secondsLeft(fold: RunFold): number | null {
  const first = fold.iterationTimes[0]
  const last = fold.iterationTimes[fold.iterationTimes.length - 1]
  if (!first || !last || last[0] <= first[0] || fold.iterations === 0) return null
  const perIteration = (last[1] - first[1]) / (last[0] - first[0])
  return Math.max(0, ((fold.iterations - fold.iteration) * perIteration) / 1000)
}
