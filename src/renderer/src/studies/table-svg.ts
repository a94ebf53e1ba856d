// A study's table or matrix as a picture that goes into a paper or a talk: the same colours as on the screen, on the
// theme's card. Pure but for the colours, which the caller reads. Read next: ExportMenu.vue.

import { STARS_NOTE, starsOf } from '../../../contract/study-export'
import type { StudyTable } from '../../../contract/study-table'
import type { SvgPicture } from '../save-file'
import { cellFill, cellLines, differenceScale } from './study-look'

/** Least width of the rows' names; longer names get more. */
const LABEL = 190
const CELL = 64
const ROW = 34
const HEAD = 58
const FOOT = 12
const NOTE = 14
const EDGE = 12
/** Mean width of a letter in the font's size; a picture is made where nothing can be measured. */
const LETTER = 0.56

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

/** `colour` gives the value of a token such as `--text-1`. */
export function tableSvg(table: StudyTable, mode: 'score' | 'difference', colour: (token: string) => string): SvgPicture {
  const widest = (lines: readonly string[], size: number): number => EDGE * 2 + Math.ceil(Math.max(...lines.map((line) => line.length)) * size * LETTER)
  const label = Math.max(LABEL, widest(table.rows.map((row) => row.label), 12))
  // A line each: beside each other they are wider than a narrow table.
  const notes = [`preset ${table.preset}, seeds ${table.seeds.join(', ')}`, ...(table.baseline === null ? [] : [`differs from the baseline: ${STARS_NOTE}`])]
  const width = Math.max(label + table.columns.length * CELL + 16, widest([table.title], 13), widest(notes, 10))
  const height = HEAD + table.rows.length * ROW + FOOT + notes.length * NOTE
  const scale = differenceScale(table)
  const parts: string[] = []
  const text = (x: number, y: number, words: string, options: { size?: number; weight?: number; fill?: string; anchor?: string } = {}): void => {
    const { size = 12, weight = 420, fill = colour('--text-1'), anchor = 'start' } = options
    parts.push(`<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(words)}</text>`)
  }
  text(EDGE, 20, table.title, { size: 13, weight: 620 })
  table.columnInfo.forEach((column, place) => text(label + place * CELL + CELL / 2, HEAD - 10, column.label, { size: 11, fill: colour('--text-2'), anchor: 'middle' }))
  table.rows.forEach((row, index) => {
    const top = HEAD + index * ROW
    text(EDGE, top + 21, row.label, { weight: row.setting === table.baseline ? 620 : 420 })
    table.columnInfo.forEach((column, place) => {
      const cell = row.cells[column.id]
      if (!cell) return
      const x = label + place * CELL
      const fill = cellFill(table, column, cell, scale)
      if (fill) parts.push(`<rect x="${x + 1}" y="${top + 1}" width="${CELL - 2}" height="${ROW - 2}" rx="3" fill="${colour(fill.token)}"/>`)
      const [first, second] = cellLines(table, column, cell, mode, row.setting)
      text(x + CELL / 2, top + (second === '' ? 21 : 15), first === '' ? '–' : `${first}${starsOf(cell)}`, { weight: cell.best ? 680 : 420, anchor: 'middle', fill: colour(fill?.strong ? '--surface-0' : '--text-1') })
      if (second !== '') text(x + CELL / 2, top + 27, second, { size: 10, anchor: 'middle', fill: colour(fill ? '--text-1' : '--text-3') })
    })
  })
  notes.forEach((note, index) => text(EDGE, height - 8 - (notes.length - 1 - index) * NOTE, note, { size: 10, fill: colour('--text-3') }))
  const ground = `<rect width="${width}" height="${height}" fill="${colour('--surface-2')}"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif">${ground}${parts.join('')}</svg>`
  return { svg, width, height }
}
