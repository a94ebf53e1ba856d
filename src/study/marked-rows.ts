// What only the whole table can say of a cell: whether it is the best of its column, and its p corrected for all the
// differences that the table shows. Read next: study-table-of.ts.

import type { StudyTablePlan } from '../contract/study'
import { holm } from '../contract/study-statistics'
import type { StudyCell, StudyRow } from '../contract/study-table'

export function markedRows(table: StudyTablePlan, rows: readonly StudyRow[]): StudyRow[] {
  const best = bestMeans(table, rows)
  const corrected = correctedPs(table, rows)
  return rows.map((row) => ({
    ...row,
    cells: Object.fromEntries(Object.entries(row.cells).map(([id, cell]) => [id, { ...cell, best: row.setting !== table.meanRow?.id && cell.mean !== null && cell.mean === best.get(id), pHolm: corrected.get(cell) ?? null }]))
  }))
}

/** Of each column; none while fewer than two rows have a mean, or where all are equal. */
function bestMeans({ columns, meanRow }: StudyTablePlan, rows: readonly StudyRow[]): Map<string, number> {
  return new Map(columns.flatMap(({ id, better }): [string, number][] => {
    const means = rows.filter(({ setting }) => setting !== meanRow?.id).flatMap(({ cells }) => cells[id]?.mean ?? [])
    return better === 'neither' || new Set(means).size < 2 ? [] : [[id, better === 'higher' ? Math.max(...means) : Math.min(...means)]]
  }))
}

/** The family: every cell that is held against the baseline, but for the mean row and columns in which nothing is better. */
function correctedPs({ columns, baseline, meanRow }: StudyTablePlan, rows: readonly StudyRow[]): Map<StudyCell, number> {
  const family = rows.filter(({ setting }) => setting !== baseline && setting !== meanRow?.id)
    .flatMap(({ cells }) => columns.flatMap(({ id, better }) => (better === 'neither' ? [] : cells[id] ?? [])))
    .flatMap((cell) => (cell.p === null ? [] : [{ cell, p: cell.p }]))
  const ps = holm(family.map(({ p }) => p))
  return new Map(family.map(({ cell }, place) => [cell, ps[place] ?? 1]))
}
