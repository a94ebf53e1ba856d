// A study is data: named differences to one base configuration, times seeds; what starts from what; which tables it fills
// (spec section 6). Expanding it to runs, carrying it out and reading it back is src/study. Read next: study-table.ts.

import type { ConfigDifference, RunConfig } from './run-config'
import type { RunState } from './run-events'
import type { RunCondition, SearchStages } from './search-stages'
import type { StudyColumn } from './study-columns'
import type { TaskId } from './task-catalog'

export const STUDY_NAMES = ['overlap', 'multitask', 'transfer', 'ablations', 'comparison', 'grounding', 'dynamics'] as const
export type StudyName = (typeof STUDY_NAMES)[number]

/** One line of `study list`; everything else depends on the base configuration. */
export interface StudyAbout {
  readonly name: StudyName
  readonly title: string
  /** The research question of the paper it answers: RQ1 … RQ5, or what it is for. */
  readonly question: string
  readonly about: string
}

/** The run of another setting, with the same seed, whose last weights a part starts from. */
export interface PartReference {
  readonly setting: string
  readonly part: string
}

/** A small search: each difference is tried with the study's first seed; validation decides; all other seeds take it. */
export interface Search {
  readonly candidates: readonly ConfigDifference[]
  /** The tasks whose mean validation score decides. */
  readonly tasks: readonly TaskId[]
  readonly stages?: SearchStages
}

/** The order in which tasks join (curriculum), by how many iterations each needs to converge alone. */
export interface ConvergenceOrder {
  readonly first: 'easy' | 'hard'
  readonly from: readonly (PartReference & { readonly task: TaskId })[]
}

/** One run of a setting (for each seed). `ST` has twelve parts, `AT` has one. Parts that no table shows are run only if others need them. */
export interface StudyPart {
  /** Unique in its setting. */
  readonly id: string
  /** What differs from the base; absolute values. */
  readonly difference: ConfigDifference
  /** The tasks whose cells this run fills. */
  readonly fills: readonly TaskId[]
  readonly start?: PartReference
  readonly search?: Search
  /** Takes what the search of another setting's part chose, for every seed; with no `search` of its own. */
  readonly choiceOf?: PartReference
  readonly order?: ConvergenceOrder
}

/** Something that is measured by a command instead of trained: needs all runs of the setting with the same seed. */
export type MeasureKind = 'overlap' | 'grounding'

export interface StudySetting {
  readonly id: string
  readonly label: string
  /** What differs, in a sentence; the table's foot note. */
  readonly note?: string
  readonly parts: readonly StudyPart[]
  readonly measure?: MeasureKind
  /** Only with the study's first seed: what has no seed (the data itself). */
  readonly firstSeedOnly?: boolean
}

/** One table of a study; the first is the main one. */
export interface StudyTablePlan {
  readonly id: string
  readonly title: string
  /** Setting ids, in order. */
  readonly rows: readonly string[]
  /** The setting that differences and tests are against; null where that means nothing. */
  readonly baseline: string | null
  readonly columns: readonly StudyColumn[]
  /** Tables of published figures shown beside it (study-references.ts). */
  readonly references: readonly string[]
  /** `matrix`: the window draws it as a heatmap as well. */
  readonly view: 'table' | 'matrix'
  /** A last row with each column's mean over the rows above (mean received). */
  readonly meanRow?: { readonly id: string; readonly label: string }
}

/** A study on one base configuration: the content of studies/NAME/study.json. */
export interface Study extends StudyAbout {
  readonly format: 1
  /** The configuration that settings differ from; its seed is ignored. */
  readonly base: RunConfig
  readonly seeds: readonly number[]
  readonly settings: readonly StudySetting[]
  readonly tables: readonly StudyTablePlan[]
  /** What it was made with: factors of the search, the full matrix, the rows asked for (all if empty). */
  readonly made: { readonly search: readonly number[]; readonly full: boolean; readonly rows: readonly string[] }
  /** What a reader must know to judge the figures: budgets, searches, what is equal. */
  readonly notes: readonly string[]
}

/** The candidate with the highest mean of the tasks' last validation scores; the earlier one of equals. */
export interface BestOf {
  readonly kind: 'best'
  readonly tasks: readonly TaskId[]
  /** A candidate that turns out not to be needed is left out. Those that a condition names come before it. */
  readonly candidates: readonly { readonly difference: ConfigDifference; readonly run: string; readonly onlyIf?: RunCondition }[]
}

/** A value of a configuration that only finished runs can tell; filled in when the run starts. */
export type Derivation =
  | BestOf
  | { readonly kind: 'order'; readonly first: 'easy' | 'hard'; readonly from: readonly { readonly task: TaskId; readonly run: string }[] }

