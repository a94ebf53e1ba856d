// What the measurements of gradient conflict in a run say: the matrix at one time, pairs and groups over time, and how well
// a matrix goes with another one, such as the measured transfer. Pure. Read next: engine/analysis/gradient-conflict.ts.

import type { GradientConflictEvent, RunEvent } from './run-events'
import { type GroupId, type TaskId, taskById } from './task-catalog'

/** The measurements of a run in the order of its iterations. */
export function conflictsOf(events: readonly RunEvent[]): GradientConflictEvent[] {
  return events.filter((event): event is GradientConflictEvent => event.kind === 'gradientConflict')
}

/** [iteration, mean cosine] of all pairs of two different tasks that `pick` takes; times without such a pair are left out. */
export function conflictOverTime(measurements: readonly GradientConflictEvent[], pick: (a: TaskId, b: TaskId) => boolean): (readonly [number, number])[] {
  return measurements.flatMap(({ iteration, tasks, cosines }) => {
    const values = pairsOf(tasks).flatMap(([a, b, i, j]) => (pick(a, b) ? (cosines[i]?.[j] ?? []) : []))
    return values.length === 0 ? [] : [[iteration, values.reduce((sum, value) => sum + value, 0) / values.length] as const]
  })
}

/** Every pair of two tasks once, with their places. */
function pairsOf(tasks: readonly TaskId[]): (readonly [TaskId, TaskId, number, number])[] {
  return tasks.flatMap((a, i) => tasks.slice(i + 1).map((b, k) => [a, b, i, i + 1 + k] as const))
}

/** The mean of several measurements, pair by pair; null where none has a value. Tasks are those of the last one unless told. */
export function meanConflict(
  measurements: readonly GradientConflictEvent[], tasks: readonly TaskId[] = measurements[measurements.length - 1]?.tasks ?? []
): { readonly tasks: readonly TaskId[]; readonly cosines: readonly (readonly (number | null)[])[] } {
  const of = (a: TaskId, b: TaskId): number | null => {
    const values = measurements.flatMap((each) => each.cosines[each.tasks.indexOf(a)]?.[each.tasks.indexOf(b)] ?? [])
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return { tasks, cosines: tasks.map((a) => tasks.map((b) => of(a, b))) }
}

export function sameGroup(a: TaskId, b: TaskId): boolean {
  return groupOf(a) === groupOf(b)
}

function groupOf(task: TaskId): GroupId {
  return taskById(task).group
}

/** One pair of tasks in two measures: how its gradients go together, and what training with it gained. */
export interface ConflictPoint {
  readonly a: TaskId
  readonly b: TaskId
  readonly cosine: number
  /** Relative gain of one by the other, mean of both directions, in the unit of the transfer table. */
  readonly gain: number
}

/** Measured conflict beside the measured gains of the transfer study (study/conflict-and-transfer.ts). */
export interface ConflictAndTransfer {
  /** Tasks in the catalog's order; rows and columns of both matrices. */
  readonly tasks: readonly TaskId[]
  /** Mean cosine of the gradients of two tasks; null where none was measured. */
  readonly cosines: readonly (readonly (number | null)[])[]
  /** [trained with, measured on]: mean gain over single-task with equal steps in percent; null where none was measured. */
  readonly gains: readonly (readonly (number | null)[])[]
  /** Pairs that have both. */
  readonly points: readonly ConflictPoint[]
  /** Spearman's, of cosine and gain; null with fewer than three pairs. */
  readonly correlation: number | null
  /** Runs whose measurements were taken, and how many measurements. */
  readonly runs: readonly string[]
  readonly measurements: number
}

/** Spearman's rank correlation, ties at their mean rank; null with fewer than three points or without any spread. */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 3) return null
  const x = ranksOf(pairs.map(([first]) => first))
  const y = ranksOf(pairs.map(([, second]) => second))
  const middle = (pairs.length - 1) / 2
  const sum = (of: (i: number) => number): number => pairs.reduce((total, _, i) => total + of(i), 0)
  const spread = Math.sqrt(sum((i) => ((x[i] ?? 0) - middle) ** 2) * sum((i) => ((y[i] ?? 0) - middle) ** 2))
  return spread === 0 ? null : sum((i) => ((x[i] ?? 0) - middle) * ((y[i] ?? 0) - middle)) / spread
}

/** From 0; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length
    const equal = values.filter((other) => other === value).length
    return below + (equal - 1) / 2
  })
}

/** Pairs that have both a cosine and a gain. `gainOf(trained, by)`: gain of a task by training with another; null if unmeasured. */
export function conflictPoints(
  { tasks, cosines }: ReturnType<typeof meanConflict>, gainOf: (task: TaskId, by: TaskId) => number | null
): ConflictPoint[] {
  return pairsOf(tasks).flatMap(([a, b, i, j]) => {
    const cosine = cosines[i]?.[j] ?? null
    const gains = [gainOf(a, b), gainOf(b, a)].flatMap((gain) => gain ?? [])
    return cosine === null || gains.length === 0 ? [] : [{ a, b, cosine, gain: gains.reduce((sum, gain) => sum + gain, 0) / gains.length }]
  })
}
