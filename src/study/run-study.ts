// The runner: carries a study out until nothing is left that can run. It holds no state: each second it looks at the run
// folders, says what may start, and an executor starts it. Killed and started anew, it goes on. Read next:
// look-at-runs.ts, executors/local.ts.

import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { PlannedRun, StudyControl, StudyName, StudyPlan } from '../contract/study'
import type { Executor, RunLook, StudyWork } from './executors/executor'
import { hasProcess, isSettled, lookAtRuns, readFailure } from './look-at-runs'
import { ownerOf } from '../host/process-liveness'
import { Digests } from './run-digest'
import { takeStudyLock } from './study-lock'
import { RESULT_FILES, type StudyPlaces, studyFolder, workFolder } from './study-places'
import { openStudy, readControl } from './study-store'
import { TakeOvers } from './take-over'

const LOOK_MS = 500

export interface RunStudyOptions {
  readonly places: StudyPlaces
  readonly name: StudyName
  executorOf(control: StudyControl): Executor | Promise<Executor>
  /** After each look. */
  readonly onLook?: (work: StudyWork) => void
  readonly lookMs?: number
}

export type StudyEnd = 'done' | 'partly' | 'paused' | 'cancelled'

/** Runs until the study is done, cannot go on, or is told to pause or cancel. Refused while another runner has it. */
export async function runStudy({ places, name, executorOf, onLook, lookMs = LOOK_MS }: RunStudyOptions): Promise<StudyEnd> {
  const { plan } = openStudy(places, name)
  const lock = takeStudyLock(studyFolder(places, name))
  if (!lock) throw new WorkbenchError(`Study '${name}' in ${places.root} is being carried out by another process. See: twelve-in-one study status ${name}.`)
  const digests = new Digests(places)
  const attempts = new Attempts(digests)
  const takeOvers = new TakeOvers(places, digests)
  const look = (): RunLook[] => attempts.judge(lookAtRuns(places, plan, digests))
  try {
    const executor = await executorOf(readControl(places, name))
    for (;;) {
      const work = workOf(places, plan, readControl(places, name), look(), digests, takeOvers)
      onLook?.(work)
      if (work.control.wanted !== 'run') return await halt(executor, work, look, lookMs)
      if (takeOverEqual(work, executor, takeOvers)) continue
      const end = endOf(work, executor)
      if (end) return end
      attempts.started((await executor.tick(work)) ?? [])
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
  } finally {
    lock.release()
  }
}

function workOf(places: StudyPlaces, plan: StudyPlan, control: StudyControl, runs: readonly RunLook[], digests: Digests, takeOvers: TakeOvers): StudyWork {
  const wanted = wantedRuns(plan.runs, control)
  const of = (may: (look: RunLook) => boolean): PlannedRun[] => runs.filter((look) => wanted.has(look.run.id) && may(look)).map(({ run }) => run)
  return {
    places, study: plan.study, plan, control, runs,
    ready: takeOvers.once(of((look) => mayStart(places, look, runs, control, digests)), runs.filter(hasProcess).map(({ run }) => run)),
    waiting: of(({ state }) => state === 'waiting')
  }
}

/** Gives runs that equal a finished one its folder; what already waits on a cluster is left to its job. */
function takeOverEqual({ ready }: StudyWork, executor: Executor, takeOvers: TakeOvers): boolean {
  const submitted = executor.states()
  return ready.filter((run) => !submitted.has(run.id) && takeOvers.takeOver(run)).length > 0
}

/** Undefined while something is at work, waits on a cluster or may start. */
function endOf({ plan, control, runs, ready }: StudyWork, executor: Executor): StudyEnd | undefined {
  const wanted = wantedRuns(plan.runs, control)
  const mine = runs.filter(({ run }) => wanted.has(run.id))
  if (ready.length > 0 || executor.states().size > 0 || mine.some((look) => hasProcess(look) || look.state === 'paused')) return undefined
  return mine.every(isSettled) ? 'done' : 'partly'
}

/** The runs that the control asks for, with all they need. */
function wantedRuns(runs: readonly PlannedRun[], { only }: Pick<StudyControl, 'only'>): Set<string> {
  const wanted = new Set(only ?? runs.map(({ id }) => id))
  // Needs come before what needs them, so one pass from the end finds all.
  for (const run of [...runs].reverse()) if (wanted.has(run.id)) for (const need of run.needs) wanted.add(need)
  return wanted
}

/** Nobody is at work on it, all that it needs is settled, and it is new, was cut off, or is to be tried again. */
function mayStart(places: StudyPlaces, { run, state }: RunLook, runs: readonly RunLook[], control: StudyControl, digests: Digests): boolean {
  if (state === 'ready' || state === 'created' || state === 'interrupted') return true
  // Paused by hand with its process alive: whoever paused it goes on with it. Without a process it was closed: it goes on.
  if (state === 'paused') return digests.of(run.id) !== undefined && !isHeld(places, run)
  if (state !== 'failed' && state !== 'stopped') return false
  const { retry } = control
  if (!retry || (retry.runs !== null && !retry.runs.includes(run.id))) return false
  const ended = run.work === 'train' ? digests.of(run.id)?.updatedAt ?? 0 : readFailure(join(workFolder(places, run), RESULT_FILES.failure))?.time ?? 0
  return ended < retry.before && run.needs.every((need) => runs.some((look) => look.run.id === need && isSettled(look)))
}

function isHeld(places: StudyPlaces, run: PlannedRun): boolean {
  return ownerOf(workFolder(places, run)).kind === 'alive'
}

async function halt(executor: Executor, work: StudyWork, look: () => RunLook[], lookMs: number): Promise<StudyEnd> {
  const how = work.control.wanted === 'cancel' ? 'cancel' : 'pause'
  await executor.halt(work, how)
  for (let runs = work.runs; runs.some(hasProcess); runs = look()) await new Promise((resolve) => setTimeout(resolve, lookMs))
  return how === 'cancel' ? 'cancelled' : 'paused'
}

/** How often a run may be started without getting any further before it counts as failed. */
const FRUITLESS_STARTS = 3

/** A run whose process dies at once would be started for ever; after three starts without progress it counts as failed. */
class Attempts {
  private readonly starts = new Map<string, { iteration: number; count: number }>()

  constructor(private readonly digests: Digests) {}

  started(ids: readonly string[]): void {
    for (const id of ids) {
      const iteration = this.digests.of(id)?.iteration ?? 0
      const before = this.starts.get(id)
      this.starts.set(id, before && before.iteration === iteration ? { iteration, count: before.count + 1 } : { iteration, count: 1 })
    }
  }

  judge(looks: readonly RunLook[]): RunLook[] {
    return looks.map((look) => {
      const cut = look.state === 'interrupted' || look.state === 'created'
      if (!cut || (this.starts.get(look.run.id)?.count ?? 0) < FRUITLESS_STARTS) return look
      return { ...look, state: 'failed', reason: `its process ended ${FRUITLESS_STARTS} times without getting further; see worker.log in its folder` }
    })
  }
}
