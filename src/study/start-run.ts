// Makes the run folder of a planned run when it starts: only then is known what it starts from and what finished runs
// decided. An existing folder is left as it is: the run goes on. Read next: ../engine/training/train-run.ts (what runs it).

import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../contract/check'
import { type ConfigDifference, type RunConfig, resolveConfig } from '../contract/run-config'
import { RUN_FILES } from '../contract/run-format'
import type { BestOf, Derivation, PlannedRun } from '../contract/study'
import { TASK_IDS, type TaskId } from '../contract/task-catalog'
import { writeFileAtomic } from '../host/workspace'
import { contentId } from './content-id'
import { dataIdentity } from './data-identity'
import { settledOf, validationScore } from './run-condition'
import type { Digests, RunDigest } from './run-digest'
import { type StudyPlaces, runFolder } from './study-places'

/** In the folder of a study's run: what finished runs decided it to be. */
export const CONTENT_FILE = 'content.json'

export interface RunContentNote {
  readonly format: 1
  /** The id of a run that is planned with these settings from the first. */
  readonly content: string
  /** The run whose finished folder this was made from. */
  readonly takenFrom?: string
}

/** A planned run with what finished runs decide filled in, and the hash of that. */
export interface DecidedRun {
  readonly config: RunConfig
  readonly content: string
}

/** Writes runs/ID/config.json if it is not there; returns the folder. Throws if something it needs is not done. */
export function prepareRunFolder(places: StudyPlaces, planned: PlannedRun, digests: Digests): string {
  const folder = runFolder(places, planned.id)
  if (existsSync(join(folder, RUN_FILES.config))) return folder
  const decided = decidedRun(places, planned, digests)
  mkdirSync(folder, { recursive: true })
  writeRunNotes(folder, decided)
  return folder
}

/** Throws if something that it needs is not done. */
export function decidedRun(places: StudyPlaces, { work, config, start, derive, inputs, name }: PlannedRun, digests: Digests, identity = dataIdentity()): DecidedRun {
  const differences = derive.map((derivation) => differenceOf(derivation, digests, name))
  const decided = resolveConfig(config, Object.assign({}, ...differences) as ConfigDifference)
  const content = contentId({ work, config: decided, start, derive: [], inputs }, identity(decided))
  return { config: start === null ? decided : resolveConfig(decided, { start: runFolder(places, start) }), content }
}

/** The configuration last: with it the folder is a run's. */
export function writeRunNotes(folder: string, { config, content }: DecidedRun, takenFrom?: string): void {
  const note: RunContentNote = { format: 1, content, ...(takenFrom === undefined ? {} : { takenFrom }) }
  writeFileAtomic(join(folder, CONTENT_FILE), `${JSON.stringify(note)}\n`)
  writeFileAtomic(join(folder, RUN_FILES.config), `${JSON.stringify(config, null, 2)}\n`)
}

function differenceOf(derivation: Derivation, digests: Digests, name: string): ConfigDifference {
  if (derivation.kind === 'best') {
    const best = bestCandidate(derivation, digests)
    if (!best) throw new WorkbenchError(`Run '${name}' takes the best of ${derivation.candidates.length} settings, but not all of those runs are done or known not to be needed.`)
    return best.difference
  }
  return { curriculum: convergenceOrder(derivation, digests, name) }
}

/** The candidate with the highest mean last validation score; undefined until each is done or known not to be needed. */
export function bestCandidate({ tasks, candidates }: BestOf, digests: Digests): BestOf['candidates'][number] | undefined {
  if (settledOf(candidates, digests).size < new Set(candidates.map(({ run }) => run)).size) return undefined
  let best: { readonly score: number; readonly candidate: BestOf['candidates'][number] } | undefined
  for (const candidate of candidates) {
    const digest = digests.of(candidate.run)
    if (digest?.state !== 'done') continue
    const score = validationScore(digest, tasks)
    if (!best || score > best.score) best = { score, candidate }
  }
  return best?.candidate
}

/** Best validation score of the longest candidates that were carried out minus that of the next shorter ones; undefined while open. */
export function lastDoubling(search: BestOf, digests: Digests): number | undefined {
  if (!bestCandidate(search, digests)) return undefined
  const best = new Map<number | undefined, number>()
  for (const { run, difference: { iterations } } of search.candidates) {
    const digest = digests.of(run)
    if (digest?.state === 'done') best.set(iterations, Math.max(best.get(iterations) ?? Number.NEGATIVE_INFINITY, validationScore(digest, search.tasks)))
  }
  const [longest, before] = [...best.values()].reverse()
  return longest === undefined || before === undefined ? Number.NaN : longest - before
}

function convergenceOrder({ first, from }: Extract<Derivation, { kind: 'order' }>, digests: Digests, name: string): TaskId[] {
  const times = from.map(({ task, run }) => {
    const digest = digests.of(run)
    if (digest?.state !== 'done') throw new WorkbenchError(`Run '${name}' orders the tasks by single-task runs, but that of ${task} is not done.`)
    return { task, iterations: convergenceOf(digest, task) ?? digest.iterations }
  })
  // Equal times keep the catalog's order, also when reversed.
  const sign = first === 'easy' ? 1 : -1
  return times.sort((a, b) => sign * (a.iterations - b.iterations) || TASK_IDS.indexOf(a.task) - TASK_IDS.indexOf(b.task)).map(({ task }) => task)
}

/** Relative distance from the best validation score that counts as converged. */
const CONVERGED = 0.01

/** Iterations until the validation score is within 1 % of its best; undefined without a validation. */
export function convergenceOf(digest: RunDigest, task: TaskId): number | undefined {
  const validation = digest.tasks[task]?.validation ?? []
  const best = Math.max(...validation.map(([, score]) => score))
  return validation.find(([, score]) => score >= best * (1 - CONVERGED))?.[0]
}
