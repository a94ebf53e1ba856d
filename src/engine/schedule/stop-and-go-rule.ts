// Which Stop-and-Go a run uses (spec 4.2): the released controller (stop-and-go.ts), or the paper's wording taken literally,
// which leaves open what is decided here: gains and losses are relative to the best score, and after a go the window
// of two checks starts again. Pure. Read next: stop-and-go.ts.

import { type StopAndGoOptions, type StopAndGoState, type StopAndGoStep, STOP_AND_GO_DEFAULTS, checkScore } from './stop-and-go'

export interface StopAndGoSettings {
  readonly stopAndGoRule: 'code' | 'paper'
  readonly stopAndGoGain: number
  readonly stopAndGoDrop: number
}

/** One validation score under the configured rule and thresholds. */
export function checkScoreBy({ stopAndGoRule, stopAndGoGain: threshold, stopAndGoDrop: continueThreshold }: StopAndGoSettings, state: StopAndGoState, score: number): StopAndGoStep {
  const options: StopAndGoOptions = { ...STOP_AND_GO_DEFAULTS, threshold, continueThreshold }
  return stopAndGoRule === 'code' ? checkScore(state, score, options) : checkScoreAsWorded(state, score, options)
}

/**
 * The paper's two sentences: a task stops when the best of its last two checks gains less than 0.1 % over the best before
 * them; a stopped task goes when its score falls 0.5 % under its best so far.
 */
export function checkScoreAsWorded(state: StopAndGoState, score: number, options: StopAndGoOptions = STOP_AND_GO_DEFAULTS): StopAndGoStep {
  const { window } = state
  const best = Math.max(score, state.best ?? Number.NEGATIVE_INFINITY)
  const since = (window?.since ?? 0) + 1
  const lastTwo = Math.max(score, window?.last ?? Number.NEGATIVE_INFINITY)
  const before = window?.before ?? null
  const converged = state.state === 'go' && since >= 2 && before !== null && lastTwo <= before * (1 + options.threshold)
  const diverged = state.state === 'stop' && score < best * (1 - options.continueThreshold)
  const next: StopAndGoState = {
    ...state, state: converged ? 'stop' : diverged ? 'go' : state.state, best, checks: state.checks + 1,
    window: { last: score, before: window ? Math.max(window.last, before ?? Number.NEGATIVE_INFINITY) : null, since: diverged ? 0 : since }
  }
  const reason = converged ? `two checks gained less than ${shown(options.threshold)} over ${shown(before)}`
    : diverged ? `more than ${shown(options.continueThreshold)} under its best ${shown(best)}`
      : state.state === 'stop' ? `still stopped: ${shown(score)} is not ${shown(options.continueThreshold)} under its best ${shown(best)}` : `${shown(score)}; best ${shown(best)}`
  return { next, changed: next.state !== state.state, reason }
}

/** A share in percent: 52.3 %, 0.1 %. */
function shown(share: number | null): string {
  return `${Number((100 * (share ?? 0)).toFixed(1))} %`
}
