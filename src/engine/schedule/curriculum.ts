// Curriculum and anti-curriculum (spec section 6, table 4): tasks join the rounds one by one in a given order, at equal
// distances over the first half of the run. The paper defines the order (by iterations to converge alone), not the pace;
// the pace is ours. Pure. Read next: round-robin.ts.

import type { RunConfig } from '../../contract/run-config'
import type { TaskId } from '../../contract/task-catalog'

/** Share of the run after which every task takes part. */
const JOINING = 0.5

/** Round (from 0) in which a task begins to step; 0 without a curriculum, and for a task that the order leaves out. */
export function joiningRound({ curriculum, iterations }: Pick<RunConfig, 'curriculum' | 'iterations'>, task: TaskId): number {
  if (curriculum === 'none') return 0
  const place = curriculum.indexOf(task)
  return place <= 0 ? 0 : Math.floor((place * JOINING * iterations) / curriculum.length)
}
