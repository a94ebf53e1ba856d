// Does gradient conflict predict transfer? The cosines that runs of the workspace measured while they trained, beside the
// gains of the transfer study's pairs, and their rank correlation. Read next: ../contract/gradient-conflict.ts.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ConflictAndTransfer, conflictPoints, conflictsOf, meanConflict, rankCorrelation } from '../contract/gradient-conflict'
import type { GradientConflictEvent } from '../contract/run-events'
import { RUN_FILES } from '../contract/run-format'
import { TASK_IDS, type TaskId } from '../contract/task-catalog'
import { EventTail } from '../host/event-tail'
import { Digests } from './run-digest'
import type { StudyPlaces } from './study-places'
import { studyTable } from './study-table-of'

/** From the transfer study of a workspace and all its runs that measured conflict; null where none did. */
export function conflictAndTransfer(places: StudyPlaces, digests = new Digests(places)): ConflictAndTransfer | null {
  const measured = measuredRuns(places)
  if (measured.length === 0) return null
  const table = studyTable(places, 'transfer', 'pairs', digests)
  const gainOf = (task: TaskId, by: TaskId): number | null => table.rows.find(({ setting }) => setting === `with-${by}`)?.cells[task]?.mean ?? null
  const measurements = measured.flatMap(({ events }) => events)
  const mean = meanConflict(measurements, TASK_IDS.filter((task) => measurements.some(({ tasks }) => tasks.includes(task))))
  const points = conflictPoints(mean, gainOf)
  return {
    ...mean, points, gains: mean.tasks.map((by) => mean.tasks.map((task) => gainOf(task, by))),
    correlation: rankCorrelation(points.map(({ cosine, gain }) => [cosine, gain])), runs: measured.map(({ run }) => run), measurements: measurements.length
  }
}

function measuredRuns({ runs }: StudyPlaces): { readonly run: string; readonly events: readonly GradientConflictEvent[] }[] {
  return namesIn(runs).filter((run) => measures(join(runs, run))).flatMap((run) => {
    const events = conflictsOf(new EventTail(join(runs, run, RUN_FILES.events)).read().events)
    return events.length === 0 ? [] : [{ run, events }]
  })
}

/** Whether the run was told to measure: its events may be long, its settings are not. */
function measures(folder: string): boolean {
  try {
    const { gradientConflictEvery } = JSON.parse(readFileSync(join(folder, RUN_FILES.config), 'utf8')) as { gradientConflictEvery?: unknown }
    return Number(gradientConflictEvery ?? 0) > 0
  } catch {
    return false
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()
  } catch {
    return []
  }
}
