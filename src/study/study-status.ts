// Where a study stands and what it still costs, from the folders alone. Seconds come from steps and checks measured in the
// workspace's runs. Read next: look-at-runs.ts, study-cost.ts.

import type { PlannedCell, StudyName, StudyRunStatus, StudyStanding, StudyState, StudyStatus } from '../contract/study'
import { ownerOf } from '../host/process-liveness'
import { hostname } from 'node:os'
import { automaticJobs, machineNow } from './executors/capacity'
import type { RunLook } from './executors/executor'
import { submittedReasons } from './executors/slurm-records'
import { hasProcess, isSettled, isUndecided, lookAtRuns, notNeededIds } from './look-at-runs'
import { Digests } from './run-digest'
import { measuredPace } from './measured-pace'
import { iterationsOf, perhapsNeeded, possibleRuns, secondsOf } from './study-cost'
import { type StudyPlaces, studyFolder } from './study-places'
import { openStudy, readControl } from './study-store'

export function studyStatus(places: StudyPlaces, name: StudyName, digests = new Digests(places)): StudyStatus {
  const { standing, runs } = lookAtStudy(places, name, digests)
  return { ...standing, runs }
}

export function studyStanding(places: StudyPlaces, name: StudyName, digests: Digests): StudyStanding {
  return lookAtStudy(places, name, digests).standing
}

function lookAtStudy(places: StudyPlaces, name: StudyName, digests: Digests): { readonly standing: StudyStanding; readonly runs: readonly StudyRunStatus[] } {
  const { study, plan } = openStudy(places, name)
  const control = readControl(places, name)
  const looks = lookAtRuns(places, plan, digests)
  const owner = ownerOf(studyFolder(places, name))
  const pace = measuredPace(plan, digests)
  const fills = fillsOf(plan.cells)
  const notNeeded = notNeededIds(looks)
  const undecided = looks.filter(isUndecided).map(({ run }) => run)
  const perhaps = new Set(perhapsNeeded(undecided).map(({ id }) => id))
  // Of a stage of a search some candidates at most are needed, so that the others take no time.
  const surplus = new Set(undecided.map(({ id }) => id).filter((id) => !perhaps.has(id)))
  const submitted = control.executor === 'slurm' ? submittedReasons(places) : new Map<string, string>()
  const runs = looks.map((look): StudyRunStatus => {
    const { run, state, reason } = onCluster(look, submitted)
    const digest = digests.of(run.id)
    const iterations = run.work === 'train' ? digest?.iterations || run.config.iterations : 0
    const iteration = digest?.iteration ?? 0
    const whole = secondsOf(run, pace, iterationsOf(run, notNeeded, digests).most)
    const left = isSettled(look) ? 0 : whole === null ? null : whole * (1 - (iterations > 0 ? iteration / iterations : 0))
    return { id: run.id, name: run.name, work: run.work, state, reason, iteration, iterations, secondsLeft: left, fills: fills.get(run.id) ?? [] }
  })
  const jobs = control.jobs ?? automaticJobs(machineNow(), study.base.model)
  const standing: StudyStanding = {
    name, title: study.title, state: stateOf(looks, owner.kind === 'alive', control.wanted), executor: control.executor,
    runner: owner.kind === 'alive' ? { processId: owner.processId, host: owner.local ? hostname() : '' } : null,
    jobs, preset: study.base.preset, seeds: study.seeds, total: runs.length - notNeeded.size, notNeeded: notNeeded.size, perhaps: perhaps.size,
    done: count(looks, ({ state }) => state === 'done'), failed: count(looks, ({ state }) => state === 'failed'), live: count(looks, hasProcess),
    secondsLeft: runs.some(({ secondsLeft }) => secondsLeft === null) ? null : runs.reduce((sum, { id, secondsLeft }) => sum + (surplus.has(id) ? 0 : secondsLeft ?? 0), 0) / jobs
  }
  return { standing, runs }
}

/** What only the cluster knows of a run that no process has: it is submitted, and why it waits. */
function onCluster(look: RunLook, submitted: ReadonlyMap<string, string>): RunLook {
  const reason = submitted.get(look.run.id)
  return reason === undefined || isSettled(look) || hasProcess(look) ? look : { ...look, state: 'submitted', reason }
}

const count = (looks: readonly RunLook[], is: (look: RunLook) => boolean): number => looks.filter(is).length

function stateOf(looks: readonly RunLook[], runnerLives: boolean, wanted: 'run' | 'pause' | 'cancel'): StudyState {
  if (looks.every(isSettled)) return 'done'
  if (runnerLives) return wanted === 'run' ? 'running' : wanted === 'pause' ? 'paused' : 'cancelled'
  if (wanted !== 'run') return wanted === 'pause' ? 'paused' : 'cancelled'
  return looks.some(({ state }) => state === 'failed' || state === 'stopped') ? 'partly' : 'idle'
}

/** `setting/part` of the cells that each run fills, its candidates' too. */
function fillsOf(cells: readonly PlannedCell[]): Map<string, string[]> {
  const fills = new Map<string, string[]>()
  for (const { setting, part, run, oneOf } of cells) {
    for (const id of possibleRuns({ run, oneOf })) fills.set(id, [...new Set([...(fills.get(id) ?? []), `${setting}/${part}`])])
  }
  return fills
}
