// Study `multitask` (table 2, RQ1 and RQ2): single-task, group, all-task, all-task without a group, and fine-tuning from
// either, with parameter accounting. Read next: settings.ts.

import type { StudyAbout, StudySetting, StudyTablePlan } from '../../contract/study'
import { scoreColumns, taskColumns } from './columns'
import { allTasks, allTasksLonger, allTasksWithoutGroup, fineTuned, groupTasks, lengthsText, onFullSets, singleTask, singleTaskEqual } from './settings'
import { FINE_TUNING, type StudyOptions } from './study-options'

export const MULTITASK: StudyAbout = {
  name: 'multitask',
  title: 'One model or twelve',
  question: 'RQ1 Can one model replace twelve? RQ2 Is multi-task training good pre-training?',
  about: 'Single-task, group, all-task, all-task without a group, and fine-tuning from group and all-task models; parameters counted.'
}

export function multitaskSettings(options: StudyOptions): StudySetting[] {
  return [
    onFullSets(singleTask(options)),
    singleTask(options),
    singleTaskEqual(options),
    groupTasks(options),
    allTasks(options),
    ...allTasksLonger(options),
    ...allTasksWithoutGroup(options),
    fineTuned(options, 'gt'),
    fineTuned(options, 'at'),
    onFullSets(fineTuned(options, 'at'))
  ]
}

export function multitaskTables(options: StudyOptions): StudyTablePlan[] {
  const rows = multitaskSettings(options).map(({ id }) => id)
  const counts: StudyTablePlan['columns'] = [
    { id: 'parameters', label: 'Params', unit: 'count', better: 'lower', measure: { kind: 'parameters' } },
    { id: 'models', label: 'Models', unit: 'count', better: 'lower', measure: { kind: 'models' } }
  ]
  const table = (id: string, title: string, baseline: string): StudyTablePlan => ({
    id, title, rows, baseline, columns: [...scoreColumns(options), ...counts], references: ['table-2'], view: 'table'
  })
  return [
    table('scores', 'Multi-task against single-task, test', 'st'),
    table('scores-equal', 'The same against single-task models with equal steps', 'st-equal'),
    { ...table('validation', 'The same on validation', 'st'), columns: scoreColumns(options, 'val'), references: [] },
    ...(options.search.length > 1 ? searchTables(options) : [])
  ]
}

/** What the search over lengths found: a reader sees which single-task models may not have converged. */
function searchTables(options: StudyOptions): StudyTablePlan[] {
  const table = (id: 'length' | 'doubling', title: string, unit: 'iterations' | 'points'): StudyTablePlan => ({
    id, title, rows: ['st'], baseline: null, references: [], view: 'table',
    columns: taskColumns(options, (task) => ({ kind: id, task }), { unit, better: 'neither' })
  })
  return [
    table('length', 'Iterations of the single-task models that validation chose', 'iterations'),
    table('doubling', 'Points that the last doubling of the iterations still gained on validation, first seed', 'points')
  ]
}

export function multitaskNotes({ base }: StudyOptions): string[] {
  return [
    `All models start from the same weights (start=${base.start}); choices are made on validation, results are of the test split, measured once at the end.`,
    `Single-task models get their own learning rate, and ${lengthsText(`the joint model's ${base.iterations} iterations`)}; without stops, so that the rate decays to 0. "Equal steps" is the same with exactly ${base.iterations}.`,
    `Group and all-task models use the base's learning rate ${base.learningRate}, chosen before for the all-task model; fine-tuning adds ${FINE_TUNING} times the iterations to what the multi-task model had.`,
    'The search runs with the first seed only; its best run is that seed’s result, the other seeds take the chosen setting.'
  ]
}
