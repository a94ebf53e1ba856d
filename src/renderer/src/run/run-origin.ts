// Words of the tree of runs: which run another started from, at which iteration, what was changed; and whether two runs can
// be compared. Pure. Read next: ../../../contract/run-parent.ts.

import type { SettingDifference } from '../../../contract/run-difference'
import type { RunSummary } from '../../../contract/workbench-api'
import { whole } from '../numbers'

/** `demo at 40`; `–` for a run that started from no other. `names`: by id. */
export function parentWords({ parent }: RunSummary, names: ReadonlyMap<string, string>): string {
  if (parent === null) return '–'
  return `${names.get(parent.run) ?? `${parent.run} (not in this workspace)`}${parent.iteration === null ? '' : ` at ${whole(parent.iteration)}`}`
}

export function changeWords({ parent, changed }: RunSummary): string {
  if (parent === null) return ''
  return changed.length === 0 ? 'nothing' : changed.map((change) => (change.key === 'tasks' ? tasksWords(change) : `${change.key} ${change.b}`)).join(' · ')
}

/** The shorter of what is left and what was left out. */
function tasksWords({ a, b }: SettingDifference): string {
  const left = b.split(',')
  const gone = a.split(',').filter((task) => !left.includes(task))
  const isPart = gone.length + left.length === a.split(',').length
  return isPart && gone.length < left.length ? `without ${gone.join(', ')}` : `tasks ${left.join(', ')}`
}

/** Why the chosen runs cannot be compared; empty if they can. */
export function whyNotCompared(runs: readonly RunSummary[]): string {
  const [a, b] = runs
  if (!a || !b) return 'Tick two runs'
  return a.tasks.some((task) => b.tasks.includes(task)) ? '' : 'The two have no task in common'
}
