// Study `transfer` (table 3, RQ3): how much a task gains when another is trained with it. Pairs and triples of the groups'
// representatives, or all pairs of tasks. Read next: settings.ts.

import type { StudyAbout, StudyPart, StudySetting, StudyTablePlan } from '../../contract/study'
import type { StudyColumn } from '../../contract/study-columns'
import { TASK_IDS, type TaskId, taskById } from '../../contract/task-catalog'
import { taskColumn } from './columns'
import { singleTask, singleTaskEqual } from './settings'
import { type StudyOptions, tasksOf } from './study-options'

export const TRANSFER: StudyAbout = {
  name: 'transfer',
  title: 'Which tasks help which',
  question: 'RQ3 What drives positive and negative transfer?',
  about: 'Relative gain of a task over its single-task model when trained with one or two others; representatives of the groups, or all pairs.'
}

const REPRESENTATIVES: readonly TaskId[] = ['vqa', 'flickr30k', 'visual7w', 'nlvr2']

/** The tasks of the matrix: one a group (the paper's, else the group's first), or all. */
function matrixTasks(options: StudyOptions): TaskId[] {
  const tasks = tasksOf(options)
  if (options.full) return tasks
  return [...new Set(tasks.map((task) => tasks.find((other) => taskById(other).group === taskById(task).group && REPRESENTATIVES.includes(other)) ?? tasks.find((other) => taskById(other).group === taskById(task).group) ?? task))]
}

/** Trained together, measured on one of them; the catalog's order makes equal sets one run. */
function jointPart(measured: TaskId, helpers: readonly TaskId[]): StudyPart {
  const tasks = TASK_IDS.filter((task) => task === measured || helpers.includes(task))
  return { id: measured, difference: { tasks }, fills: [measured] }
}

/** One row: trained with these helpers, measured on each task that is not one of them. */
function withHelpers(helpers: readonly TaskId[], measured: readonly TaskId[]): StudySetting {
  return {
    id: `with-${helpers.join('-')}`,
    label: `with ${helpers.map((task) => taskById(task).shortLabel).join(' and ')}`,
    parts: measured.filter((task) => !helpers.includes(task)).map((task) => jointPart(task, helpers))
  }
}

function helperPairs(tasks: readonly TaskId[]): TaskId[][] {
  return tasks.flatMap((a, place) => tasks.slice(place + 1).map((b) => [a, b]))
}

function singles(options: StudyOptions): StudySetting[] {
  const tasks = matrixTasks(options)
  return tasks.map((task) => withHelpers([task], tasks))
}

/** Triples only of few tasks: of twelve they would be 220 runs a seed. */
function triples(options: StudyOptions): StudySetting[] {
  const tasks = matrixTasks(options)
  return options.full || tasks.length < 3 ? [] : helperPairs(tasks).map((pair) => withHelpers(pair, tasks))
}

export function transferSettings(options: StudyOptions): StudySetting[] {
  const tasks = matrixTasks(options)
  const of = (setting: StudySetting): StudySetting => ({ ...setting, parts: setting.parts.filter(({ id }) => tasks.some((task) => task === id)) })
  return [of(singleTask(options)), of(singleTaskEqual(options)), ...singles(options), ...triples(options)]
}

export function transferTables(options: StudyOptions): StudyTablePlan[] {
  const tasks = matrixTasks(options)
  const kind = { unit: 'percent', better: 'higher' } as const
  const gains = tasks.map((task): StudyColumn => taskColumn(task, { kind: 'gain', task }, kind))
  const given: StudyColumn = { id: 'given', label: 'Mean given', ...kind, measure: { kind: 'mean', of: tasks, applicable: true } }
  const scores = tasks.map((task): StudyColumn => taskColumn(task, { kind: 'score', task, split: 'test' }, kind))
  const pairs = singles(options).map(({ id }) => id)
  const pairTable = (id: string, title: string, baseline: string): StudyTablePlan => ({ id, title, rows: pairs, baseline, columns: [...gains, given], references: ['table-3'], view: 'matrix', meanRow: { id: 'received', label: 'Mean received' } })
  return [
    pairTable('pairs', 'Gain in percent over single-task with equal steps; row: trained with, column: measured on', 'st-equal'),
    ...(triples(options).length === 0 ? [] : [{ ...pairTable('triples', 'The same, trained with two others', 'st-equal'), rows: triples(options).map(({ id }) => id), references: [] }]),
    pairTable('pairs-converged', 'Gain of pairs over single-task models at their best', 'st'),
    { id: 'scores', title: 'Test scores', rows: transferSettings(options).map(({ id }) => id), baseline: 'st-equal', columns: scores, references: [], view: 'table' }
  ]
}

export function transferNotes({ base }: StudyOptions): string[] {
  return [
    `Joint runs take ${base.iterations} iterations at the base's learning rate ${base.learningRate}, every task one step an iteration; single-task models choose their own learning rate, so a gain is not the learning rate's.`,
    'In the paper the matrix is printed transposed: row measured, column trained with.'
  ]
}
