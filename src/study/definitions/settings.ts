// The settings that several studies share, so that their runs are shared: one model a task (ST), a group (GT), all tasks
// (AT), and fine-tuning from either. Spec section 6, table 2. Read next: multitask.ts.

import type { ConfigDifference } from '../../contract/run-config'
import type { Search, StudyPart, StudySetting } from '../../contract/study'
import { GROUPS, type Group, type TaskId, taskById } from '../../contract/task-catalog'
import { FINE_TUNING, LENGTHS, LONGER, RATES_KEPT, STILL_PAYS, type StudyOptions, iterationsTimes, ratesTimes, tasksOf } from './study-options'

/** The groups that have tasks in this study, each with them. */
export function groupsOf(options: StudyOptions): { readonly group: Group; readonly tasks: TaskId[] }[] {
  return GROUPS.map((group) => ({ group, tasks: tasksOf(options).filter((task) => taskById(task).group === group.id) })).filter(({ tasks }) => tasks.length > 0)
}

const factorsAsText = (factors: readonly number[]): string => factors.map((factor) => Number(factor.toPrecision(2))).join(', ')

/** A search over learning rates and, if `longer`, lengths; none if there is but one candidate. */
function searchOf(options: StudyOptions, task: TaskId, factors: readonly number[], longer: boolean): Search {
  const { base } = options
  // Without a search over rates there is none over lengths either: it costs one plain run a task.
  const lengths = longer && factors.length > 1 ? LENGTHS : [1]
  const candidates: ConfigDifference[] = lengths.flatMap((length) => factors.map((factor) => ({ ...ratesTimes(base, factor, task), ...(length === 1 ? {} : { iterations: iterationsTimes(base, length) }) })))
  return { candidates, tasks: [task], ...(lengths.length > 2 ? { stages: { size: factors.length, margin: STILL_PAYS, keep: RATES_KEPT } } : {}) }
}

/** What the lengths of the search are, in words. */
export function lengthsText(iterations: string): string {
  return `${LENGTHS.slice(0, 2).join(' or ')} times ${iterations}, or twice as many again (up to ${Math.max(...LENGTHS)} times) for as long as the doubling before raised the best validation score by more than ${100 * STILL_PAYS} point (then with the best ${RATES_KEPT} learning rates)`
}

/** A task alone: no stops, so that the learning rate decays to 0. */
const alone = (task: TaskId): ConfigDifference => ({ tasks: [task], stopAndGo: false })

/** Single-task models at their best: own learning rate and length, chosen on validation. */
export function singleTask(options: StudyOptions): StudySetting {
  return {
    id: 'st', label: 'Single-task',
    note: `one model a task; of learning rates × ${factorsAsText(options.search)}${options.search.length > 1 ? ` and of ${lengthsText('the iterations')},` : ''} each task takes the best on validation, found with the first seed`,
    parts: tasksOf(options).map((task) => ({ id: task, difference: alone(task), fills: [task], search: searchOf(options, task, options.search, true) }))
  }
}

/** Single-task models with as many iterations as the joint model, own learning rate. */
export function singleTaskEqual(options: StudyOptions): StudySetting {
  return {
    id: 'st-equal', label: 'Single-task, equal steps',
    note: 'as single-task, with exactly the iterations of the joint model',
    parts: tasksOf(options).map((task) => ({ id: task, difference: alone(task), fills: [task], search: searchOf(options, task, options.search, false) }))
  }
}

/** Single-task runs at the base's own learning rate: what orders a curriculum. */
export function singleTaskPlain(options: StudyOptions): StudySetting {
  return {
    id: 'st-plain', label: 'Single-task, base learning rate',
    parts: tasksOf(options).map((task) => ({ id: task, difference: { ...alone(task), ...ratesTimes(options.base, 1, task) }, fills: [task] }))
  }
}

export function groupTasks(options: StudyOptions): StudySetting {
  return {
    id: 'gt', label: 'Group-tasks', note: 'one model a task group',
    parts: groupsOf(options).map(({ group, tasks }) => ({ id: group.id, difference: { tasks }, fills: tasks }))
  }
}

export function allTasks(options: StudyOptions, id = 'at', label = 'All-tasks', difference: ConfigDifference = {}, note = 'one model'): StudySetting {
  const tasks = tasksOf(options)
  return { id, label, note, parts: [{ id: 'all', difference: { tasks, ...difference }, fills: tasks }] }
}

/** The joint model with more iterations, where single-task models search for their length; else none. */
export function allTasksLonger(options: StudyOptions): StudySetting[] {
  if (options.search.length < 2) return []
  return [allTasks(options, 'at-long', `All-tasks, ${LONGER} × iterations`, { iterations: iterationsTimes(options.base, LONGER) }, `one model with ${LONGER} times the iterations, no search`)]
}

/** One setting a group: all tasks but its. */
export function allTasksWithoutGroup(options: StudyOptions): StudySetting[] {
  const all = tasksOf(options)
  return groupsOf(options)
    .filter(({ tasks }) => tasks.length < all.length)
    .map(({ group, tasks }) => {
      const rest = all.filter((task) => !tasks.includes(task))
      return { id: `at-without-${group.id}`, label: `All-tasks without ${group.paperName}`, note: `one model without ${group.label.toLowerCase()}`, parts: [{ id: 'all', difference: { tasks: rest }, fills: rest }] }
    })
}

/** Each task alone, from the last weights (heads too) of a multi-task model with the same seed. */
export function fineTuned(options: StudyOptions, from: 'gt' | 'at'): StudySetting {
  const factors = options.search.filter((factor) => factor <= 1)
  const part = (task: TaskId): StudyPart => ({
    id: task,
    difference: { ...alone(task), iterations: iterationsTimes(options.base, FINE_TUNING) },
    fills: [task],
    start: { setting: from, part: from === 'gt' ? taskById(task).group : 'all' },
    search: shorterSearch(options, task, factors)
  })
  return {
    id: `${from}-st`, label: from === 'gt' ? 'Group-tasks → single-task' : 'All-tasks → single-task',
    note: `fine-tuned for ${FINE_TUNING} times the iterations, learning rate × ${factorsAsText(factors)} by validation`,
    parts: tasksOf(options).map(part)
  }
}

/** A setting's runs on training sets that were not cleaned, with the rates and lengths that it chose: only the data differ. */
export function onFullSets({ id, label, parts }: StudySetting): StudySetting {
  return {
    id: `${id}-full`, label: `${label}, full sets`,
    note: `training sets not cleaned; learning rates and lengths as chosen for "${label}"`,
    parts: parts.map(({ id: part, difference, fills, start }) => ({ id: part, difference: { ...difference, clean: false }, fills, ...(start ? { start } : {}), choiceOf: { setting: id, part } }))
  }
}

function shorterSearch(options: StudyOptions, task: TaskId, factors: readonly number[]): Search {
  return { tasks: [task], candidates: (factors.length > 0 ? factors : [1]).map((factor) => ratesTimes(options.base, factor, task)) }
}
