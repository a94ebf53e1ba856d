// What the window asks about two runs beside each other, and about a run's checkpoints (workbench-api.ts carries it).
// Read next: ../host/comparison-desk.ts.

import type { FlippedSamples, RunDifference } from './run-difference'
import type { TaskId } from './task-catalog'
import type { TokenMap } from './task-tokens'

export interface ComparisonRequests {
  /** Settings and scores that differ. */
  'runs:compare': [{ readonly a: string; readonly b: string }, RunDifference]
  /** Test examples of a task that one gets right and the other does not. */
  'runs:flipped': [{ readonly a: string; readonly b: string; readonly task: TaskId }, FlippedSamples]
  /** Iterations of the checkpoints that are kept, ascending. */
  'run:checkpoints': [{ readonly id: string }, readonly number[]]
  /** Cosines between the task tokens, at the last checkpoint or the one of an iteration. */
  'run:tokens': [{ readonly id: string; readonly iteration?: number }, TokenMap]
}
