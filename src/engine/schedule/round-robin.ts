// Which task steps and which is validated, and when (spec 4.1). One round (the reference's global iteration) gives each
// task one batch and one update of its own, in the order of the reference's task numbers; a stopped task sits out
// all rounds but each gap-th. Pure. Read next: stop-and-go.ts, learning-rate.ts.

import { ROUND_ORDER, type TaskId } from '../../contract/task-catalog'
import type { StopAndGoState } from './stop-and-go'

/** The chosen tasks in the order in which a round trains them. */
export function roundOrder(tasks: readonly TaskId[]): TaskId[] {
  return ROUND_ORDER.filter((task) => tasks.includes(task))
}

/**
 * Whether a task steps in a round (counted from 0). All stopped tasks step in the same rounds: 0, gap, 2·gap, …
 * `never` holds a stopped task (what the reference's −1 was meant to do; there it switches stopping off).
 */
export function maySteps(state: StopAndGoState, round: number, gap: number | 'never'): boolean {
  return state.state === 'go' || (gap !== 'never' && round % gap === 0)
}

/** Rounds between two validations: a number counts complete rounds; `pass` is the reference's calendar. */
export type ValidationCalendar = { readonly every: number } | { readonly pass: number }

/**
 * Whether a task is validated at the end of a round (counted from 0), stopped or not; all are after the last round.
 * `every: 50` means after 50, 100, … complete rounds. `pass: n` is the reference: after round n, 2n, … counted from 0.
 */
export function validationDue(round: number, rounds: number, calendar: ValidationCalendar): boolean {
  if (round === rounds - 1) return true
  return 'every' in calendar ? (round + 1) % calendar.every === 0 : round !== 0 && round % calendar.pass === 0
}

/**
 * Whether all controllers are reset after a round: the released code does it at the end of its epochs 5 and 7 (counted
 * from 0), a leftover of a step schedule that is always active. An epoch is as long as the longest pass.
 */
export function resetDue(round: number, epochRounds: number): boolean {
  const epoch = Math.floor(round / epochRounds)
  return (round + 1) % epochRounds === 0 && (epoch === 5 || epoch === 7)
}
