// A search that goes on only where it pays: single-task models are trained for longer until doubling the iterations gains
// no more on validation, so that a comparison with them is fair (docs/studies.md). Read next: study.ts,
// src/study/run-condition.ts.

import type { TaskId } from './task-catalog'

/**
 * Candidates in stages of equal size, each the same rates with more iterations. The first two stages are tried in any case; a
 * later one only if the stage before it raised the best validation score of the one before that by more than `margin`, and of
 * it only the `keep` candidates whose rates were best in the stage before.
 */
export interface SearchStages {
  readonly size: number
  /** Of the score 0–1. */
  readonly margin: number
  readonly keep: number
}

/** When a run is carried out at all (SearchStages); known once all `shorter` and `longer` runs are done or not needed. */
export interface RunCondition {
  /** The tasks whose mean last validation score is compared. */
  readonly tasks: readonly TaskId[]
  /** The best of `longer` must exceed the best of `shorter` by more than `margin` (of the score 0–1). */
  readonly shorter: readonly string[]
  readonly longer: readonly string[]
  readonly margin: number
  /** The run of `longer` with this run's rates, which must be among its `keep` best. */
  readonly like: string
  readonly keep: number
}
