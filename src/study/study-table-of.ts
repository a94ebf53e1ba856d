// A study's tables from what its runs' folders say, at any moment: finished cells have figures, open ones say which runs
// they wait for. Read next: measured-value.ts, paired-examples.ts, contract/study-table.ts.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { Study, StudyName, StudyPlan, StudyTablePlan } from '../contract/study'
import { type StudyColumn, isGainColumn } from '../contract/study-columns'
import { AVERAGE, referenceRows } from '../contract/study-references'
import { bootstrapInterval, mean, signFlipTest, standardDeviation } from '../contract/study-statistics'
import type { ReferenceRow, StudyCell, StudyRow, StudyTable } from '../contract/study-table'
import { GROUPS, TASKS } from '../contract/task-catalog'
import { type SettingRuns, settingRuns } from './cell-runs'
import { readFigures } from './figures'
import { markedRows } from './marked-rows'
import { type Reading, measuredValue } from './measured-value'
import { type DifferencesOf, examplesTest, rememberedDifferences } from './paired-examples'
import { Digests } from './run-digest'
import { RESULT_FILES, type StudyPlaces } from './study-places'
import { openStudy } from './study-store'

const TEST_NOTE =
  'Mean ± standard deviation over seeds. Difference: mean of the differences to the baseline with the same seed. p: paired permutation test (sign flips), two-sided; over test examples where runs kept their scores (differences of an example averaged over seeds), else over seeds.'

/** Tasks in each mean column of the published tables. */
const GROUP_SIZES: ReadonlyMap<string, number> = new Map([[AVERAGE, TASKS.length], ...GROUPS.map(({ id, paperName }) => [paperName, TASKS.filter(({ group }) => group === id).length] as const)])

interface TableSource {
  readonly places: StudyPlaces
  readonly study: Study
  readonly plan: StudyPlan
  readonly digests: Digests
}

/** The main table, or the one of an id. Throws for an unknown one. */
export function studyTable(places: StudyPlaces, name: StudyName, tableId?: string, digests = new Digests(places)): StudyTable {
  return tableOf({ places, ...openStudy(places, name), digests }, tableId)
}

function tableOf(source: TableSource, tableId?: string): StudyTable {
  const { study, plan, places, digests } = source
  const found = tableId === undefined ? study.tables[0] : study.tables.find(({ id }) => id === tableId)
  if (!found) throw new WorkbenchError(`Study '${study.name}' has no table '${tableId ?? ''}'. Its tables: ${study.tables.map(({ id }) => id).join(', ')}.`)
  const runs = settingRuns(study, plan, digests)
  const own = found.rows.map((id) => rowOf(id, found, runs, source))
  const rows = markedRows(found, found.meanRow ? [...own, receivedRow(found.meanRow, own, found.columns)] : own)
  return {
    study: study.name, table: found.id, title: found.title, preset: study.base.preset, seeds: study.seeds, baseline: found.baseline,
    baselineLabel: study.settings.find(({ id }) => id === found.baseline)?.label ?? found.baseline,
    columns: found.columns.map(({ id }) => id), columnInfo: found.columns, rows, references: references(found, places, study),
    notes: [...study.notes, ...own.flatMap(({ label, note }) => (note === '' ? [] : [`${label}: ${note}.`]))],
    test: found.baseline === null ? '' : TEST_NOTE,
    tables: study.tables.map(({ id, title }) => ({ id, title })), view: found.view
  }
}

function references({ references: tables, columns }: StudyTablePlan, places: StudyPlaces, { name }: Study): ReferenceRow[] {
  // A published mean over a group is no reference for the mean of some of its tasks.
  const known = new Set(columns.filter(({ id, measure }) => measure.kind !== 'mean' || (GROUP_SIZES.get(id) ?? measure.of.length) === measure.of.length).map(({ id }) => id))
  return [...referenceRows(tables), ...readFigures(places, name)]
    .map((row) => ({ ...row, cells: Object.fromEntries(Object.entries(row.cells).filter(([column]) => known.has(column))) }))
    .filter(({ cells }) => Object.keys(cells).length > 0)
}

/** What all cells of a row are read with. */
interface RowSource {
  readonly table: StudyTablePlan
  readonly own: readonly SettingRuns[]
  readonly baseline: readonly SettingRuns[]
  readonly source: TableSource
  readonly differences: DifferencesOf
}

function rowOf(id: string, table: StudyTablePlan, runs: ReadonlyMap<string, readonly SettingRuns[]>, source: TableSource): StudyRow {
  const setting = source.study.settings.find((candidate) => candidate.id === id)
  const baseline = table.baseline === null ? [] : runs.get(table.baseline) ?? []
  const row: RowSource = { table, own: runs.get(id) ?? [], baseline, source, differences: rememberedDifferences() }
  const cells = table.columns.flatMap((column): [string, StudyCell][] => {
    const cell = cellOf(column, row)
    return cell ? [[column.id, cell]] : []
  })
  return { setting: id, label: setting?.label ?? id, note: setting?.note ?? '', cells: Object.fromEntries(cells) }
}

