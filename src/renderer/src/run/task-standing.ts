// How good a task is, from its validation checks: the score, the better of the two guesses, the points above it, and
// the two verdicts that the window marks ("learned", "collapsed"). Pure. Read next: ../components/TaskCard.vue.

import type { ValidationEvent } from '../../../contract/run-events'

/** Points above both guesses from which a task counts as learned (mini-world design). */
export const LEARNED_MARGIN = 0.03
const COLLAPSE_FACTOR = 10
const COLLAPSE_CHECKS = 3
const SAME_SCORE = 5e-4

export interface TaskStanding {
  /** Fractions. */
  readonly score: number
  readonly iteration: number
  readonly best: number
  readonly bestIteration: number
  readonly constantGuess: number
  readonly textOnlyGuess: number
  readonly bestGuess: number
  /** Score minus the better guess. */
  readonly gain: number
  readonly learned: boolean
  /** Why it looks collapsed, or an empty text. */
  readonly collapsed: string
  readonly examples: number
  /** Mean loss of the last check, not-a-number if it was not reported. */
  readonly loss: number
}

export function scoreOf(check: ValidationEvent): number {
  return check.metrics['score'] ?? Number.NaN
}

/** The standing after the last check; null before the first. */
export function taskStanding(checks: readonly ValidationEvent[]): TaskStanding | null {
  const last = checks[checks.length - 1]
  if (!last) return null
  const best = checks.reduce((top, check) => (scoreOf(check) > scoreOf(top) ? check : top), last)
  const bestGuess = Math.max(last.constantGuess, last.textOnlyGuess)
  const score = scoreOf(last)
  return {
    score, iteration: last.iteration, best: scoreOf(best), bestIteration: best.iteration,
    constantGuess: last.constantGuess, textOnlyGuess: last.textOnlyGuess, bestGuess,
    gain: score - bestGuess, learned: score - bestGuess > LEARNED_MARGIN,
    collapsed: collapseReason(checks), examples: last.examples, loss: last.metrics['loss'] ?? Number.NaN
  }
}

/** A trunk that gives the same vector to every input shows in its spread, or in a score that stays at the guess. */
export function collapseReason(checks: readonly ValidationEvent[]): string {
  const last = checks[checks.length - 1]
  if (!last) return ''
  const widest = Math.max(...checks.map((check) => check.spread))
  if (widest > 0 && last.spread < widest / COLLAPSE_FACTOR) {
    return `The spread of the fused vector fell from ${widest.toPrecision(2)} to ${last.spread.toPrecision(2)}: different inputs look alike to the trunk.`
  }
  const recent = checks.slice(-COLLAPSE_CHECKS)
  const constant = recent.length === COLLAPSE_CHECKS && recent.every((check) => Math.abs(scoreOf(check) - check.constantGuess) < SAME_SCORE)
  return constant ? `The score equalled the constant guess in the last ${COLLAPSE_CHECKS} checks: the answer does not depend on the input.` : ''
}

export interface MeanStanding {
  readonly score: number
  readonly gain: number
  readonly learned: number
  /** Tasks with at least one check. */
  readonly checked: number
}

/** Means over the tasks that have been checked; null before any was. */
export function meanStanding(standings: readonly (TaskStanding | null)[]): MeanStanding | null {
  const known = standings.filter((standing): standing is TaskStanding => standing !== null)
  if (known.length === 0) return null
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    score: mean(known.map((row) => row.score)), gain: mean(known.map((row) => row.gain)),
    learned: known.filter((row) => row.learned).length, checked: known.length
  }
}
