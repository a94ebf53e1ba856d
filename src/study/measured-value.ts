// One number of one setting with one seed: what a column's measure says of the finished runs. Undefined while it is not
// measured; null where it means nothing for the setting. Read next: study-table-of.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertNever } from '../contract/check'
import type { Measure, StudyColumn } from '../contract/study-columns'
import { mean } from '../contract/study-statistics'
import type { TaskId } from '../contract/task-catalog'
import type { SettingRuns } from './cell-runs'
import type { RunDigest } from './run-digest'
import { convergenceOf } from './start-run'
import { RESULT_FILES, type StudyPlaces } from './study-places'

export type Value = number | undefined | null

export interface Reading {
  readonly places: StudyPlaces
  readonly columns: readonly StudyColumn[]
  /** The baseline setting with the same seed. */
  readonly baseline: SettingRuns | undefined
}

export function measuredValue(measure: Measure, runs: SettingRuns, reading: Reading): Value {
  switch (measure.kind) {
    case 'mean': return meanOf(measure, runs, reading)
    case 'parameters': return runs.models()?.reduce((sum, { parameters }) => sum + (parameters ?? Number.NaN), 0)
    case 'models': return runs.models()?.length
    case 'metric': return percent(runs.metric(measure.name))
    case 'result': return resultValue(measure, runs, reading.places)
    default: return runs.fills(measure.task) ? taskValue(measure, runs, reading) : null
  }
}

type TaskMeasure = Extract<Measure, { task: TaskId }>

function taskValue(measure: TaskMeasure, runs: SettingRuns, { baseline }: Reading): Value {
  if (measure.kind === 'doubling') return percent(runs.doubling(measure.task))
  const digest = runs.done(measure.task)
  const task = digest?.tasks[measure.task]
  if (!digest || !task) return undefined
  const last = task.validation[task.validation.length - 1]?.[1]
  switch (measure.kind) {
    case 'score': return percent(measure.split === 'test' ? task.test?.score : last)
    case 'gain': {
      const reference = baseline?.done(measure.task)?.tasks[measure.task]?.test?.score
      // Over a baseline of 0 there is no relative gain.
      return task.test && reference !== undefined ? (reference === 0 ? Number.NaN : 100 * (task.test.score / reference - 1)) : undefined
    }
    case 'gap': return last === undefined ? undefined : percent(lastTraining(task.training) - last)
    case 'decline': return last === undefined ? undefined : percent(Math.max(...task.validation.map(([, score]) => score)) - last)
    case 'convergence': return convergenceOf(digest, measure.task)
    case 'length': return digest.iterations
    case 'steps': return percent(task.steps / digest.iteration)
    case 'stops': return task.stopAndGo.filter(([, state]) => state === 'stop').length
    default: return assertNever(measure)
  }
}

const percent = (fraction: number | undefined): number | undefined => (fraction === undefined ? undefined : 100 * fraction)

/** Mean training score of the last tenth of the curve's stretches. */
function lastTraining(training: RunDigest['tasks'][string]['training']): number {
  const tail = training.slice(-Math.max(1, Math.ceil(training.length / 10)))
  return mean(tail.map(([, score]) => score))
}

function meanOf({ of, applicable }: Extract<Measure, { kind: 'mean' }>, runs: SettingRuns, reading: Reading): Value {
  const values = of.map((id): Value => {
    const column = reading.columns.find((candidate) => candidate.id === id)
    return column ? measuredValue(column.measure, runs, reading) : null
  })
  const counted = applicable ? values.filter((value) => value !== null) : values
  if (counted.length === 0 || counted.some((value) => value === null)) return null
  return counted.some((value) => value === undefined) ? undefined : mean(counted.map(Number))
}

function resultValue({ path, scale }: Extract<Measure, { kind: 'result' }>, runs: SettingRuns, places: StudyPlaces): Value {
  const id = runs.measure()
  if (id === undefined) return null
  let value: unknown
  try {
    value = JSON.parse(readFileSync(join(places.results, id, RESULT_FILES.result), 'utf8'))
  } catch {
    return undefined
  }
  for (const step of path) value = entryOf(value, step.replace('$row', runs.setting.id))
  return typeof value === 'number' ? value * scale : null
}

/** An object's entry, or of a list the element where `key=value`. */
function entryOf(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return (value as Readonly<Record<string, unknown>>)[step]
  const [key = '', wanted = ''] = step.split('=')
  return value.find((element: unknown) => entryOf(element, key) === wanted)
}