/** Undefined where the column means nothing for the row. */
function cellOf(column: StudyColumn, row: RowSource): StudyCell | undefined {
  const { own, baseline, table, source: { places, digests } } = row
  const read = own.map((runs) => ({ runs, value: measuredValue(column.measure, runs, readingOf(runs.seed, row)) }))
  if (read.length === 0 || read.some(({ value }) => value === null)) return undefined
  const values = read.flatMap(({ runs, value }) => (typeof value === 'number' && !Number.isNaN(value) ? [{ seed: runs.seed, value }] : []))
  const numbers = values.map(({ value }) => value)
  const behind = runsBehind(column, own)
  const isDone = (id: string): boolean => (column.measure.kind === 'result' ? existsSync(join(places.results, id, RESULT_FILES.result)) : digests.of(id)?.state === 'done')
  return {
    mean: numbers.length > 0 ? mean(numbers) : null, sd: standardDeviation(numbers), n: numbers.length, interval: bootstrapInterval(numbers), values,
    ...comparison(column, row, values),
    runs: behind, open: values.length === own.length ? [] : behind.filter((id) => !isDone(id)),
    baselineRuns: table.baseline === null ? [] : runsBehind(column, baseline), best: false
  }
}

function readingOf(seed: number, { source: { places }, table: { columns }, baseline }: RowSource): Reading {
  return { places, columns, baseline: baseline.find((runs) => runs.seed === seed) }
}

type Comparison = Pick<StudyCell, 'difference' | 'p' | 'pHolm' | 'pSeeds' | 'test'>

/** Against the baseline, over the seeds that both have. A gain is itself the difference. */
function comparison(column: StudyColumn, row: RowSource, values: StudyCell['values']): Comparison {
  const { own, baseline, table: { columns } } = row
  const gains = isGainColumn(column, columns)
  const pairs = values.flatMap(({ seed, value }) => {
    const mine = own.find((runs) => runs.seed === seed)
    const other = baseline.find((runs) => runs.seed === seed)
    const reference = gains ? 0 : other && measuredValue(column.measure, other, readingOf(seed, row))
    return mine && other && typeof reference === 'number' ? [{ runs: [mine, other] as const, difference: value - reference }] : []
  })
  if (pairs.length === 0) return { difference: null, p: null, pHolm: null, pSeeds: null, test: null }
  const differences = pairs.map(({ difference }) => difference)
  const pSeeds = signFlipTest(differences)
  const pExamples = examplesTest(column.measure, pairs.map(({ runs }) => runs), columns, row.differences)
  return { difference: mean(differences), p: pExamples ?? pSeeds, pHolm: null, pSeeds, test: pExamples === null ? 'seeds' : 'examples' }
}

function runsBehind({ measure }: StudyColumn, settings: readonly SettingRuns[]): string[] {
  const ids = settings.flatMap((runs) => (measure.kind === 'result' ? runs.measure() ?? [] : 'task' in measure ? runs.ids(measure.task) : runs.ids()))
  return [...new Set(ids)]
}

/** Each column's mean over the rows, seed by seed. */
function receivedRow({ id, label }: NonNullable<StudyTablePlan['meanRow']>, rows: readonly StudyRow[], columns: readonly StudyColumn[]): StudyRow {
  const cells = columns.flatMap((column): [string, StudyCell][] => {
    const above = rows.flatMap(({ cells: row }) => row[column.id] ?? [])
    if (above.length === 0 || column.measure.kind === 'mean') return []
    const seeds = (above[0]?.values ?? []).map(({ seed }) => seed).filter((seed) => above.every(({ values }) => values.some((value) => value.seed === seed)))
    const values = seeds.map((seed) => ({ seed, value: mean(above.flatMap((cell) => cell.values.find((value) => value.seed === seed)?.value ?? [])) }))
    const numbers = values.map(({ value }) => value)
    const centre = numbers.length > 0 ? mean(numbers) : null
    const runs = [...new Set(above.flatMap((cell) => cell.runs))]
    return [[column.id, {
      mean: centre, sd: standardDeviation(numbers), n: numbers.length, interval: bootstrapInterval(numbers), values,
      difference: centre, p: signFlipTest(numbers), pHolm: null, pSeeds: signFlipTest(numbers), test: numbers.length > 0 ? 'seeds' : null,
      runs, open: [...new Set(above.flatMap((cell) => cell.open))], baselineRuns: [...new Set(above.flatMap((cell) => cell.baselineRuns))], best: false
    }]]
  })
  return { setting: id, label, note: '', cells: Object.fromEntries(cells) }
}
