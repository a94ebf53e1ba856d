// Whether a run with a condition is needed: longer training is tried only where doubling the iterations still paid, by
// validation. Decided by finished runs alone, so that it is the same after every restart. Read next: look-at-runs.ts.

import type { RunCondition } from '../contract/search-stages'
import { mean } from '../contract/study-statistics'
import type { TaskId } from '../contract/task-catalog'
import type { Digests, RunDigest } from './run-digest'

export interface Verdict {
  readonly needed: boolean
  /** Why not, with the figures; empty where it is needed. */
  readonly reason: string
}

/** Undefined until every run that the condition names is settled: done, or known not to be needed. */
export function verdictOf({ tasks, shorter, longer, margin, like, keep }: RunCondition, settled: ReadonlySet<string>, digests: Digests): Verdict | undefined {
  if (![...shorter, ...longer].every((id) => settled.has(id))) return undefined
  const before = ranked(shorter, tasks, digests)
  const after = ranked(longer, tasks, digests)
  const [from] = before
  const [to] = after
  if (!from || !to) return { needed: false, reason: 'the length before was not needed' }
  const gain = to.score - from.score
  if (!(gain > margin)) return { needed: false, reason: `the doubling before changed the best validation score by ${points(gain)}; longer is tried above ${points(margin)}` }
  if (!after.slice(0, keep).some(({ id }) => id === like)) return { needed: false, reason: `its learning rate was not among the best ${keep} of the length before` }
  return { needed: true, reason: '' }
}

/** Those of a search's candidates that are done or not needed. */
export function settledOf(candidates: readonly { readonly run: string; readonly onlyIf?: RunCondition }[], digests: Digests): Set<string> {
  const settled = new Set<string>()
  for (const { run, onlyIf } of candidates) {
    if (digests.of(run)?.state === 'done' || (onlyIf && verdictOf(onlyIf, settled, digests)?.needed === false)) settled.add(run)
  }
  return settled
}

/** Mean of the tasks' last validation scores; minus infinity without one, so that such a run is never the best. */
export function validationScore({ tasks: digests }: RunDigest, tasks: readonly TaskId[]): number {
  const last = (task: TaskId): number => {
    const validation = digests[task]?.validation ?? []
    const score = validation[validation.length - 1]?.[1]
    return score === undefined || Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score
  }
  return mean(tasks.map(last))
}

/** Finished runs with their scores, best first, the earlier of equals first. */
function ranked(ids: readonly string[], tasks: readonly TaskId[], digests: Digests): { readonly id: string; readonly score: number }[] {
  return ids.flatMap((id) => {
    const digest = digests.of(id)
    return digest?.state === 'done' ? [{ id, score: validationScore(digest, tasks) }] : []
  }).sort((a, b) => (a.score === b.score ? 0 : b.score - a.score))
}

/** A change of a score as it is read: +0.62 points. */
function points(change: number): string {
  const value = Number((100 * change).toFixed(2))
  return `${value < 0 ? '−' : '+'}${Math.abs(value)} ${Math.abs(value) === 1 ? 'point' : 'points'}`
}
