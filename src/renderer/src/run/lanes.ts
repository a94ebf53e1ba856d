// The Stop-and-Go board as data: for each task its go and stop stretches over the iterations, the changes with their
// reasons, its share of the steps and the next check. Pure. Read next: ../components/StopAndGoBoard.vue.

import type { RunConfig } from '../../../contract/run-config'
import type { StopAndGoEvent, ValidationEvent } from '../../../contract/run-events'

export interface LaneSegment {
  readonly from: number
  readonly to: number
  readonly state: 'go' | 'stop'
}

export interface LaneMark {
  readonly iteration: number
  readonly state: 'go' | 'stop'
  readonly reason: string
  readonly score: number
  readonly best: number
}

export interface Lane {
  readonly segments: readonly LaneSegment[]
  readonly marks: readonly LaneMark[]
  readonly state: 'go' | 'stop'
}

/** A task goes from the start; each decision that changed something begins a new stretch, up to `now`. */
export function laneOf(decisions: readonly StopAndGoEvent[], now: number): Lane {
  const segments: LaneSegment[] = []
  const marks: LaneMark[] = []
  let state: 'go' | 'stop' = 'go'
  let from = 0
  for (const decision of decisions) {
    if (!decision.changed || decision.iteration > now) continue
    if (decision.iteration > from) segments.push({ from, to: decision.iteration, state })
    marks.push({ iteration: decision.iteration, state: decision.state, reason: decision.reason, score: decision.score, best: decision.best })
    state = decision.state
    from = decision.iteration
  }
  if (now > from || segments.length === 0) segments.push({ from, to: Math.max(now, from), state })
  return { segments, marks, state }
}

/** Steps a lane took: every iteration while it goes, one in `gap` while it is stopped. */
export function laneSteps(lane: Lane, gap: number | 'never'): number {
  return lane.segments.reduce((sum, { from, to, state }) => {
    const length = to - from
    return sum + (state === 'go' ? length : gap === 'never' ? 0 : Math.floor(length / gap))
  }, 0)
}

/** Iterations until the next check, or null where it cannot be known yet. */
export function nextCheckIn(
  config: Pick<RunConfig, 'validateEvery' | 'iterations'>, checks: readonly ValidationEvent[], now: number
): number | null {
  if (now >= config.iterations) return null
  if (config.validateEvery !== 'epoch') {
    const next = (Math.floor(now / config.validateEvery) + 1) * config.validateEvery
    return Math.min(next, config.iterations) - now
  }
  const last = checks[checks.length - 1]
  if (!last) return null
  const before = checks[checks.length - 2]
  const period = last.iteration - (before?.iteration ?? 0)
  return period > 0 ? Math.max(0, Math.min(last.iteration + period, config.iterations) - now) : null
}
