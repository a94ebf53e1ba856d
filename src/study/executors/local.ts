// Carries runs out on this machine: one detached process each, so many at a time as cores, memory and graphics cards allow
// or as is wanted; changed at any moment through the study's control file. Read next: ../run-study.ts, capacity.ts.

import { mkdirSync } from 'node:fs'
import type { PlannedRun, StudyControl } from '../../contract/study'
import { launchProgram } from '../../host/launch-worker'
import { ownerOf } from '../../host/process-liveness'
import type { LaunchWorker } from '../../host/run-manager'
import { processAlive } from '../../lock/process-alive'
import { hasProcess } from '../look-at-runs'
import { Digests } from '../run-digest'
import { prepareRunFolder } from '../start-run'
import { type StudyPlaces, workFolder } from '../study-places'
import { type Machine, automaticJobs, machineNow, threadsOfJob } from './capacity'
import type { Executor, StudyWork } from './executor'

/** Starts a measure; returns its process id. */
export type LaunchMeasure = (work: StudyWork, run: PlannedRun, environment: Readonly<Record<string, string>>) => number

export interface LocalOptions {
  readonly launchRun: LaunchWorker
  readonly launchMeasure: LaunchMeasure
  /** What the jobs are chosen from; the machine as it is unless told. */
  readonly machine?: () => Machine
}

/** How long a started process may take until its lock is there. */
const STARTING_MS = 30_000

export function localExecutor({ launchRun, launchMeasure, machine = machineNow }: LocalOptions): Executor {
  /** Started a moment ago: process and time. */
  const starting = new Map<string, { readonly processId: number; readonly since: number }>()
  let startedInAll = 0
  let chosen: number | undefined

  const jobsOf = (control: StudyControl, work?: StudyWork): number => control.jobs ?? (chosen ??= automaticJobs(machine(), work?.plan.runs[0]?.config.model ?? 'mini'))

  const forgetStarted = (work: StudyWork): void => {
    for (const [id, { processId, since }] of starting) {
      const look = work.runs.find(({ run }) => run.id === id)
      const seen = look !== undefined && (hasProcess(look) || look.state === 'done' || look.state === 'failed')
      if (seen || !processAlive(processId) || Date.now() - since > STARTING_MS) starting.delete(id)
    }
  }

  const environment = (jobs: number): Record<string, string> => {
    const { cores, gpus } = machine()
    const threads = String(threadsOfJob(cores, jobs))
    const card: Record<string, string> = gpus > 1 ? { CUDA_VISIBLE_DEVICES: String(startedInAll % gpus) } : {}
    return { TF_CPP_MIN_LOG_LEVEL: '2', ...card, ...(jobs > 1 && gpus === 0 ? { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: '1' } : {}) }
  }

  const start = (work: StudyWork, run: PlannedRun, jobs: number): void => {
    const processId = run.work === 'train' ? launchRun(prepareRunFolder(work.places, run, new Digests(work.places)), environment(jobs)) : launchMeasure(work, run, environment(jobs))
    startedInAll += 1
    starting.set(run.id, { processId, since: Date.now() })
  }

  return {
    name: 'local',
    jobs: (control) => jobsOf(control),
    states: () => new Map(),
    async tick(work) {
      forgetStarted(work)
      const jobs = jobsOf(work.control, work)
      let busy = new Set([...work.runs.filter(hasProcess).map(({ run }) => run.id), ...starting.keys()]).size
      const started: string[] = []
      for (const run of work.ready) {
        if (busy >= jobs) break
        if (starting.has(run.id)) continue
        start(work, run, jobs)
        started.push(run.id)
        busy += 1
      }
      return started
    },
    // Both end processes with a checkpoint; a cancelled study's runs stay where they are and can go on.
    async halt(work) {
      for (const { run } of work.runs) terminate(work.places, run)
      for (const [id, { processId }] of starting) {
        if (processAlive(processId)) process.kill(processId, 'SIGTERM')
        starting.delete(id)
      }
    }
  }
}

function terminate(places: StudyPlaces, run: PlannedRun): void {
  const owner = ownerOf(workFolder(places, run))
  if (owner.kind === 'alive' && owner.local) process.kill(owner.processId, 'SIGTERM')
}

/** Starts measures through the command line: `study work NAME ID --out ROOT`. */
export function measureLauncher(cliProgram: string): LaunchMeasure {
  return ({ places, study }, run, environment) => {
    const folder = workFolder(places, run)
    mkdirSync(folder, { recursive: true })
    return launchProgram([cliProgram, 'study', 'work', study, run.id, '--out', places.root], folder, environment)
  }
}
