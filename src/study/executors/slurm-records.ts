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
  readonly logs: string
  /** While it exists, the study is paused. */
  holdFile(study: StudyName): string
}

export function slurmRecords(places: StudyPlaces): SlurmRecords {
  const folder = join(places.studies, '.slurm')
  const logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  const fileOf = (name: string): string => join(folder, `${name}.json`)
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
    write(submission) {
      const temporary = `${fileOf(submission.name)}.tmp-${process.pid}`
      writeFileSync(temporary, `${JSON.stringify(submission, null, 1)}\n`)
      renameSync(temporary, fileOf(submission.name))
    },
    forget(name) {
      finished.delete(name)
      rmSync(fileOf(name), { force: true })
    },
    holdFile: (study) => join(folder, `${study}.paused`)
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
