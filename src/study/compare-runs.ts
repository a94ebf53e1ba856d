// Compares two run folders: what differs in their settings, in their scores, and which test examples flipped.
// Read next: contract/run-difference.ts, example-scores.ts.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import { type RunConfig, defaultConfig, resolveConfig } from '../contract/run-config'
import type { FlippedSample, FlippedSamples, RunDifference, ScoreDifference } from '../contract/run-difference'
import { RUN_FILES } from '../contract/run-format'
import { changedSettings } from '../contract/run-parent'
import { exampleTest } from '../contract/study-statistics'
import { TASK_IDS, type TaskId } from '../contract/task-catalog'
import { readTestOutcomes } from './example-scores'
import { type RunDigest, type TaskDigest, digestOf } from './run-digest'

export function compareRuns(folderA: string, folderB: string): RunDifference {
  const [a, b] = [readConfig(folderA), readConfig(folderB)]
  const [digestA, digestB] = [readDigest(folderA), readDigest(folderB)]
  return {
    a: folderA, b: folderB, settings: changedSettings(a, b),
    scores: TASK_IDS.flatMap((task) => scoresOf(task, digestA?.tasks[task], digestB?.tasks[task]))
  }
}

function readConfig(folder: string): RunConfig {
  const file = join(folder, RUN_FILES.config)
  if (!existsSync(file)) throw new WorkbenchError(`${folder} is no run folder: it has no ${RUN_FILES.config}.`)
  return resolveConfig(defaultConfig(), JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)
}

function readDigest(folder: string): RunDigest | undefined {
  const stat = statSync(join(folder, RUN_FILES.events), { throwIfNoEntry: false })
  return stat && digestOf(folder, { sizeBytes: stat.size, modifiedMs: stat.mtimeMs })
}

function scoresOf(task: TaskId, a: TaskDigest | undefined, b: TaskDigest | undefined): ScoreDifference[] {
  if (!a && !b) return []
  const last = (digest: TaskDigest | undefined): number | null => digest?.validation[digest.validation.length - 1]?.[1] ?? null
  const row = (split: 'val' | 'test', scoreA: number | null, scoreB: number | null, p: number | null): ScoreDifference[] =>
    scoreA === null && scoreB === null ? [] : [{ task, split, a: scoreA, b: scoreB, difference: scoreA === null || scoreB === null ? null : scoreB - scoreA, p }]
  const [scoresA, scoresB] = [a?.test?.scores, b?.test?.scores]
  const paired = scoresA && scoresB && scoresA.idsHash === scoresB.idsHash ? scoresA.values.map((value, index) => (scoresB.values[index] ?? value) - value) : null
  return [...row('val', last(a), last(b), null), ...row('test', a?.test?.score ?? null, b?.test?.score ?? null, paired && exampleTest(paired))]
}

/** The test examples of a task on which two runs differ; scores are of the final test of each. */
export function flippedSamples(folderA: string, folderB: string, task: TaskId): FlippedSamples {
  const [a, b] = [readTestOutcomes(folderA, task), readTestOutcomes(folderB, task)]
  if (!a || !b) {
    const missing = [...(a ? [] : ['a' as const]), ...(b ? [] : ['b' as const])]
    const where = missing.map((side) => (side === 'a' ? folderA : folderB)).join(' and ')
    return { task, examples: 0, gained: [], lost: [], missing, problem: `No test of ${task} with single examples in ${where}; a run writes it at its end.` }
  }
  const places = new Map(b.ids.map((id, index) => [id, index]))
  const both = a.ids.flatMap((id, indexA): FlippedSample[] => {
    const indexB = places.get(id)
    if (indexB === undefined) return []
    return [{
      id, text: a.texts[indexA] ?? '', expected: a.expected[indexA] ?? '', answerA: a.answers[indexA] ?? '', answerB: b.answers[indexB] ?? '',
      scoreA: a.scores[indexA] ?? 0, scoreB: b.scores[indexB] ?? 0, pictures: a.pictures[indexA] ?? [],
      boxesA: a.boxes?.[indexA] ?? null, boxesB: b.boxes?.[indexB] ?? null
    }]
  })
  const gain = ({ scoreA, scoreB }: FlippedSample): number => scoreB - scoreA
  return {
    task, examples: both.length, problem: '', missing: [],
    gained: both.filter((sample) => gain(sample) > 0).sort((x, y) => gain(y) - gain(x)),
    lost: both.filter((sample) => gain(sample) < 0).sort((x, y) => gain(x) - gain(y))
  }
}
