// Curriculum and anti-curriculum (spec section 6, table 4): tasks join the rounds one by one in a given order, at equal
// distances over the first half of the run. The paper defines the order (by iterations to converge alone), not the pace;
// the pace is ours. Pure. Read next: ../engine/schedule/round-robin.ts.

import type { RunConfig } from './run-config'
import type { TaskId } from './task-catalog'

/** Share of the run after which every task takes part. */
const JOINING = 0.5

/** Round (from 0) in which a task begins to step; 0 without a curriculum, and for a task that the order leaves out. */
export function joiningRound({ curriculum, iterations }: Pick<RunConfig, 'curriculum' | 'iterations'>, task: TaskId): number {
  return curriculum === 'none' ? 0 : roundOfPlace(curriculum.indexOf(task), iterations, curriculum.length)
}

/** Iterations of a run of as many tasks that all begin at once and take as many steps together as with a curriculum, rounded. */
export function iterationsWithoutJoining(iterations: number, tasks: number): number {
  const missed = Array.from({ length: tasks }, (_, place) => roundOfPlace(place, iterations, tasks)).reduce((sum, rounds) => sum + rounds, 0)
  return Math.max(1, Math.round(iterations - missed / tasks))
}

function roundOfPlace(place: number, iterations: number, tasks: number): number {
  return place <= 0 ? 0 : Math.floor((place * JOINING * iterations) / tasks)
}
