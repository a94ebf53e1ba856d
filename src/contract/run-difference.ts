// How two runs differ: settings, test scores, and the test examples that one gets right and the other does not.
// Read next: src/study/compare-runs.ts.

import type { ConfigKey } from './run-config'
import type { TaskId } from './task-catalog'
import type { ExampleBoxes } from './test-outcomes'

export interface SettingDifference {
  readonly key: ConfigKey
  /** As `--set` writes it. */
  readonly a: string
  readonly b: string
}

export interface ScoreDifference {
  readonly task: TaskId
  readonly split: 'val' | 'test'
  /** Fractions 0–1; null where that run did not measure it. */
  readonly a: number | null
  readonly b: number | null
  readonly difference: number | null
  /** Two-sided, paired over test examples; null without examples of both. */
  readonly p: number | null
}

/** A test example on which the two disagree. */
export interface FlippedSample {
  readonly id: string
  readonly text: string
  readonly expected: string
  readonly answerA: string
  readonly answerB: string
  readonly scoreA: number
  readonly scoreB: number
  readonly pictures: readonly string[]
  /** Where each points; null where the task points at nothing or the run did not note it. */
  readonly boxesA: ExampleBoxes | null
  readonly boxesB: ExampleBoxes | null
}

export interface FlippedSamples {
  readonly task: TaskId
  /** Examples that both scored. */
  readonly examples: number
  /** B scores higher, largest change first; and A scores higher. */
  readonly gained: readonly FlippedSample[]
  readonly lost: readonly FlippedSample[]
  /** Why there is nothing to compare; empty if there is. `missing`: whose examples there are none of. */
  readonly problem: string
  readonly missing: readonly ('a' | 'b')[]
}

export interface RunDifference {
  readonly a: string
  readonly b: string
  readonly settings: readonly SettingDifference[]
  readonly scores: readonly ScoreDifference[]
}
