// A study's runs as Slurm job arrays. All that is to run is submitted at once, with dependencies; after that Slurm decides
// when and where, and the runner only looks. Nothing is remembered but in files: a runner that is killed is replaced by
// another at any time. Read next: slurm-records.ts, slurm-script.ts, docs/cluster.md.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { RUN_FILES } from '../../contract/run-format'
import { memoryArenas } from '../../host/memory-arenas'
import { isSettled } from '../look-at-runs'
import { type StudyPlaces, workFolder } from '../study-places'
import type { Executor, StudyWork } from './executor'
import { type ElementRef, type PlannedArray, nextArrays } from './slurm-arrays'
import { type Slurm, SlurmSilent, slurmCommands } from './slurm-commands'
import { type ArrayElement, isHopeless, wordsOf } from './slurm-jobs'
import type { SlurmOptions } from './slurm-options'
import { type SlurmRecords, type Submission, type SubmittedElement, setHold, slurmRecords, submissionName } from './slurm-records'
import { batchScript } from './slurm-script'

export interface SlurmExecutorOptions {
  readonly slurm: SlurmOptions
  /** The command that carries out one planned run, without the run's id; by default this program's own `study work`. */
  command?(work: StudyWork): readonly string[]
  /** Tests put recorded answers in its place. */
  readonly commands?: Slurm
  readonly pollMs?: number
}

/** A cluster's controller serves many: it is not asked more often. */
const POLL_MS = 5000
/** sbatch may still be at work for a runner that was killed; after this its submission is known or was never made. */
const UNANSWERED_MS = 15_000
/** So many jobs that end without the run getting on, or with it, are enough. */
const ENDS_ALLOWED = { idle: 3, moving: 20 } as const

export function slurmExecutor(options: SlurmExecutorOptions): Executor {
  return new SlurmExecutor(options)
}

/** The program itself, as `study work NAME --out DIR`. */
function ownCommand({ study, places }: StudyWork): readonly string[] {
  return [process.execPath, process.argv[1] ?? '', 'study', 'work', study, '--out', places.root]
}

class SlurmExecutor implements Executor {
  readonly name = 'slurm'
  private readonly slurm: Slurm
  private records: SlurmRecords | undefined
  private submissions: Submission[] = []
  /** What Slurm said last, by `name/index`. */
  private seen = new Map<string, ArrayElement>()
  private lookedAt = Number.NEGATIVE_INFINITY
  private silence = ''
  private givenUp = new Map<string, string>()
  private counter = 0

  constructor(private readonly options: SlurmExecutorOptions) {
    this.slurm = options.commands ?? slurmCommands()
  }

  async tick(work: StudyWork): Promise<void> {
    const records = this.open(work.places)
    setHold(records.holdFile(work.study), false)
    try {
      if (Date.now() - this.lookedAt >= (this.options.pollMs ?? POLL_MS)) await this.look(records)
      await this.submitAll(work, records)
      await this.adjust(work, records)
      this.silence = ''
    } catch (error) {
      if (!(error instanceof SlurmSilent)) throw error
      this.silence = error.message
    }
    records.writeQueue(Object.fromEntries([...this.states()].map(([run, { reason }]) => [run, reason])))
  }

  async halt(work: StudyWork, how: 'pause' | 'cancel'): Promise<void> {
    const records = this.open(work.places)
    setHold(records.holdFile(work.study), true)
    await this.look(records)
    const mine = this.submissions.filter((submission) => submission.study === work.study && submission.elements.some(({ ended }) => ended === null))
    const inPhase = (phase: ArrayElement['phase']): string[] => mine.flatMap((submission) => submission.elements.flatMap((element) => {
      const seen = this.seen.get(keyOf(submission, element))
      return seen?.phase === phase ? [`${seen.jobId}_${seen.index}`] : []
    }))
    for (const submission of mine) records.write(Object.assign(submission, { halted: true }))
    await this.slurm.cancel(how === 'cancel' ? [...inPhase('waiting'), ...inPhase('running')] : inPhase('waiting'))
    if (how === 'pause') await this.slurm.tellToLeave(inPhase('running'))
    records.writeQueue({})
    this.lookedAt = Number.NEGATIVE_INFINITY
  }

