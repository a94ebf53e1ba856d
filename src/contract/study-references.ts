// The paper's published figures as reference rows (spec section 6, tables 2 to 5). All are recalled unless a second
// listing confirms one; whoever shows a figure shows its mark. Read next: study-table.ts.

import type { FigureMark, ReferenceFigure, ReferenceRow } from './study-table'
import { GROUPS, TASKS, TASK_IDS, type TaskId } from './task-catalog'

const SOURCE = '12-in-1, CVPR 2020'

/** Columns of the score tables: the twelve tasks, the four groups G1–G4, the average. */
export const AVERAGE = 'average'

function scores(setting: string | null, label: string, values: readonly (number | null)[], confirmed: readonly TaskId[] = []): ReferenceRow {
  const cells: Record<string, ReferenceFigure> = {}
  TASK_IDS.forEach((task, place) => {
    const value = values[place]
    if (value !== null && value !== undefined) cells[task] = { value, mark: confirmed.includes(task) ? 'confirmed' : 'recalled' }
  })
  for (const { id, paperName } of GROUPS) addMean(cells, paperName, TASKS.filter((task) => task.group === id).map((task) => task.id))
  addMean(cells, AVERAGE, TASK_IDS)
  return { setting, label, source: SOURCE, cells }
}

/** A mean is as sure as the figures that it is computed from. */
function addMean(cells: Record<string, ReferenceFigure>, column: string, of: readonly string[]): void {
  const parts = of.flatMap((id) => cells[id]?.value ?? [])
  if (parts.length === of.length) cells[column] = { value: round(parts.reduce((sum, value) => sum + value, 0) / parts.length), mark: 'recalled' }
}

const round = (value: number): number => Math.round(value * 100) / 100

// VQA, GQA, VG-QA | COCO, Flickr30k | RefCOCO, +, g, Visual7W, GuessWhat | NLVR2, SNLI-VE
const TABLE_2: readonly ReferenceRow[] = [
  scores('st-full', 'Single-task, full sets', [71.82, 58.19, 34.38, 65.28, 61.14, 78.63, 71.11, 72.24, 80.51, 62.81, 74.25, 76.72]),
  scores('st', 'Single-task', [71.24, 59.09, 34.1, 64.8, 61.46, 78.17, 69.47, 72.21, 80.51, 62.53, 74.25, 76.53]),
  scores('gt', 'Group-tasks', [72.03, 59.6, 36.18, 65.06, 66.0, 80.23, 72.79, 75.3, 81.54, 64.78, 74.62, 76.52]),
  scores('at', 'All-tasks', [72.57, 60.12, 36.36, 63.7, 63.52, 80.58, 73.25, 75.96, 82.75, 65.04, 78.44, 76.78]),
  scores('at-without-verification', 'All-tasks without G4', [72.68, 62.09, 36.74, 64.88, 64.62, 80.76, 73.6, 75.8, 83.03, 65.41, null, null]),
  scores('gt-st', 'Group-tasks, fine-tuned', [72.61, 59.96, 35.81, 66.26, 66.98, 79.94, 72.12, 75.18, 81.57, 64.56, 74.47, 76.34]),
  scores('at-st', 'All-tasks, fine-tuned', [72.92, 60.48, 36.56, 65.46, 65.14, 80.86, 73.45, 76.0, 83.01, 65.15, 78.87, 76.73]),
  scores('at-st-full', 'All-tasks, fine-tuned on full sets', [73.15, 60.65, 36.64, 68.0, 67.9, 81.2, 74.22, 76.35, 83.35, 65.69, 78.87, 76.95], ['vqa', 'flickr30k', 'refcocog', 'nlvr2', 'snli-ve'])
]

function row(setting: string | null, label: string, cells: Readonly<Record<string, number>>, mark: FigureMark = 'recalled', source = SOURCE): ReferenceRow {
  return { setting, label, source, cells: Object.fromEntries(Object.entries(cells).map(([column, value]) => [column, { value, mark }])) }
}

/** Relative change in percent; rows: trained with, columns: measured on. */
const TABLE_3: readonly ReferenceRow[] = [
  row('with-vqa', 'VQAv2', { flickr30k: 0.46, visual7w: 0.39, nlvr2: 2.29, given: 1.04 }),
  row('with-flickr30k', 'Flickr30k', { vqa: 0.38, visual7w: 0.78, nlvr2: 1.47, given: 0.88 }),
  row('with-visual7w', 'Visual7W', { vqa: 0.38, flickr30k: 0.23, nlvr2: 0.67, given: 0.43 }),
  row('with-nlvr2', 'NLVR2', { vqa: -0.2, flickr30k: -4.13, visual7w: 0.24, given: -1.36 })
]

const TABLE_4: readonly ReferenceRow[] = [
  row('at', 'Token per data set (All-tasks)', { G1: 56.35, G2: 63.61, G3: 75.52, G4: 77.61, average: 69.08 }),
  row('token-head', 'Token per head', { G1: 55.95, G2: 61.48, G3: 75.35, G4: 77.37, average: 68.52 }),
  row('token-none', 'Without task token', { G1: 55.67, G2: 62.55, G3: 75.38, G4: 76.73, average: 68.53 }),
  row('no-stop-and-go', 'Without Stop-and-Go', { G1: 55.5, G2: 62.92, G3: 75.24, G4: 76.31, average: 68.43 }),
  row('curriculum', 'Curriculum', { G1: 54.68, G2: 61.21, G3: 75.19, G4: 76.7, average: 67.98 }),
  row('anti-curriculum', 'Anti-curriculum', { G1: 55.82, G2: 59.58, G3: 73.69, G4: 75.94, average: 67.24 }),
  row('vanilla', 'Vanilla multi-task', { G1: 54.09, G2: 61.45, G3: 75.28, G4: 76.71, average: 67.92 })
]

const TABLE_5: readonly ReferenceRow[] = [
  row(null, 'Previous best', { gqa: 60.0, coco: 68.5, visual7w: 72.53, guesswhat: 61.3 }),
  row(null, 'UNITER-B', { vqa: 72.27, flickr30k: 71.5, refcoco: 80.21, 'refcoco+': 72.9, refcocog: 74.41, nlvr2: 77.87, 'snli-ve': 78.02 }),
  row(null, 'UNITER-L', { vqa: 73.24, flickr30k: 73.66, refcoco: 80.88, 'refcoco+': 73.73, refcocog: 75.77, nlvr2: 79.5, 'snli-ve': 78.98 }),
  ...TABLE_2.filter(({ setting }) => setting === 'at' || setting === 'at-st-full')
]

const GROUNDING: readonly ReferenceRow[] = [
  row('st', 'Single-task', { consistency: 55.4 }),
  row('at', 'All-tasks', { consistency: 58.3 }),
  row('at-st', 'All-tasks, fine-tuned', { consistency: 64.64 })
]

const TABLES: Readonly<Record<string, readonly ReferenceRow[]>> = { 'table-2': TABLE_2, 'table-3': TABLE_3, 'table-4': TABLE_4, 'table-5': TABLE_5, grounding: GROUNDING }

/** The reference rows of some published tables; figures are percentages, of test sets of real data. */
export function referenceRows(tables: readonly string[]): ReferenceRow[] {
  return tables.flatMap((table) => TABLES[table] ?? [])
}
