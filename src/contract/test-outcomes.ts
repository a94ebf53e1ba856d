// One line of truth per test example, written by a run at its final test: what was asked, said, expected, and the score.
// Lists of equal length, in the order of evaluation. Paired tests and flipped samples come from it (src/study).

import type { TaskId } from './task-catalog'

/** In predictions/TASK/ of the run folder, beside the sample predictions. */
export const TEST_OUTCOMES_FILE = 'test.json'

type Box = readonly [number, number, number, number]

/** Where a pointing task's example points: pixels of its first picture. */
export interface ExampleBoxes {
  /** Width and height of that picture. */
  readonly size: readonly [number, number]
  /** x1, y1, x2, y2; null where the answer or the truth is no region. */
  readonly answer: Box | null
  readonly expected: Box | null
}

export interface TestOutcomes {
  readonly task: TaskId
  readonly split: 'test'
  readonly iteration: number
  readonly ids: readonly string[]
  /** Primary score of each example, 0–1. */
  readonly scores: readonly number[]
  readonly texts: readonly string[]
  readonly answers: readonly string[]
  readonly expected: readonly string[]
  /** Picture files relative to the data folder, one list an example. */
  readonly pictures: readonly (readonly string[])[]
  /** One entry an example; absent for tasks that point at no region, and in files of earlier versions. */
  readonly boxes?: readonly ExampleBoxes[]
}
