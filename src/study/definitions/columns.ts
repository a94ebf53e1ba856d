// Columns that tables share: the twelve tasks, the four group means G1–G4, the average. Spec section 6: averages are
// plain means of primary metrics in percent. Read next: multitask.ts.

import type { Measure, StudyColumn } from '../../contract/study-columns'
import { AVERAGE } from '../../contract/study-references'
import { type TaskId, taskById } from '../../contract/task-catalog'
import { groupsOf } from './settings'
import { type StudyOptions, tasksOf } from './study-options'

type TaskMeasure = (task: TaskId) => Measure
type Kind = Pick<StudyColumn, 'unit' | 'better'>

export function taskColumn(task: TaskId, measure: Measure, { unit, better }: Kind): StudyColumn {
  const { shortLabel, group } = taskById(task)
  return { id: task, label: shortLabel, unit, better, group, measure }
}

export function taskColumns(options: StudyOptions, measure: TaskMeasure, kind: Kind): StudyColumn[] {
  return tasksOf(options).map((task) => taskColumn(task, measure(task), kind))
}

function averageColumn(options: StudyOptions, kind: Kind): StudyColumn {
  return { id: AVERAGE, label: 'Average', ...kind, measure: { kind: 'mean', of: tasksOf(options) } }
}

/** Tasks, then group means, then the average of all tasks. */
export function columnsWithMeans(options: StudyOptions, measure: TaskMeasure, kind: Kind): StudyColumn[] {
  const groups = groupsOf(options).map(({ group, tasks }): StudyColumn => ({ id: group.paperName, label: group.paperName, ...kind, group: group.id, measure: { kind: 'mean', of: tasks } }))
  return [...taskColumns(options, measure, kind), ...groups, averageColumn(options, kind)]
}

/** The seventeen columns of the score tables, on test. */
export function scoreColumns(options: StudyOptions, split: 'test' | 'val' = 'test'): StudyColumn[] {
  return columnsWithMeans(options, (task) => ({ kind: 'score', task, split }), { unit: 'percent', better: 'higher' })
}
