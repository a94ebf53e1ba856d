// A study's table as text that goes into a paper or a spreadsheet: LaTeX (booktabs, best in bold), CSV, Markdown, JSON.
// Pure: the command line prints it, the window copies it. Read next: study-table.ts.

import type { StudyColumn } from './study-columns'
import type { ReferenceFigure, StudyCell, StudyRow, StudyTable } from './study-table'

export const TABLE_FORMATS = ['csv', 'latex', 'markdown', 'json'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

/** Below this p a difference is marked with a star. */
const SIGNIFICANT = 0.05
/** What the stars mean, wherever a table is shown. */
export const STARS_NOTE = `* p < ${SIGNIFICANT}, ** also after Holm's correction for all differences of the table`

export function tableAs(format: TableFormat, table: StudyTable): string {
  switch (format) {
    case 'csv': return tableAsCsv(table)
    case 'latex': return tableAsLatex(table)
    case 'markdown': return tableAsMarkdown(table)
    default: return `${JSON.stringify(table)}\n`
  }
}

/** A number as the column's unit is written: 12.34 percent, 1.5 million, 3. */
export function figureText(value: number, unit: StudyColumn['unit']): string {
  if (unit === 'percent' || unit === 'points') return value.toFixed(1)
  if (unit === 'iterations') return value.toFixed(0)
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}

/** `71.2 ± 1.3`, or without ± for one seed; `–` while nothing is measured. */
export function cellText(cell: StudyCell, unit: StudyColumn['unit'], plusMinus = ' ± '): string {
  if (cell.mean === null) return '–'
  const spread = cell.sd === null || (unit === 'count' && cell.sd === 0) ? '' : `${plusMinus}${figureText(cell.sd, unit)}`
  return `${figureText(cell.mean, unit)}${spread}`
}

/** One star where the cell differs from the baseline, two where it does after correction for many comparisons, or none. */
export function starsOf({ difference, p, pHolm }: StudyCell): '' | '*' | '**' {
  if (p === null || p >= SIGNIFICANT || difference === null || difference === 0) return ''
  return pHolm !== null && pHolm < SIGNIFICANT ? '**' : '*'
}

/** `+1.2`, with its stars; empty without a difference. */
export function differenceText(cell: StudyCell, unit: StudyColumn['unit']): string {
  const { difference } = cell
  if (difference === null) return ''
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '±'
  return `${sign}${figureText(Math.abs(difference), unit)}${starsOf(cell)}`
}

/** One line a cell: machines read it, spreadsheets pivot it. Published figures follow with their mark. */
function tableAsCsv(table: StudyTable): string {
  const header = ['setting', 'label', 'column', 'unit', 'mean', 'sd', 'n', 'difference', 'p', 'p_holm', 'test', 'p_seeds', 'low', 'high', 'source', 'mark']
  const own = table.rows.flatMap((row) => table.columnInfo.flatMap((column) => {
    const cell = row.cells[column.id]
    if (!cell) return []
    const [low = null, high = null] = cell.interval ?? []
    return [[row.setting, row.label, column.id, column.unit, cell.mean, cell.sd, cell.n, cell.difference, cell.p, cell.pHolm, cell.test, cell.pSeeds, low, high, '', '']]
  }))
  const published = table.references.flatMap((row) => table.columnInfo.flatMap((column) => {
    const figure = row.cells[column.id]
    return figure ? [[row.setting ?? '', row.label, column.id, column.unit, figure.value, null, null, null, null, null, null, null, null, null, row.source, figure.mark]] : []
  }))
  return [header, ...own, ...published].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('')
}

function csvCell(value: string | number | null): string {
  if (value === null) return ''
  return typeof value === 'string' && /[",\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : String(value)
}

function tableAsMarkdown(table: StudyTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const body = table.rows.map((row) => line([row.label, ...table.columnInfo.map((column) => markdownCell(row, column))]))
  const published = table.references.map((row) => line([`*${row.label}, ${row.source}*`, ...table.columnInfo.map((column) => publishedText(row.cells[column.id], column.unit, '†'))]))
  return [
    `${table.title}. Seeds ${table.seeds.join(', ')}.\n\n`,
    line(['', ...table.columnInfo.map(({ label }) => label)]), line(['---', ...table.columnInfo.map(() => '---:')]), ...body, ...published,
    `\n${legend(table, '†')}\n`
  ].join('')
}

function markdownCell(row: StudyRow, column: StudyColumn): string {
  const cell = row.cells[column.id]
  if (!cell) return '-'
  const text = cellText(cell, column.unit)
  const difference = row.setting === undefined ? '' : differenceText(cell, column.unit)
  return `${cell.best ? `**${text}**` : text}${difference === '' || difference.startsWith('±') ? '' : ` (${difference})`}`
}

function publishedText(figure: ReferenceFigure | undefined, unit: StudyColumn['unit'], dagger: string): string {
  return figure ? `${unit === 'percent' ? figure.value.toFixed(2) : figureText(figure.value, unit)}${figure.mark === 'recalled' ? dagger : ''}` : '-'
}

/** What the marks mean, and how it was tested. */
function legend(table: StudyTable, dagger: string): string {
  const marks = table.references.some(({ cells }) => Object.values(cells).some(({ mark }) => mark === 'recalled')) ? [`${dagger} published figure recalled from memory, not checked against the paper.`] : []
  const stars = table.baseline === null ? [] : [`Differences are to '${table.baseline}'; ${STARS_NOTE}.`, table.test]
  return [...stars, ...marks].join(' ')
}

const LATEX_ESCAPES: Readonly<Record<string, string>> = { '&': '\\&', '%': '\\%', '#': '\\#', _: '\\_', '$': '\\$', '{': '\\{', '}': '\\}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '\\': '\\textbackslash{}', '→': '$\\to$', '×': '$\\times$', '–': '--', '−': '$-$', '†': '$\\dagger$', '±': '$\\pm$' }

export function latexText(text: string): string {
  return text.replace(/[&%#_${}~^\\→×–−†±]/g, (character) => LATEX_ESCAPES[character] ?? character)
}

/** A table environment that needs `\usepackage{booktabs}`. */
function tableAsLatex(table: StudyTable): string {
  const line = (cells: readonly string[]): string => `    ${cells.join(' & ')} \\\\`
  const rows = table.rows.map((row) => line([latexText(row.label), ...table.columnInfo.map((column) => latexCell(row.cells[column.id], column))]))
  const published = table.references.map((row) => line([`\\textit{${latexText(row.label)}}`, ...table.columnInfo.map((column) => latexText(publishedText(row.cells[column.id], column.unit, '†')))]))
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(`${table.title}. Mean and standard deviation over seeds ${table.seeds.join(', ')}. ${legend(table, '†')}`)}}`,
    `  \\label{tab:${table.study}-${table.table}}`,
    `  \\begin{tabular}{l${'r'.repeat(table.columns.length)}}`,
    '    \\toprule',
    line(['', ...table.columnInfo.map(({ label }) => latexText(label))]),
    '    \\midrule',
    ...rows,
    ...(published.length === 0 ? [] : ['    \\midrule', ...published]),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    ''
  ].join('\n')
}

function latexCell(cell: StudyCell | undefined, { unit }: StudyColumn): string {
  if (!cell) return '--'
  if (cell.mean === null) return ''
  const mean = latexText(figureText(cell.mean, unit))
  const stars = starsOf(cell)
  const spread = cell.sd === null || (unit === 'count' && cell.sd === 0) ? '' : ` {\\scriptsize $\\pm$ ${latexText(figureText(cell.sd, unit))}}`
  return `${cell.best ? `\\textbf{${mean}}` : mean}${stars === '' ? '' : `$^{${stars}}$`}${spread}`
}
