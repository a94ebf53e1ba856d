// Study `overlap` (table 1 and the counts before and after cleaning): how much of one data set's test is in another's
// training. Trains nothing. Read next: ../measure.ts.

import type { StudyAbout, StudySetting, StudyTablePlan } from '../../contract/study'
import type { StudyColumn } from '../../contract/study-columns'
import { taskById } from '../../contract/task-catalog'
import { type StudyOptions, tasksOf } from './study-options'

export const OVERLAP: StudyAbout = {
  name: 'overlap',
  title: 'Overlap and cleaning',
  question: 'How much do test pictures leak into other data sets’ training, and what does cleaning take?',
  about: 'Share of each data set’s test pictures in every other’s training and validation; training examples before and after cleaning.'
}

export function overlapSettings(options: StudyOptions): StudySetting[] {
  return tasksOf(options).map((task) => ({ id: task, label: taskById(task).label, parts: [], measure: 'overlap', firstSeedOnly: true }))
}

export function overlapTables(options: StudyOptions): StudyTablePlan[] {
  const tasks = tasksOf(options)
  const share = tasks.map((task): StudyColumn => ({ id: task, label: taskById(task).shortLabel, unit: 'percent', better: 'neither', group: taskById(task).group, measure: { kind: 'result', path: ['share', '$row', task], scale: 100 } }))
  const cleaning = (id: string, label: string, unit: 'count' | 'percent'): StudyColumn => ({ id, label, unit, better: 'neither', measure: { kind: 'result', path: ['cleaning', 'dataset=$row', id], scale: unit === 'percent' ? 100 : 1 } })
  return [
    { id: 'overlap', title: 'Row: test pictures of; column: share found in train or validation of, percent', rows: tasks, baseline: null, columns: share, references: [], view: 'matrix' },
    { id: 'cleaning', title: 'Training examples and what cleaning removes', rows: tasks, baseline: null, references: [], view: 'table', columns: [cleaning('before', 'Before', 'count'), cleaning('removed', 'Removed', 'count'), cleaning('share', 'Removed, percent', 'percent')] }
  ]
}
