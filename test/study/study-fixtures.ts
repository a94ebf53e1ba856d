// Small studies and finished run folders without training, for the tests of this folder.

import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConfigDifference, resolveConfig } from '../../src/contract/run-config'
import type { RunEvent } from '../../src/contract/run-events'
import { presetConfig } from '../../src/contract/run-presets'
import type { StudyName } from '../../src/contract/study'
import type { TaskId } from '../../src/contract/task-catalog'
import { TEST_OUTCOMES_FILE } from '../../src/contract/test-outcomes'
import { makeStudy } from '../../src/study/definitions/all-studies'
import { type StudyPlaces, runFolder, studyPlaces } from '../../src/study/study-places'
import { type OpenedStudy, planned, saveStudy } from '../../src/study/study-store'

export function newPlaces(): StudyPlaces {
  return studyPlaces(mkdtempSync(join(tmpdir(), 'study-')))
}

export interface Wanted {
  readonly set?: ConfigDifference
  readonly seeds?: readonly number[]
  readonly search?: readonly number[]
  readonly rows?: readonly string[]
  readonly full?: boolean
}

/** A study on preset tiny whose data nobody has made. */
export function tinyStudy(name: StudyName, { set = {}, seeds = [1, 2], search = [1], rows = [], full = false }: Wanted = {}): OpenedStudy {
  const base = resolveConfig(presetConfig('tiny'), { data: '/nowhere/tiny-world', ...set })
  return planned(makeStudy(name, { base, seeds, search, full, captions: `${base.data}-captions` }, rows))
}

export function savedStudy(places: StudyPlaces, name: StudyName, wanted?: Wanted): OpenedStudy {
  const opened = tinyStudy(name, wanted)
  saveStudy(places, opened)
  return opened
}

export interface Result {
  /** Score of each test example. */
  readonly test: readonly number[]
  /** [iteration, score] */
  readonly validation?: readonly (readonly [number, number])[]
}

/** A finished run as a worker would have left it. */
export function finishRun(places: StudyPlaces, id: string, results: Readonly<Partial<Record<TaskId, Result>>>, state: 'done' | 'failed' = 'done', iterations = 20): void {
  const folder = runFolder(places, id)
  mkdirSync(folder, { recursive: true })
  const events: Partial<RunEvent>[] = [{ kind: 'state', state: 'preparing' }, { kind: 'state', state: 'running', iterations }]
  for (const [task, { test, validation = [[10, 0.4], [20, 0.5]] }] of Object.entries(results) as [TaskId, Result][]) {
    const check = (split: 'val' | 'test', iteration: number, score: number): Partial<RunEvent> => ({ kind: 'validation', iteration, task, split, metrics: { score, loss: 1 }, examples: test.length, constantGuess: 0, textOnlyGuess: 0, spread: 1, milliseconds: 30 })
    events.push({ kind: 'step', iteration: 0, task, loss: 1, score: 0.5, learningRate: 1e-3, gradientNorm: 1, milliseconds: 10, examples: 8 })
    for (const [iteration, score] of validation) events.push(check('val', iteration, score))
    events.push(check('test', 20, test.reduce((sum, score) => sum + score, 0) / test.length))
    writeOutcomes(folder, task, test)
  }
  events.push({ kind: 'state', state, iteration: 20, reason: state === 'done' ? 'all 20 iterations are done' : 'broke down' })
  appendFileSync(join(folder, 'events.jsonl'), events.map((event, index) => `${JSON.stringify({ sequence: index + 1, time: 1000 + 100 * index, iteration: 0, ...event })}\n`).join(''))
}

function writeOutcomes(folder: string, task: TaskId, scores: readonly number[]): void {
  mkdirSync(join(folder, 'predictions', task), { recursive: true })
  const column = (name: string): string[] => scores.map((_, index) => `${name} ${index}`)
  const outcomes = { task, split: 'test', iteration: 20, ids: column('id'), scores, texts: column('text'), answers: scores.map((score) => (score > 0 ? 'right' : 'wrong')), expected: column('expected'), pictures: scores.map(() => []) }
  writeFileSync(join(folder, 'predictions', task, TEST_OUTCOMES_FILE), JSON.stringify(outcomes))
}
