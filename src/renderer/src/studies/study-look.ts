// How studies and their cells look: state words, signs, and the colour of a difference (visual language, sections 4, 8).
// Pure. Read next: StudyTableCard.vue.

import type { StudyRunStatus, StudyState } from '../../../contract/study'
import { type StudyColumn, isGainColumn } from '../../../contract/study-columns'
import { figureText, starsOf } from '../../../contract/study-export'
import type { StudyCell, StudyTable } from '../../../contract/study-table'
import { type StateLook, stateLook } from '../run/run-state'

const STATES: Readonly<Record<StudyState, StateLook>> = {
  idle: { word: 'Ready', sign: 'ring', colour: 'var(--state-queued)' },
  running: { word: 'Running', sign: 'dot', colour: 'var(--state-running)' },
  paused: { word: 'Paused', sign: 'pause', colour: 'var(--state-paused)' },
  cancelled: { word: 'Cancelled', sign: 'square', colour: 'var(--state-done)' },
  partly: { word: 'Unfinished', sign: 'warning', colour: 'var(--state-interrupted)' },
  done: { word: 'Done', sign: 'tick', colour: 'var(--state-done)' }
}

export function studyLook(state: StudyState): StateLook {
  return STATES[state]
}

export function studyRunLook(state: StudyRunStatus['state']): StateLook {
  if (state === 'waiting') return { word: 'Waits', sign: 'ring', colour: 'var(--text-3)' }
  if (state === 'ready') return { word: 'Ready', sign: 'ring', colour: 'var(--state-queued)' }
  if (state === 'not-needed') return { word: 'Not needed', sign: 'tick', colour: 'var(--text-3)' }
  if (state === 'submitted') return { word: 'Submitted', sign: 'ring', colour: 'var(--accent-text)' }
  return stateLook(state)
}

/** A colour token and whether text on it needs the other ink. */
export interface Fill {
  readonly token: string
  readonly strong: boolean
}

/** Largest difference of the table, so that four steps each way cover it. */
export function differenceScale(table: StudyTable): number {
  const differences = table.rows.flatMap((row) => table.columnInfo.flatMap((column) => (column.unit === 'count' ? [] : [Math.abs(row.cells[column.id]?.difference ?? 0)])))
  return Math.max(0.5, ...differences)
}

/** A cosine, or a rank correlation, with two digits; what rounds to zero has no sign. */
export const cosineText = (value: number): string => value.toFixed(2).replace('-0.00', '0.00').replace('-', '−')

/** A p value with three digits. */
export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3))

/** Below this share of the scale a difference has no colour. */
const NEXT_TO_NOTHING = 0.025

/** Blue for better, rust for worse, four steps each way; none for next to nothing. */
export function differenceFill(difference: number, scale: number, better: StudyColumn['better']): Fill | null {
  const share = Math.abs(difference) / scale
  const level = Math.min(4, Math.ceil(share * 4))
  if (share < NEXT_TO_NOTHING || better === 'neither') return null
  const isBetter = better === 'higher' ? difference > 0 : difference < 0
  return { token: `--diff-${isBetter ? 'p' : 'm'}${level}`, strong: false }
}

/** A one-way quantity in percent: violet, eight steps. */
export function shareFill(percent: number, most: number): Fill {
  const level = Math.min(7, Math.max(0, Math.ceil((percent / Math.max(1e-9, most)) * 7)))
  return { token: `--seq-${level}`, strong: level >= 6 }
}

/** How a cell of a table is filled: a matrix always, a table where the difference is significant. */
export function cellFill(table: StudyTable, column: StudyColumn, cell: StudyCell, scale: number): Fill | null {
  if (cell.mean === null) return null
  const gain = isGainColumn(column, table.columnInfo)
  if (table.view === 'matrix') {
    if (gain) return differenceFill(cell.mean, scale, column.better)
    const most = Math.max(...table.rows.map((row) => row.cells[column.id]?.mean ?? 0), ...table.rows.flatMap((row) => Object.values(row.cells).map(({ mean }) => mean ?? 0)))
    return shareFill(cell.mean, most)
  }
  return isSignificant(cell) && cell.difference !== null ? differenceFill(cell.difference, scale, column.better) : null
}

export function isSignificant(cell: StudyCell): boolean {
  return starsOf(cell) !== ''
}

/** A figure with its sign where it is a change. */
export function signed(value: number, unit: StudyColumn['unit']): string {
  const text = figureText(Math.abs(value), unit)
  return Number(text) === 0 ? text : `${value > 0 ? '+' : '−'}${text}`
}

/** What a cell says in its first line, without its stars, and the smaller one beneath. */
export function cellLines(table: StudyTable, column: StudyColumn, cell: StudyCell, mode: 'score' | 'difference', setting: string): readonly [string, string] {
  if (cell.mean === null) return ['', '']
  const gain = isGainColumn(column, table.columnInfo)
  if (mode === 'difference' && setting !== table.baseline && cell.difference !== null && !gain) {
    return [signed(cell.difference, column.unit), cell.p === null ? '' : pText(cell.p)]
  }
  const figure = gain ? signed(cell.mean, column.unit) : figureText(cell.mean, column.unit)
  const spread = cell.sd === null || (column.unit === 'count' && cell.sd === 0) ? '' : `± ${figureText(cell.sd, column.unit)}`
  return [figure, spread]
}
