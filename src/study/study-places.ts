// Where a study's files are in a workspace: studies/NAME for the study, runs/ID for its runs (shared with everything else
// of the workspace), studies/results/ID.json for measures. Read next: plan-study.ts, run-study.ts.

import { join, resolve } from 'node:path'
import { STUDY_FILES, type StudyName } from '../contract/study'

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

export function runFolder(places: StudyPlaces, id: string): string {
  return join(places.runs, id)
}

export function resultFile(places: StudyPlaces, id: string): string {
  return join(places.results, `${id}.json`)
}
