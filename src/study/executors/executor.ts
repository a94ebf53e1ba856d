// What carries out a study's runs: this machine (local.ts) or a cluster. The runner (../run-study.ts) looks at the run
// folders about once a second, says what may start, and leaves the how to the executor. Whatever an executor has to
// remember beyond its own life must be in files: everything may be killed at any moment.

import type { ExecutorName, PlannedRun, StudyControl, StudyName, StudyPlan, StudyRunState } from '../../contract/study'
import type { StudyPlaces } from '../study-places'

export interface RunLook {
  readonly run: PlannedRun
  /** As the run folder tells it; `waiting` and `ready` for runs that have not started. */
  readonly state: StudyRunState
  readonly reason: string
}

/** One look at the study. */
export interface StudyWork {
  readonly places: StudyPlaces
  readonly study: StudyName
  readonly plan: StudyPlan
  readonly control: StudyControl
  /** Every run of the plan, in the plan's order. */
  readonly runs: readonly RunLook[]
  /**
   * Wanted, nobody trains them, all they need is done or not needed: new ones, those whose process is gone (they go on from their last
   * checkpoint), and failed ones that are to be retried.
   */
  readonly ready: readonly PlannedRun[]
  /**
   * Wanted, but something they need is not done; only for executors that can submit ahead with dependencies. Of those with a
   * condition (`onlyIf`) it is not known yet whether they are needed: not to be submitted.
   */
  readonly waiting: readonly PlannedRun[]
}

export interface Executor {
  readonly name: ExecutorName
  /**
   * Starts or submits what may start. Called about once a second; must come back soon and never start a run twice. Returns the
   * ids that it started now, so that a run that dies at once is given up; nothing where a scheduler counts attempts.
   */
  tick(work: StudyWork): Promise<readonly string[] | void>
  /** Ends live work of this study: `pause` with a checkpoint, so that it goes on later; `cancel` also forgets what is submitted. */
  halt(work: StudyWork, how: 'pause' | 'cancel'): Promise<void>
  /** What only the executor knows of runs that the folders call ready or waiting: submitted, and why it waits. */
  states(): ReadonlyMap<string, { readonly state: 'submitted'; readonly reason: string }>
  /** Runs at a time right now, for the status. */
  jobs(control: StudyControl): number
}
