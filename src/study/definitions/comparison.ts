// Study `comparison` (table 5): our models beside figures that others published, entered by hand or imported.
// Read next: ../figures.ts, settings.ts.

import type { StudyAbout, StudySetting, StudyTablePlan } from '../../contract/study'
import { scoreColumns } from './columns'
import { allTasks, fineTuned, singleTask } from './settings'
import type { StudyOptions } from './study-options'

export const COMPARISON: StudyAbout = {
  name: 'comparison',
  title: 'Beside other models',
  question: 'How does it compare with models that others published?',
  about: 'All-task and fine-tuned models beside published figures; more are entered by hand or imported from CSV or JSON.'
}

export function comparisonSettings(options: StudyOptions): StudySetting[] {
  return [singleTask(options), allTasks(options), fineTuned(options, 'at')]
}

export function comparisonTables(options: StudyOptions): StudyTablePlan[] {
  return [{ id: 'scores', title: 'Our models and published ones, test', rows: ['st', 'at', 'at-st'], baseline: 'st', columns: scoreColumns(options), references: ['table-5'], view: 'table' }]
}

export function comparisonNotes({ base }: StudyOptions): string[] {
  return base.world === 'none' ? [] : ['Published figures are of the real data sets; ours are of the drawn mini-world. They stand side by side as a form, not as a comparison.']
}
