// Dynamic Stop-and-Go (spec 4.2; the released code's controller, quirks included): a task that has converged stops,
// steps only now and then, and goes again when it forgets. Pure: state in, state out; the state is plain JSON.
// Read next: round-robin.ts, which asks whether a task may step.

export interface StopAndGoOptions {
  /** Relative gain over the best that counts as better. */
  readonly threshold: number
  /** Relative loss against the best that lets a stopped task go. */
  readonly continueThreshold: number
  /** So many checks in a row without a gain are tolerated; one more stops the task. */
  readonly patience: number
  /** Checks after a change that cannot count as bad. */
  readonly cooldown: number
}

export const STOP_AND_GO_DEFAULTS: StopAndGoOptions = { threshold: 0.001, continueThreshold: 0.005, patience: 1, cooldown: 1 }

export interface StopAndGoState {
  readonly state: 'go' | 'stop'
  /** Highest score that was a gain when it came; null before the first check (minus infinity). */
  readonly best: number | null
  readonly badCount: number
  readonly cooldown: number
  readonly checks: number
  /** Only of the rule `paper` (stop-and-go-rule.ts): the last score, the best before it, checks since the task last went. */
  readonly window?: { readonly last: number; readonly before: number | null; readonly since: number }
}

export interface StopAndGoStep {
  readonly next: StopAndGoState
  readonly changed: boolean
  /** Why the state is what it is, in a sentence; scores are read as fractions. */
  readonly reason: string
}

export function startStopAndGo(): StopAndGoState {
  return { state: 'go', best: null, badCount: 0, cooldown: 0, checks: 0 }
}

/** What a reset does in the middle of a run: goes, forgets the best; the number of checks stays. */
export function resetStopAndGo(state: StopAndGoState): StopAndGoState {
  return { ...startStopAndGo(), checks: state.checks }
}

/**
 * One validation score (higher is better). The four rules of the released code, in its order: a gain moves the best;
 * a cool-down forgives; too many bad checks stop; only *else* a drop under the best lets a stopped task go. So a drop
 * at a check that also runs out of patience is noticed one check later.
 */
export function checkScore(state: StopAndGoState, score: number, options: StopAndGoOptions = STOP_AND_GO_DEFAULTS): StopAndGoStep {
  const before = state.best ?? Number.NEGATIVE_INFINITY
  const better = score > before * (1 + options.threshold)
  const best = better ? score : state.best
  let badCount = better ? 0 : state.badCount + 1
  let cooldown = state.cooldown
  if (cooldown > 0) {
    cooldown -= 1
    badCount = 0
  }
  const drop = best !== null && score < best * (1 - options.continueThreshold)
  const outOfPatience = badCount > options.patience
  const goes = !outOfPatience && drop && state.state === 'stop'
  if (outOfPatience || goes) {
    cooldown = options.cooldown
    badCount = 0
  }
  const next: StopAndGoState = {
    state: outOfPatience ? 'stop' : goes ? 'go' : state.state, best, badCount, cooldown, checks: state.checks + 1
  }
  return { next, changed: next.state !== state.state, reason: reasonOf({ state, next, score, better, outOfPatience, goes, options }) }
}

interface Finding {
  readonly state: StopAndGoState
  readonly next: StopAndGoState
  readonly score: number
  readonly better: boolean
  readonly outOfPatience: boolean
  readonly goes: boolean
  readonly options: StopAndGoOptions
}

function reasonOf({ state, next, score, better, outOfPatience, goes, options }: Finding): string {
  const gain = `${shortNumber(100 * options.threshold)} %`
  if (next.best === null) return 'no score yet'
  if (state.best === null) return `first check: ${percent(score)}`
  const best = percent(next.best)
  if (outOfPatience) {
    const checks = countWord(options.patience + 1)
    return state.state === 'go' ? `${checks} checks without ${gain} gain over ${best}` : `still stopped: ${checks} more checks without ${gain} gain over ${best}`
  }
  const under = next.best === 0 ? 0 : (1 - score / next.best) * 100
  if (goes) return `${under.toFixed(2)} % under its best ${best}`
  if (better) return state.state === 'go' ? `better: ${best}` : `still stopped: better, ${best}; only a drop lets it go`
  if (state.state === 'stop') return `still stopped: ${percent(score)} is not ${shortNumber(100 * options.continueThreshold)} % under its best ${best}`
  if (state.cooldown > 0) return `cooling down after the change: ${percent(score)} does not count against its best ${best}`
  return `${countWord(next.badCount)} check${next.badCount === 1 ? '' : 's'} without ${gain} gain over ${best}`
}

function percent(score: number): string {
  return `${(100 * score).toFixed(1)} %`
}

/** 0.1, not 0.10000000000000002. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function countWord(count: number): string {
  return ['no', 'one', 'two', 'three', 'four', 'five'][count] ?? String(count)
}
