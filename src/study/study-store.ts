// Reads and writes a study's own files: study.json and plan.json (what it is), control.json (what is wanted), figures.json.
// All are replaced in one step. Read next: plan-study.ts, run-study.ts.

import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import { defaultConfig, resolveConfig } from '../contract/run-config'
import { STUDY_FILES, type Study, type StudyControl, type StudyName, type StudyPlan } from '../contract/study'
import { writeFileAtomic } from '../host/workspace'
import { dataIdentity } from './data-identity'
import { planStudy } from './plan-study'
import { type StudyPlaces, studyFolder } from './study-places'

export interface OpenedStudy {
  readonly study: Study
  readonly plan: StudyPlan
}

const DEFAULT_CONTROL: StudyControl = { wanted: 'run', executor: 'local', jobs: null, only: null, retry: null, slurm: [] }

export function studyExists(places: StudyPlaces, name: StudyName): boolean {
  return existsSync(join(studyFolder(places, name), STUDY_FILES.study))
}

/** Plans a study without writing anything. */
export function planned(study: Study): OpenedStudy {
  return { study, plan: planStudy(study, dataIdentity()) }
}

/** Writes study.json and plan.json. Runs of an earlier form of the study stay where they are and are used where they fit. */
export function saveStudy(places: StudyPlaces, { study, plan }: OpenedStudy): void {
  const folder = studyFolder(places, study.name)
  mkdirSync(folder, { recursive: true })
  writeJson(join(folder, STUDY_FILES.plan), plan)
  writeJson(join(folder, STUDY_FILES.study), study)
}

/** Studies as they were last read. A plan is megabytes, and a window asks for it every few seconds. */
const lastRead = new Map<string, { readonly files: string; readonly opened: OpenedStudy }>()

/** What a study was read from: files are replaced as a whole, so that place, time and size say whether they are the same. */
function filesOf(folder: string): string {
  return [STUDY_FILES.study, STUDY_FILES.plan].map((name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false })
    return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : 'none'
  }).join(', ')
}

/** The study of a workspace; refused with what to do if there is none. Read again only if its files have changed. */
export function openStudy(places: StudyPlaces, name: StudyName): OpenedStudy {
  const folder = studyFolder(places, name)
  if (!studyExists(places, name)) throw new WorkbenchError(`There is no study '${name}' in ${places.root}. Start it with: twelve-in-one study run ${name} --preset mini (or give its workspace with --out).`)
  const files = filesOf(folder)
  const known = lastRead.get(folder)
  if (known?.files === files) return known.opened
  const study = readJson<Study>(join(folder, STUDY_FILES.study))
  if (study.format !== 1) throw new WorkbenchError(`${join(folder, STUDY_FILES.study)} has format ${String(study.format)}; this version reads format 1.`)
  const whole: Study = { ...study, base: resolveConfig(defaultConfig(), { ...study.base }) }
  const path = join(folder, STUDY_FILES.plan)
  const plan = existsSync(path) ? readJson<StudyPlan>(path) : planned(whole).plan
  const opened: OpenedStudy = { study: whole, plan }
  lastRead.set(folder, { files, opened })
  return opened
}

/** What is wanted of the study; the default if nobody has said. A file that is being damaged by hand counts as nothing said. */
export function readControl(places: StudyPlaces, name: StudyName): StudyControl {
  const path = join(studyFolder(places, name), STUDY_FILES.control)
  try {
    const control = JSON.parse(readFileSync(path, 'utf8')) as Partial<StudyControl>
    return { ...DEFAULT_CONTROL, ...control }
  } catch {
    return DEFAULT_CONTROL
  }
}

/** Changes what is wanted; a live runner sees it within a second. */
export function writeControl(places: StudyPlaces, name: StudyName, change: Partial<StudyControl>): StudyControl {
  const control = { ...readControl(places, name), ...change }
  writeJson(join(studyFolder(places, name), STUDY_FILES.control), control)
  return control
}

function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`)
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    throw new WorkbenchError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}. Delete it to plan the study anew; runs are kept.`)
  }
}