  states(): ReadonlyMap<string, { readonly state: 'submitted'; readonly reason: string }> {
    const states = new Map<string, { readonly state: 'submitted'; readonly reason: string }>()
    for (const [run, reason] of this.givenUp) states.set(run, { state: 'submitted', reason })
    const silent = this.silence === '' ? '' : `; Slurm does not answer (${this.silence}), it is asked again`
    for (const { submission, element } of this.active()) {
      const seen = this.seen.get(keyOf(submission, element))
      const words = seen ? `job ${seen.jobId}_${seen.index} ${wordsOf(seen)}` : 'submitted'
      states.set(element.run, { state: 'submitted', reason: `${words}${seen && isHopeless(seen) ? ' (it cannot start so)' : ''}${silent}` })
    }
    return states
  }

  jobs(): number {
    return this.active().filter(({ submission, element }) => this.seen.get(keyOf(submission, element))?.phase === 'running').length
  }

  private open(places: StudyPlaces): SlurmRecords {
    this.records ??= slurmRecords(places)
    return this.records
  }

  /** Elements that may still run, of all studies of the workspace. */
  private active(): { readonly submission: Submission; readonly element: SubmittedElement }[] {
    return this.submissions.flatMap((submission) => submission.elements.flatMap((element) => (element.ended === null ? [{ submission, element }] : [])))
  }

  /** Asks Slurm for everything that may still run, and writes down what has ended. */
  private async look(records: SlurmRecords): Promise<void> {
    this.submissions = records.read()
    const open = this.submissions.filter(({ elements }) => elements.some(({ ended }) => ended === null))
    const names = open.map(({ name }) => name)
    const queued = names.length === 0 ? [] : await this.slurm.queue(names)
    this.lookedAt = Date.now()
    this.seen = new Map(queued.map((element) => [`${element.name}/${element.index}`, element]))
    const gone = open.filter((submission) => submission.elements.some((element) => element.ended === null && !this.seen.has(keyOf(submission, element))))
    if (gone.length > 0) {
      const oldest = new Date(Math.min(...gone.map(({ createdAt }) => createdAt)) - 86_400_000)
      for (const element of await this.slurm.history(gone.map(({ name }) => name), oldest)) {
        const key = `${element.name}/${element.index}`
        if (!this.seen.has(key)) this.seen.set(key, element)
      }
    }
    for (const submission of open) this.noteEnds(submission, records)
    this.submissions = records.read()
  }

  private noteEnds(submission: Submission, records: SlurmRecords): void {
    const found = submission.elements.map((element) => this.seen.get(keyOf(submission, element)))
    const known = found.find((element) => element !== undefined)
    if (submission.jobId === null) {
      if (known) submission.jobId = known.jobId
      else if (Date.now() - submission.createdAt > UNANSWERED_MS) return records.forget(submission.name)
      else return
    }
    submission.elements.forEach((element, place) => {
      const seen = found[place]
      // What Slurm no longer knows has ended; the run folder says how.
      if (element.ended === null && (!seen || seen.phase === 'ended')) element.ended = seen ? wordsOf(seen) : 'has left the queue'
    })
    records.write(submission)
  }

  private async submitAll(work: StudyWork, records: SlurmRecords): Promise<void> {
    const active = this.active()
    const busy = new Set(active.map(({ element }) => element.run))
    const settled = new Set(work.runs.filter(isSettled).map(({ run }) => run.id))
    const submitted = new Map<string, ElementRef>(active.flatMap(({ submission: { jobId }, element: { run, index } }) => (jobId === null ? [] : [[run, { jobId, index }] as const])))
    this.givenUp = this.hopelessRuns(work, busy)
    // A run whose need is not known yet is not submitted, and so neither is what needs it.
    let left = [...work.ready, ...work.waiting.filter(({ onlyIf }) => onlyIf === undefined)]
      .filter(({ id }) => !busy.has(id) && !settled.has(id) && !this.givenUp.has(id))
      .map(({ id, needs }) => ({ id, needs: needs.filter((need) => !settled.has(need)) }))
    for (let arrays = nextArrays(left, submitted); arrays.length > 0; arrays = nextArrays(left, submitted)) {
      for (const array of arrays) {
        const jobId = await this.submit(work, array, records)
        for (const { id, index } of array.runs) submitted.set(id, { jobId, index })
      }
      left = left.filter(({ id }) => !submitted.has(id))
    }
    if (this.givenUp.size > 0 && this.active().length === 0) {
      const [[run, why] = ['', '']] = this.givenUp
      throw new WorkbenchError(`${this.givenUp.size} run${this.givenUp.size === 1 ? '' : 's'} of the study could not be carried out on the cluster; run ${run}: ${why}`, 'work')
    }
  }

