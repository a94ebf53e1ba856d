// What was submitted, in files: studies/.slurm/NAME.json, one for each array. A record is written before sbatch is called
// and completed with the job number after it; one without a number is looked up by its name, so that a crash in between
// neither loses nor doubles a submission. Read next: slurm-executor.ts.

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StudyName } from '../../contract/study'
import type { StudyPlaces } from '../study-places'

export interface SubmittedElement {
  readonly index: number
  /** Run id. */
  readonly run: string
  /** How it ended, in words; null while it may still run. */
  ended: string | null
}

export interface Submission {
  readonly format: 1
  readonly name: string
  readonly study: StudyName
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly dependency: string
  readonly elements: readonly SubmittedElement[]
  /** Null until sbatch has answered. */
  jobId: number | null
  atOnce: number
  /** The study was paused or cancelled: its ends are no failures. */
  halted: boolean
}

export interface SlurmRecords {
  /** All submissions of the workspace, oldest first. */
  read(): Submission[]
  write(submission: Submission): void
  forget(name: string): void
  /** What Slurm says of the runs that wait or run there, for whoever shows the study's status. */
  writeQueue(reasons: Readonly<Record<string, string>>): void
  readonly logs: string
  /** While it exists, the study is paused. */
  holdFile(study: StudyName): string
}

export function slurmRecords(places: StudyPlaces): SlurmRecords {
  const folder = folderOf(places)
  const logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  const fileOf = (name: string): string => join(folder, `${name}.json`)
  let lastQueue = ''
  /** Submissions all of whose elements have ended do not change any more, except by another retry. */
  const finished = new Map<string, Submission>()

  const readOne = (name: string): Submission | undefined => {
    const known = finished.get(name)
    if (known) return known
    try {
      const submission = JSON.parse(readFileSync(fileOf(name), 'utf8')) as Submission
      if (submission.format !== 1) return undefined
      if (submission.elements.every(({ ended }) => ended !== null)) finished.set(name, submission)
      return submission
    } catch {
      return undefined
    }
  }

  return {
    logs,
    read: () => readdirSync(folder)
      .flatMap((file) => (file.endsWith('.json') ? (readOne(file.slice(0, -'.json'.length)) ?? []) : []))
      .sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1)),
    write: (submission) => replace(fileOf(submission.name), `${JSON.stringify(submission, null, 1)}\n`),
    forget(name) {
      finished.delete(name)
      rmSync(fileOf(name), { force: true })
    },
    writeQueue(reasons) {
      const content = JSON.stringify(reasons)
      if (content === lastQueue) return
      lastQueue = content
      replace(queueFile(places), content)
    },
    holdFile: (study) => join(folder, `${study}.paused`)
  }
}

function folderOf(places: StudyPlaces): string {
  return join(places.studies, '.slurm')
}

function queueFile(places: StudyPlaces): string {
  return join(folderOf(places), 'queue')
}

/** Replaces a file in one step. */
function replace(file: string, content: string): void {
  const temporary = `${file}.tmp-${process.pid}`
  writeFileSync(temporary, content)
  renameSync(temporary, file)
}

/** Runs that are on the cluster, with why they wait, as the runner saw it last; empty without one. */
export function submittedReasons(places: StudyPlaces): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(queueFile(places), 'utf8')) as Record<string, string>))
  } catch {
    return new Map()
  }
}

/** A name that no other submission has: study, clock and a counter of this process. */
export function submissionName(study: StudyName, now: number, counter: number): string {
  return `12in1-${study}-${now.toString(36)}-${process.pid.toString(36)}-${counter}`
}

export function setHold(file: string, hold: boolean): void {
  if (hold) writeFileSync(file, '')
  else if (existsSync(file)) rmSync(file, { force: true })
}
