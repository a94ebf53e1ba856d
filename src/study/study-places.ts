// Where a study's files are in a workspace: studies/NAME for the study, runs/ID for its runs (shared with everything else
// of the workspace), studies/results/ID for measures. Read next: plan-study.ts, run-study.ts.

import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type PlannedRun, STUDY_FILES, type StudyName } from '../contract/study'

export interface StudyPlaces {
  /** The workspace: the folder that holds runs/ and studies/. */
  readonly root: string
  readonly runs: string
  readonly studies: string
  readonly results: string
  readonly digests: string
}

export function studyPlaces(root: string): StudyPlaces {
  const absolute = resolve(root)
  const studies = join(absolute, STUDY_FILES.folder)
  return { root: absolute, runs: join(absolute, 'runs'), studies, results: join(studies, STUDY_FILES.results), digests: join(studies, STUDY_FILES.digests) }
}

export function studyFolder(places: StudyPlaces, name: StudyName): string {
  return join(places.studies, name)
}

/** The folder of a training run. */
export function runFolder(places: StudyPlaces, id: string): string {
  return join(places.runs, id)
}

/** Ids of all runs of the workspace, of studies or not, sorted; other files there are passed over. */
export function runIds({ runs }: StudyPlaces): string[] {
  if (!existsSync(runs)) return []
  return readdirSync(runs, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name).sort()
}

/** Result of a measure, and why it failed. */
export const RESULT_FILES = { result: 'result.json', failure: 'failure.json' } as const

/** The folder in which a planned run works, and whose lock says who does. */
export function workFolder(places: StudyPlaces, { work, id }: Pick<PlannedRun, 'work' | 'id'>): string {
  return work === 'train' ? runFolder(places, id) : join(places.results, id)
}
