// The run list in its sections: what is active, then by the day of the last sign of life. Pure.

import type { RunSummary } from '../../../contract/workbench-api'
import type { RunState } from '../../../contract/run-events'
import { isLive } from './run-state'

export interface RunSection {
  readonly title: string
  readonly runs: readonly RunSummary[]
}

const DAY_MS = 86_400_000

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0)
}

/** Runs whose name, id or preset holds every word of the search, newest first, in titled sections without empty ones. */
export function runSections(
  runs: readonly RunSummary[], stateOf: (run: RunSummary) => RunState, search: string, now: number
): readonly RunSection[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const found = runs
    .filter((run) => words.every((word) => `${run.name} ${run.id} ${run.preset} ${stateOf(run)}`.toLowerCase().includes(word)))
    .slice()
    .sort((a, b) => b.createdAt - a.createdAt)
  const today = startOfDay(now)
  const titles = ['Active', 'Today', 'Yesterday', 'Earlier'] as const
  const titleOf = (run: RunSummary): (typeof titles)[number] => {
    if (isLive(stateOf(run)) || stateOf(run) === 'queued') return 'Active'
    const day = startOfDay(run.updatedAt)
    return day >= today ? 'Today' : day >= startOfDay(today - DAY_MS / 2) ? 'Yesterday' : 'Earlier'
  }
  return titles.map((title) => ({ title, runs: found.filter((run) => titleOf(run) === title) })).filter((section) => section.runs.length > 0)
}
