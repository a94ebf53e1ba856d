// What is true of each run of a plan right now, read from its folder and lock: the runner decides by it and the window shows
// it. Nothing is remembered. Read next: run-study.ts, study-status.ts.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RUN_FILES } from '../contract/run-format'
import type { PlannedRun, StudyPlan, StudyRunState } from '../contract/study'
import type { RunState } from '../contract/run-events'
import { ownerOf } from '../host/process-liveness'
import type { RunLook } from './executors/executor'
import { verdictOf } from './run-condition'
import type { Digests } from './run-digest'
import { RESULT_FILES, type StudyPlaces, workFolder } from './study-places'

/** States of a run that a process is at work on. */
const WITH_PROCESS: readonly StudyRunState[] = ['preparing', 'running', 'queued']

/** Every run of the plan, in its order. */
export function lookAtRuns(places: StudyPlaces, plan: StudyPlan, digests: Digests): RunLook[] {
  const settled = new Set<string>()
  return plan.runs.map((run) => {
    const look = { run, ...withNeeds(run, lookAt(places, run, digests), settled, digests) }
    if (isSettled(look)) settled.add(run.id)
    return look
  })
}

type Found = Omit<RunLook, 'run'>

/** States in which a condition that does not hold, or is not known yet, has the last word. */
const UNDER_CONDITION: readonly StudyRunState[] = ['ready', 'created', 'interrupted', 'failed', 'stopped']

/** What a folder says of a run, in the light of the runs that it needs. */
function withNeeds({ needs, onlyIf }: PlannedRun, found: Found, settled: ReadonlySet<string>, digests: Digests): Found {
  if (onlyIf && UNDER_CONDITION.includes(found.state)) {
    const verdict = verdictOf(onlyIf, settled, digests)
    if (!verdict) return { state: 'waiting', reason: 'only if longer training pays, which shorter runs tell' }
    if (!verdict.needed) return { state: 'not-needed', reason: verdict.reason }
  }
  if (found.state !== 'ready') return found
  const open = needs.filter((id) => !settled.has(id)).length
  return open === 0 ? found : { state: 'waiting', reason: `needs ${open} other run${open === 1 ? '' : 's'}` }
}

function lookAt(places: StudyPlaces, run: PlannedRun, digests: Digests): Found {
  const owner = ownerOf(workFolder(places, run))
  return run.work === 'train' ? trainingState(places, run, digests, owner.kind) : measureState(places, run, owner.kind)
}

function trainingState(places: StudyPlaces, run: PlannedRun, digests: Digests, owner: ReturnType<typeof ownerOf>['kind']): Found {
  const folder = workFolder(places, run)
  const digest = digests.of(run.id)
  if (digest?.state === 'done') return { state: 'done', reason: digest.reason }
  if (owner === 'alive') return { state: liveState(digest?.state), reason: digest?.reason ?? '' }
  if (!digest) return existsSync(join(folder, RUN_FILES.config)) ? { state: 'created', reason: 'its folder is made, nothing is trained' } : { state: 'ready', reason: '' }
  if (digest.state === 'failed' || digest.state === 'stopped' || digest.state === 'paused') return { state: digest.state, reason: digest.reason }
  return { state: 'interrupted', reason: 'its process ended without a word' }
}

function liveState(written: RunState | undefined): StudyRunState {
  return written === 'running' || written === 'paused' ? written : 'preparing'
}

function measureState(places: StudyPlaces, run: PlannedRun, owner: ReturnType<typeof ownerOf>['kind']): Found {
  const folder = workFolder(places, run)
  if (existsSync(join(folder, RESULT_FILES.result))) return { state: 'done', reason: '' }
  if (owner === 'alive') return { state: 'running', reason: '' }
  const failure = readFailure(join(folder, RESULT_FILES.failure))
  if (failure) return { state: 'failed', reason: failure.message }
  return owner === 'gone' ? { state: 'interrupted', reason: 'its process ended without a word' } : { state: 'ready', reason: '' }
}

/** Why a measure failed, and when. */
export function readFailure(path: string): { readonly message: string; readonly time: number } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { message: string; time: number }
  } catch {
    return undefined
  }
}

/** Nothing is left to do for it: done, or known not to be needed. */
export function isSettled({ state }: Pick<RunLook, 'state'>): boolean {
  return state === 'done' || state === 'not-needed'
}

export function notNeededIds(looks: readonly RunLook[]): Set<string> {
  return new Set(looks.filter(({ state }) => state === 'not-needed').map(({ run }) => run.id))
}

/** It is not known yet whether it is needed. */
export function isUndecided({ run, state }: RunLook): boolean {
  return run.onlyIf !== undefined && state === 'waiting'
}

export function hasProcess({ state }: Pick<RunLook, 'state'>): boolean {
  return WITH_PROCESS.includes(state)
}
