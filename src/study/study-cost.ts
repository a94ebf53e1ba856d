// What a study costs before it starts: steps counted from the plan, seconds from steps, checks and preparations that were
// measured in runs of the same model and batch size in this workspace. Upper bounds: Stop-and-Go skips steps.
// Read next: measured-pace.ts.

import type { PlannedCell, PlannedRun, StudyCost, StudyPlan } from '../contract/study'
import { isSettled, isUndecided, lookAtRuns, notNeededIds } from './look-at-runs'
import { type MeasuredPace, paceKey, workspacePace } from './measured-pace'
import { Digests } from './run-digest'
import { bestCandidate } from './start-run'
import type { StudyPlaces } from './study-places'

/** Training steps of a run without stops. */
function stepsOf({ work, config }: PlannedRun, iterations: number): number {
  return work === 'train' ? iterations * (config.kind === 'pretrain' ? 1 : config.tasks.length) : 0
}

/** Seconds of a whole run; null while nothing of its size was measured. A measure counts as one preparation. */
export function secondsOf({ config, work }: PlannedRun, measured: MeasuredPace, iterations: number): number | null {
  const pace = measured.get(paceKey(config))
  if (!pace) return work === 'overlap' ? 0 : null
  if (work !== 'train') return pace.preparingMs / 1000
  const tasks: readonly string[] = config.kind === 'pretrain' ? ['pretraining'] : config.tasks
  const of = (means: Readonly<Record<string, number>>, task: string): number => means[task] ?? means['any'] ?? 0
  const checks = config.validateEvery === 'epoch' ? 1 : Math.ceil(iterations / config.validateEvery) + 1
  const milliseconds = tasks.reduce((sum, task) => sum + iterations * of(pace.stepMs, task) + checks * of(pace.checkMs, task), 0)
  return (pace.preparingMs + milliseconds) / 1000
}

/** How long a run may become: a run that takes the chosen setting of a search is as long as that, which may be open. */
export function iterationsOf({ config, derive }: PlannedRun, notNeeded: ReadonlySet<string>, digests: Digests): { readonly least: number; readonly most: number } {
  const lengths = derive.flatMap((derivation) => {
    if (derivation.kind !== 'best') return []
    const best = bestCandidate(derivation, digests)
    return (best ? [best] : derivation.candidates.filter(({ run }) => !notNeeded.has(run))).map(({ difference }) => difference.iterations ?? config.iterations)
  })
  return lengths.length === 0 ? { least: config.iterations, most: config.iterations } : { least: Math.min(...lengths), most: Math.max(...lengths) }
}

/** Of runs with conditions that are not decided yet, those that may all be needed together. */
export function perhapsNeeded(runs: readonly PlannedRun[]): PlannedRun[] {
  const kept = new Map<string, number>()
  return runs.filter(({ onlyIf }) => {
    if (!onlyIf) return false
    const stage = onlyIf.longer.join()
    kept.set(stage, (kept.get(stage) ?? 0) + 1)
    return (kept.get(stage) ?? 0) <= onlyIf.keep
  })
}

/** The run that fills a cell, or all of which a search will choose one. */
export function possibleRuns({ run, oneOf }: Pick<PlannedCell, 'run' | 'oneOf'>): string[] {
  return run === null ? (oneOf?.candidates ?? []).map((candidate) => candidate.run) : [run]
}

/** Runs of a setting: in any case, and at most so many more if longer training pays. */
export function runsOfSetting({ cells, runs }: StudyPlan, setting: string): { readonly runs: number; readonly perhaps: number } {
  const ids = new Set(cells.filter((cell) => cell.setting === setting).flatMap(possibleRuns))
  const own = runs.filter(({ id }) => ids.has(id))
  return { runs: own.filter(({ onlyIf }) => onlyIf === undefined).length, perhaps: perhapsNeeded(own).length }
}

export function studyCost(places: StudyPlaces, plan: StudyPlan, digests = new Digests(places)): StudyCost {
  const pace = workspacePace(places, digests)
  const looks = lookAtRuns(places, plan, digests)
  const notNeeded = notNeededIds(looks)
  const open = looks.filter((look) => !isSettled(look))
  const sure = open.filter((look) => !isUndecided(look)).map(({ run }) => run)
  const perhaps = perhapsNeeded(open.filter(isUndecided).map(({ run }) => run))
  const done = looks.length - notNeeded.size - open.length
  const measured = [...pace.values()].reduce((sum, { runs }) => sum + runs, 0)
  const total = (runs: readonly PlannedRun[], bound: 'least' | 'most'): { readonly steps: number; readonly seconds: number | null } => {
    const lengths = runs.map((run) => iterationsOf(run, notNeeded, digests)[bound])
    const seconds = runs.map((run, place) => secondsOf(run, pace, lengths[place] ?? 0))
    return {
      steps: runs.reduce((sum, run, place) => sum + stepsOf(run, lengths[place] ?? 0), 0),
      seconds: seconds.some((value) => value === null) ? null : seconds.reduce((sum: number, value) => sum + (value ?? 0), 0)
    }
  }
  const least = total(sure, 'least')
  const most = total([...sure, ...perhaps], 'most')
  return {
    runs: done + sure.length, done, perhaps: perhaps.length, steps: least.steps, stepsAtMost: most.steps, seconds: least.seconds, secondsAtMost: most.seconds,
    basis: measured === 0
      ? 'no finished run of this workspace tells how long a step takes; train one of this size first, or start and look at the status'
      : `steps and checks measured in ${measured} finished run${measured === 1 ? '' : 's'} of this workspace, the fastest quarter counts; no stops assumed; one run after another`
  }
}
