// Study `ablations` (table 4, RQ4 and RQ5): the task token and the schedule, one change at a time. Read next: settings.ts.

import { iterationsWithoutJoining } from '../../contract/curriculum'
import type { ConfigDifference } from '../../contract/run-config'
import type { StudyAbout, StudySetting, StudyTablePlan } from '../../contract/study'
import { scoreColumns } from './columns'
import { allTasks, singleTaskPlain } from './settings'
import { type StudyOptions, tasksOf } from './study-options'

export const ABLATIONS: StudyAbout = {
  name: 'ablations',
  title: 'Task token and schedule',
  question: 'RQ4 How should tasks be scheduled? RQ5 Does the task token matter?',
  about: 'Task token per data set, per head, none; Stop-and-Go on and off; curriculum, anti-curriculum, their steps without an order, vanilla round robin.'
}

export function ablationSettings(options: StudyOptions): StudySetting[] {
  const variant = (id: string, label: string, difference: ConfigDifference, note: string): StudySetting => allTasks(options, id, label, difference, note)
  return [
    allTasks(options, 'at', 'Token per data set (All-tasks)', {}, 'the base'),
    variant('token-head', 'Token per head', { taskToken: 'head' }, 'taskToken=head'),
    variant('token-none', 'Without task token', { taskToken: 'none' }, 'taskToken=none'),
    variant('no-stop-and-go', 'Without Stop-and-Go', { stopAndGo: false }, 'stopAndGo=false'),
    ordered(options, 'curriculum', 'Curriculum', 'easy'),
    ordered(options, 'anti-curriculum', 'Anti-curriculum', 'hard'),
    variant('curriculum-steps', 'As many steps as a curriculum', { stopAndGo: false, iterations: evenIterations(options) }, `stopAndGo=false; all tasks from the start, ${evenIterations(options)} iterations: what the curricula lose by their order, not by fewer steps`),
    variant('vanilla', 'Vanilla multi-task', { taskToken: 'none', stopAndGo: false }, 'round robin: taskToken=none, stopAndGo=false'),
    singleTaskPlain(options)
  ]
}

const evenIterations = (options: StudyOptions): number => iterationsWithoutJoining(options.base.iterations, tasksOf(options).length)

/** Tasks join one after the other, by how many iterations each needs to converge alone. */
function ordered(options: StudyOptions, id: string, label: string, first: 'easy' | 'hard'): StudySetting {
  const setting = allTasks(options, id, label, { stopAndGo: false }, `stopAndGo=false; tasks join one by one over the first half, ${first === 'easy' ? 'fastest' : 'slowest'} to converge alone first`)
  const from = tasksOf(options).map((task) => ({ setting: 'st-plain', part: task, task }))
  return { ...setting, parts: setting.parts.map((part) => ({ ...part, order: { first, from } })) }
}

export function ablationTables(options: StudyOptions): StudyTablePlan[] {
  const rows = ablationSettings(options).map(({ id }) => id).filter((id) => id !== 'st-plain')
  const columns = scoreColumns(options)
  return [
    { id: 'scores', title: 'Ablations, test', rows, baseline: 'at', columns, references: ['table-4'], view: 'table' },
    { id: 'order', title: 'Curricula against as many steps without an order, test', rows: rows.filter((id) => id.includes('curriculum')), baseline: 'curriculum-steps', columns, references: [], view: 'table' }
  ]
}

export function ablationNotes({ base }: StudyOptions): string[] {
  return [
    `Every row is one model on all tasks with ${base.iterations} iterations from the same weights (start=${base.start}); only what its name says differs.`,
    'With a curriculum tasks that join late take fewer steps. "As many steps as a curriculum" lets all tasks begin at once and ends when the curricula’s steps are used up (table `order`).',
    'The order of the curricula comes from single-task runs at the base’s learning rate with the first seed: iterations until validation is within 1 % of its best.'
  ]
}
