// Which runs are behind a cell of a table: a setting's parts for one seed, with the searches decided. Read next:
// study-table-of.ts.

import type { PlannedCell, Study, StudyPlan, StudySetting } from '../contract/study'
import type { TaskId } from '../contract/task-catalog'
import { settledOf } from './run-condition'
import type { Digests, RunDigest } from './run-digest'
import { bestCandidate, lastDoubling } from './start-run'

/** A setting with one seed, as it is at one look: what it found once it does not ask the disk for again. */
export class SettingRuns {
  private readonly found = new Map<TaskId, RunDigest | undefined>()
  private readonly chosen = new Map<PlannedCell, readonly string[]>()

  constructor(readonly setting: StudySetting, readonly seed: number, private readonly cells: readonly PlannedCell[], private readonly digests: Digests) {}

  /** Whether some part is measured on the task. */
  fills(task: TaskId): boolean {
    return this.cells.some((cell) => cell.fills.includes(task))
  }

  /** Ids of the runs behind a task, or behind all of the setting; of an open search all candidates. */
  ids(task?: TaskId): string[] {
    return this.cells.filter((cell) => task === undefined || cell.fills.includes(task)).flatMap((cell) => this.idsOf(cell))
  }

  /** The finished run that is measured on the task. */
  done(task: TaskId): RunDigest | undefined {
    if (!this.found.has(task)) {
      const cell = this.cells.find(({ fills }) => fills.includes(task))
      this.found.set(task, cell && this.doneOf(cell))
    }
    return this.found.get(task)
  }

  /** By how much (of the score 0–1) the last doubling of its search changed the best validation score; NaN without a search of its own. */
  doubling(task: TaskId): number | undefined {
    const search = this.cells.find(({ fills }) => fills.includes(task))?.oneOf
    return search ? lastDoubling(search, this.digests) : Number.NaN
  }

  /** A number of the last check of its only run; undefined while that is not done, NaN if it has no such number. */
  metric(name: string): number | undefined {
    const [run, ...others] = this.cells.flatMap((cell) => this.doneOf(cell) ?? [])
    const [task, ...tasks] = Object.values(run?.tasks ?? {})
    return task && others.length + tasks.length === 0 ? task.metrics[name] ?? Number.NaN : undefined
  }

  /** All its models; undefined until all are trained. */
  models(): RunDigest[] | undefined {
    const trained = this.cells.filter(({ fills }) => fills.length > 0)
    const digests = trained.flatMap((cell) => this.doneOf(cell) ?? [])
    return trained.length > 0 && digests.length === trained.length ? digests : undefined
  }

  /** The id of its measure. */
  measure(): string | undefined {
    return this.cells.find(({ part }) => part === this.setting.measure)?.run ?? undefined
  }

  private idsOf(cell: PlannedCell): readonly string[] {
    const known = this.chosen.get(cell)
    if (known) return known
    const ids = this.decide(cell)
    this.chosen.set(cell, ids)
    return ids
  }

  private decide({ run, oneOf }: PlannedCell): string[] {
    if (run !== null) return [run]
    if (!oneOf) return []
    const best = bestCandidate(oneOf, this.digests)
    if (best) return [best.run]
    const settled = settledOf(oneOf.candidates, this.digests)
    const isNotNeeded = (id: string): boolean => settled.has(id) && this.digests.of(id)?.state !== 'done'
    return oneOf.candidates.map((candidate) => candidate.run).filter((id) => !isNotNeeded(id))
  }

  private doneOf(cell: PlannedCell): RunDigest | undefined {
    const [id, ...others] = this.idsOf(cell)
    if (id === undefined || others.length > 0) return undefined
    const digest = this.digests.of(id)
    return digest?.state === 'done' ? digest : undefined
  }
}

/** By setting id, in the order of the seeds. */
export function settingRuns(study: Study, plan: StudyPlan, digests: Digests): Map<string, SettingRuns[]> {
  const cells = new Map<string, PlannedCell[]>()
  for (const cell of plan.cells) {
    const name = `${cell.setting} ${cell.seed}`
    cells.set(name, [...(cells.get(name) ?? []), cell])
  }
  return new Map(study.settings.map((setting) => [setting.id, study.seeds.flatMap((seed) => {
    const own = cells.get(`${setting.id} ${seed}`)
    return own ? [new SettingRuns(setting, seed, own, digests)] : []
  })]))
}