/** One folder runs/ID (training), or one result studies/results/ID (a measure). */
export interface PlannedRun {
  /** 16 hexadecimal digits over configuration, data, seed and what it is derived from: equal content, equal id. */
  readonly id: string
  readonly name: string
  readonly work: 'train' | MeasureKind
  /** Complete, but for `start` and the values of `derive`. */
  readonly config: RunConfig
  /** Ids that must be done, or known not to be needed, before. */
  readonly needs: readonly string[]
  /** Decides no result and is no part of the id. */
  readonly onlyIf?: RunCondition
  /** The run whose last checkpoint it starts from. */
  readonly start: string | null
  readonly derive: readonly Derivation[]
  /** Of a measure: the models that it looks at, one a task. Empty for training. */
  readonly inputs: readonly { readonly task: TaskId; readonly run: string | null; readonly oneOf: BestOf | null }[]
}

/** Where a run's figures go. A cell has either a run or, with the seed of a search, the best of some. */
export interface PlannedCell {
  readonly setting: string
  readonly part: string
  readonly seed: number
  readonly fills: readonly TaskId[]
  readonly run: string | null
  readonly oneOf: BestOf | null
}

/** The content of studies/NAME/plan.json; made from study.json alone, so it can be made again. */
export interface StudyPlan {
  readonly format: 1
  readonly study: StudyName
  /** In an order in which each run's needs come before it. */
  readonly runs: readonly PlannedRun[]
  readonly cells: readonly PlannedCell[]
}

/**
 * `waiting`: for runs it needs; `ready`: could start; `submitted`: waits on a cluster; `not-needed`: its condition does not
 * hold, which settles it like `done`; others as in the run list.
 */
export type StudyRunState = RunState | 'waiting' | 'ready' | 'submitted' | 'not-needed'

export interface StudyRunStatus {
  readonly id: string
  readonly name: string
  readonly work: PlannedRun['work']
  readonly state: StudyRunState
  readonly reason: string
  readonly iteration: number
  readonly iterations: number
  /** Estimated seconds of work left; null while nothing was measured. */
  readonly secondsLeft: number | null
  /** `setting/part` of each cell it fills. */
  readonly fills: readonly string[]
}

/** `idle`: nothing is carried out; live: a runner works on it. `partly`: all that could run has run, some failed. */
export type StudyState = 'idle' | 'running' | 'paused' | 'cancelled' | 'partly' | 'done'

/** Where a study stands, without its runs one by one. */
export interface StudyStanding {
  readonly name: StudyName
  readonly title: string
  readonly state: StudyState
  readonly executor: ExecutorName
  /** Process id of the runner, and where; null if there is none. */
  readonly runner: { readonly processId: number; readonly host: string } | null
  /** Runs at a time. */
  readonly jobs: number
  readonly preset: string
  readonly seeds: readonly number[]
  /** Runs of the plan without those not needed. */
  readonly total: number
  readonly notNeeded: number
  /** How many of `total` are carried out only if longer training pays, which is not known yet. */
  readonly perhaps: number
  readonly done: number
  readonly failed: number
  readonly live: number
  /** Estimated for what is left at this many runs at a time, at most where `perhaps` is above 0; null while nothing was measured. */
  readonly secondsLeft: number | null
}

export interface StudyStatus extends StudyStanding {
  readonly runs: readonly StudyRunStatus[]
}

/** What a study costs, before it starts. Seconds are of one run after another on this machine, upper bounds. */
export interface StudyCost {
  /** Runs that are carried out in any case, done ones among them. */
  readonly runs: number
  readonly done: number
  /** At most so many more: only if longer training pays, which is not known yet. */
  readonly perhaps: number
  /** Training steps of the runs that are not done: at least, and with all that may be needed. */
  readonly steps: number
  readonly stepsAtMost: number
  /** Null while no run of this model size was measured in the workspace. */
  readonly seconds: number | null
  readonly secondsAtMost: number | null
  /** From how many measured runs, and what is assumed. */
  readonly basis: string
}

export type ExecutorName = 'local' | 'slurm'

/** studies/NAME/control.json: what is wanted, replaced atomically by whoever commands, read by the runner every second. */
export interface StudyControl {
  readonly wanted: 'run' | 'pause' | 'cancel'
  readonly executor: ExecutorName
  /** Runs at a time; null: chosen from cores, memory and GPUs. */
  readonly jobs: number | null
  /** Run ids to carry out (with what they need); null for all. */
  readonly only: readonly string[] | null
  /** Runs that failed or were stopped are started again if they ended before this time (ms since 1970), all or these. */
  readonly retry: { readonly before: number; readonly runs: readonly string[] | null } | null
  /** What is asked of Slurm for each run, as key=value (study/executors/slurm-options.ts). */
  readonly slurm: readonly string[]
}

/** Files of a workspace that studies use; run folders are runs/ID. */
export const STUDY_FILES = {
  folder: 'studies',
  study: 'study.json',
  plan: 'plan.json',
  control: 'control.json',
  /** Held by the runner while it lives, like a run's lock. */
  lock: 'lock',
  /** Output of a runner that was started detached. */
  log: 'runner.log',
  /** Figures entered by hand or imported (comparison). */
  figures: 'figures.json',
  /** Results of measures, for all studies: studies/results/ID/result.json. */
  results: 'results',
  /** What was read from finished runs; a cache that may be deleted. */
  digests: '.digests'
} as const
