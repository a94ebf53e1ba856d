// Study `grounding` (RQ5): is a model that answers a question about a thing also able to point at it? Spec section 6,
// grounding consistency. Read next: settings.ts, ../measure.ts.

import type { MeasureKind, StudyAbout, StudySetting, StudyTablePlan } from '../../contract/study'
import type { StudyColumn } from '../../contract/study-columns'
import type { TaskId } from '../../contract/task-catalog'
import { allTasks, fineTuned, singleTask } from './settings'
import type { StudyOptions } from './study-options'

export const GROUNDING: StudyAbout = {
  name: 'grounding',
  title: 'Grounding consistency',
  question: 'RQ5 Does joint training make answers and regions agree?',
  about: 'Pairs of a question and an expression about the same picture: the share, weighted by the words they share, where both are right.'
}

/** The question task and the expression tasks whose test sets share pictures. */
export const GROUNDING_TASKS: readonly TaskId[] = ['vqa', 'refcoco', 'refcoco+']

export function groundingSettings(options: StudyOptions): StudySetting[] {
  const measured = (setting: StudySetting): StudySetting => ({
    ...setting,
    parts: setting.parts.filter(({ fills }) => fills.some((task) => GROUNDING_TASKS.includes(task))),
    measure: 'grounding' satisfies MeasureKind
  })
  return [measured(singleTask(options)), measured(allTasks(options)), measured(fineTuned(options, 'at')), allTasks(options)].filter((setting, place, all) => all.findIndex(({ id }) => id === setting.id) === place)
}

export function groundingTables(): StudyTablePlan[] {
  const percent = (id: string, label: string): StudyColumn => ({ id, label, unit: 'percent', better: 'higher', measure: { kind: 'result', path: [id], scale: 100 } })
  const count = (id: string, label: string): StudyColumn => ({ id, label, unit: 'count', better: 'neither', measure: { kind: 'result', path: [id], scale: 1 } })
  return [{
    id: 'consistency', title: 'Grounding consistency', rows: ['st', 'at', 'at-st'], baseline: 'st',
    columns: [percent('consistency', 'Consistency'), percent('ifIndependent', 'If independent'), percent('questionsRight', 'Questions right'), percent('expressionsRight', 'Expressions right'), count('sharingPairs', 'Pairs')],
    references: ['grounding'], view: 'table'
  }]
}
