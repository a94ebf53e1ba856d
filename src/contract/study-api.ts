// What the window asks about studies (workbench-api.ts carries it). Status, tables and curves are read from folders;
// starting and planning call the command line. Read next: ../host/study-desk.ts.

import type { ConflictAndTransfer } from './gradient-conflict'
import type { ExecutorName, StudyAbout, StudyCost, StudyName, StudyStanding, StudyStatus } from './study'
import type { StudyCurve, StudyTable } from './study-table'
import type { TaskId } from './task-catalog'

/** A study in the list, with where it stands if the workspace has it. */
export interface StudyEntry extends StudyAbout {
  readonly status: StudyStanding | null
}

/** What a new study is made of. */
export interface StudyChoice {
  readonly name: StudyName
  readonly preset: string
  readonly seeds: readonly number[]
  /** Transfer: all pairs of tasks instead of the groups' representatives. */
  readonly full: boolean
}

export interface StudyForecast {
  readonly cost: StudyCost
  /** `perhaps`: so many more runs at most, if longer training pays. */
  readonly settings: readonly { readonly id: string; readonly label: string; readonly note: string; readonly runs: number; readonly perhaps: number }[]
  readonly notes: readonly string[]
}

export interface StudyRequests {
  'studies:list': [Record<string, never>, readonly StudyEntry[]]
  /** What it would cost; writes nothing. */
  'study:plan': [StudyChoice, StudyForecast]
  /** `choice`: a new study; null goes on with the one that is there. `only`: these runs and what they need. */
  'study:start': [{
    readonly name: StudyName
    readonly choice: StudyChoice | null
    readonly executor?: ExecutorName
    /** As on the command line: `partition=gpu`, `time=4:00:00`. */
    readonly slurm?: readonly string[]
    readonly jobs?: number | null
    readonly only?: readonly string[]
    readonly retry?: boolean
  }, null]
  'study:want': [{ readonly name: StudyName; readonly wanted: 'pause' | 'cancel' }, null]
  /** Runs at a time, also while it runs; null: chosen from cores, memory and GPUs. */
  'study:jobs': [{ readonly name: StudyName; readonly jobs: number | null }, null]
  'study:status': [{ readonly name: StudyName }, StudyStatus]
  'study:table': [{ readonly name: StudyName; readonly table?: string }, StudyTable]
  /** Gradient conflict beside the gains of the transfer study; null where no run of the workspace measured it. */
  'study:conflicts': [Record<string, never>, ConflictAndTransfer | null]
  'study:curves': [{ readonly name: StudyName; readonly task?: TaskId }, readonly StudyCurve[]]
}
