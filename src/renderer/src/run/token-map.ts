// The map of task tokens as a heat map: tasks in the order of the paper's groups, colours of the cosines, the picture that is
// saved. Pure. Read next: ../dialogs/TokensDialog.vue, ../../../contract/task-tokens.ts.

import { GROUPS, TASKS, type TaskId, taskById } from '../../../contract/task-catalog'
import { type TokenMap, tokenRowOf } from '../../../contract/task-tokens'
import type { SvgPicture } from '../save-file'
import { cosineText, differenceFill } from '../studies/study-look'

export interface TokenCell {
  readonly task: TaskId
  readonly cosine: number
  readonly text: string
  /** `own`: a task with itself; `shared`: two tasks of one token. */
  readonly kind: 'own' | 'shared' | 'pair'
  readonly fill: string | null
  /** First of its group: a line parts it from the one before. */
  readonly first: boolean
}

export interface TokenRow {
  readonly task: TaskId
  readonly norm: number
  readonly first: boolean
  readonly cells: readonly TokenCell[]
}

export interface TokenHeatMap {
  readonly rows: readonly TokenRow[]
  /** Four steps of colour each way reach from −scale to scale. */
  readonly scale: number
}

export function tokenHeatMap(map: TokenMap): TokenHeatMap {
  const tasks = TASKS.map(({ id }) => id).filter((id) => map.tasks.includes(id))
  const firsts = new Set(GROUPS.flatMap(({ id }) => tasks.find((task) => taskById(task).group === id) ?? []).filter((task) => task !== tasks[0]))
  const cosine = (a: TaskId, b: TaskId): number => map.cosines[map.tasks.indexOf(a)]?.[map.tasks.indexOf(b)] ?? 0
  const row = (task: TaskId): number => tokenRowOf(taskById(task), map.taskToken)
  const kindOf = (a: TaskId, b: TaskId): TokenCell['kind'] => (a === b ? 'own' : row(a) === row(b) ? 'shared' : 'pair')
  const scale = Math.max(0.05, ...tasks.flatMap((a) => tasks.filter((b) => kindOf(a, b) === 'pair').map((b) => Math.abs(cosine(a, b)))))
  const cellOf = (a: TaskId, b: TaskId): TokenCell => {
    const [value, kind] = [cosine(a, b), kindOf(a, b)]
    const text = kind === 'own' ? 'own' : kind === 'shared' ? 'same' : cosineText(value)
    return { task: b, cosine: value, text, kind, fill: kind === 'pair' ? differenceFill(value, scale, 'higher')?.token ?? null : null, first: firsts.has(b) }
  }
  return { rows: tasks.map((task) => ({ task, norm: map.norms[map.tasks.indexOf(task)] ?? 0, first: firsts.has(task), cells: tasks.map((other) => cellOf(task, other)) })), scale }
}

const LABEL = 130
const CELL = 58
const LINE = 26
const HEAD = 56
const FOOT = 24

/** `colour` gives the value of a token such as `--text-1`. */
export function tokenMapSvg({ rows }: TokenHeatMap, title: string, note: string, colour: (token: string) => string): SvgPicture {
  const width = LABEL + (rows.length + 1) * CELL + 12
  const height = HEAD + rows.length * LINE + FOOT
  const text = (x: number, y: number, words: string, more = ''): string => `<text x="${x}" y="${y}" ${more}>${words.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`
  const middle = (token: string): string => `text-anchor="middle" fill="${colour(token)}"`
  const parts = [text(12, 20, title, `font-size="13" font-weight="620" fill="${colour('--text-1')}"`)]
  rows.forEach(({ task, norm, first, cells }, i) => {
    const x = LABEL + i * CELL
    const y = HEAD + i * LINE
    parts.push(text(x + CELL / 2, HEAD - 8, taskById(task).shortLabel, `font-size="11" ${middle('--text-2')}`), text(12, y + 17, taskById(task).label, `fill="${colour('--text-1')}"`))
    cells.forEach((cell, j) => {
      const left = LABEL + j * CELL
      if (cell.fill) parts.push(`<rect x="${left + 1}" y="${y + 1}" width="${CELL - 2}" height="${LINE - 2}" rx="3" fill="${colour(cell.fill)}"/>`)
      parts.push(text(left + CELL / 2, y + 17, cell.text, middle(cell.kind === 'pair' ? '--text-1' : '--text-3')))
    })
    parts.push(text(LABEL + rows.length * CELL + CELL / 2, y + 17, norm.toFixed(2), middle('--text-2')))
    if (first) parts.push(`<path d="M12 ${y}H${width - 12}M${x} ${HEAD - 22}V${height - FOOT}" stroke="${colour('--line-3')}" fill="none"/>`)
  })
  parts.push(text(LABEL + rows.length * CELL + CELL / 2, HEAD - 8, 'length', `font-size="11" ${middle('--text-2')}`), text(12, height - 8, note, `font-size="10" fill="${colour('--text-3')}"`))
  const ground = `<rect width="${width}" height="${height}" fill="${colour('--surface-2')}"/>`
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif" font-size="12">${ground}${parts.join('')}</svg>`, width, height }
}

/** One row a task, as a spreadsheet reads it. */
export function tokenMapCsv({ rows }: TokenHeatMap): string {
  return [['task', ...rows.map(({ task }) => task), 'length'], ...rows.map(({ task, cells, norm }) => [task, ...cells.map(({ cosine }) => String(cosine)), String(norm)])].map((line) => line.join(',')).join('\n') + '\n'
}
