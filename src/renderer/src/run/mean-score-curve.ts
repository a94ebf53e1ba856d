// The mean validation score of all checked tasks after each iteration with a check. Pure.

import type { RunRecord } from './run-record'

/** Mean of each task's latest score (fractions) at every iteration that had a check; at most `most` places. */
export function meanScoreCurve(run: RunRecord, most = 60): readonly number[] {
  const places = new Map<number, [string, number][]>()
  for (const task of run.tasks.values()) {
    for (let i = 0; i < task.score.length; i++) {
      const iteration = task.score.iteration[i] ?? 0
      const row = places.get(iteration) ?? []
      row.push([task.id, task.score.value[i] ?? Number.NaN])
      places.set(iteration, row)
    }
  }
  const latest = new Map<string, number>()
  const curve = [...places.entries()].sort((a, b) => a[0] - b[0]).map(([, rows]) => {
    for (const [id, score] of rows) if (Number.isFinite(score)) latest.set(id, score)
    return [...latest.values()].reduce((sum, score) => sum + score, 0) / Math.max(1, latest.size)
  })
  if (curve.length <= most) return curve
  return Array.from({ length: most }, (_, i) => curve[Math.round((i * (curve.length - 1)) / (most - 1))] ?? 0)
}