  private async submit(work: StudyWork, array: PlannedArray, records: SlurmRecords): Promise<number> {
    const { study, control } = work
    const now = Date.now()
    const atOnce = control.jobs ?? this.options.slurm.atOnce
    const name = submissionName(study, now, (this.counter += 1))
    const submission: Submission = {
      format: 1, name, study, createdAt: now, dependency: array.dependency, jobId: null, atOnce, halted: false,
      elements: array.runs.map(({ id, index }) => ({ index, run: id, ended: null }))
    }
    records.write(submission)
    this.submissions.push(submission)
    const script = batchScript({
      name, dependency: array.dependency, logs: records.logs, holdFile: records.holdFile(study), options: { ...this.options.slurm, atOnce },
      comment: `12-in-1 study ${study}: ${array.runs.length} runs, first ${array.runs[0]?.id ?? ''}`,
      command: (this.options.command ?? ownCommand)(work), variables: variablesOf(this.options.slurm),
      runs: array.runs.map(({ id, index }) => ({ id, index, folder: folderOfRun(work, id) }))
    })
    try {
      submission.jobId = await this.slurm.submit(script)
    } catch (error) {
      if (error instanceof WorkbenchError) {
        records.forget(name)
        this.submissions = this.submissions.filter((other) => other !== submission)
      }
      throw error
    }
    records.write(submission)
    return submission.jobId
  }

  /** Runs whose jobs keep ending without the run getting on, with why; a retry starts the count again. */
  private hopelessRuns({ ready, waiting, control, places }: Pick<StudyWork, 'ready' | 'waiting' | 'control' | 'places'>, busy: ReadonlySet<string>): Map<string, string> {
    const hopeless = new Map<string, string>()
    for (const run of [...ready, ...waiting]) {
      const { id } = run
      const { retry } = control
      const since = retry && (retry.runs === null || retry.runs.includes(id)) ? retry.before : 0
      const ends = this.submissions.filter(({ halted, createdAt }) => !halted && createdAt >= since)
        .flatMap((submission) => submission.elements.flatMap((element) => (element.run === id && element.ended !== null ? [{ submission, element }] : [])))
      const lastWord = modified(join(workFolder(places, run), RUN_FILES.events))
      const idle = ends.filter(({ submission }) => lastWord < submission.createdAt).length
      const last = ends[ends.length - 1]
      if (busy.has(id) || !last || (idle < ENDS_ALLOWED.idle && ends.length < ENDS_ALLOWED.moving)) continue
      const { submission, element } = last
      hopeless.set(id, `its last ${Math.min(ends.length, Math.max(idle, 1))} jobs did not get on: job ${submission.jobId}_${element.index} ${element.ended}. What it printed: ${this.records?.logs ?? ''}/${submission.name}-${element.index}.log. Mend the cause, then: study retry.`)
    }
    return hopeless
  }

  /** Lets as many elements run at a time as is wanted now. */
  private async adjust({ control, study }: StudyWork, records: SlurmRecords): Promise<void> {
    const atOnce = control.jobs ?? this.options.slurm.atOnce
    const others = this.submissions.filter((submission) => submission.study === study && submission.jobId !== null && submission.atOnce !== atOnce)
    for (const submission of others.filter(({ elements }) => elements.some(({ ended }) => ended === null))) {
      await this.slurm.throttle(submission.jobId ?? 0, atOnce)
      records.write(Object.assign(submission, { atOnce }))
    }
  }
}

function folderOfRun({ places, plan }: StudyWork, id: string): string {
  return workFolder(places, plan.runs.find((run) => run.id === id) ?? { work: 'train', id })
}

function keyOf(submission: Submission, element: SubmittedElement): string {
  return `${submission.name}/${element.index}`
}

/** What a job needs of this process: where libraries are, how many threads it may use. */
function variablesOf({ cpus }: SlurmOptions): Record<string, string> {
  const kept = ['LD_LIBRARY_PATH', 'ELECTRON_RUN_AS_NODE'].flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []))
  return { ...Object.fromEntries(kept), ...memoryArenas(process.env), TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: String(cpus), TF_NUM_INTEROP_THREADS: String(cpus) }
}

/** When a file was last written, ms since 1970; 0 if it is not there. */
function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

