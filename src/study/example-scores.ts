// The scores of single test examples, which each run writes at its end (predictions/TASK/test.json): what paired tests
// compare and flipped samples are found in. Read next: run-digest.ts, flipped-samples.ts.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RUN_FILES } from '../contract/run-format'
import { type TestOutcomes, TEST_OUTCOMES_FILE } from '../contract/test-outcomes'

export interface ExampleScores {
  /** Of the example ids in order: only runs that scored the same examples can be compared one by one. */
  readonly idsHash: string
  readonly values: readonly number[]
}

export function readTestOutcomes(runFolder: string, task: string): TestOutcomes | undefined {
  try {
    const outcomes = JSON.parse(readFileSync(join(runFolder, RUN_FILES.predictions, task, TEST_OUTCOMES_FILE), 'utf8')) as TestOutcomes
    return Array.isArray(outcomes.ids) && Array.isArray(outcomes.scores) && outcomes.ids.length === outcomes.scores.length ? outcomes : undefined
  } catch {
    return undefined
  }
}

/** Null for a run from before such files were written, or one that was pruned. */
export function readExampleScores(runFolder: string, task: string): ExampleScores | null {
  const outcomes = readTestOutcomes(runFolder, task)
  if (!outcomes) return null
  const idsHash = createHash('sha256').update(JSON.stringify(outcomes.ids)).digest('hex').slice(0, 16)
  return { idsHash, values: outcomes.scores.map((score) => Math.round(score * 1000) / 1000) }
}
