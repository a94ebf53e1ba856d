// A study's table as it is shown, copied and exported: means and spread over seeds, differences to a baseline with their
// significance, published figures beside it with the mark of how sure they are. Read next: study-export.ts.

import type { StudyName } from './study'
import type { StudyColumn } from './study-columns'

/** Mean ± standard deviation (n − 1) over seeds, in the column's unit. */
export interface StudyCell {
  /** Null while nothing is measured. */
  readonly mean: number | null
  /** Null with fewer than two seeds. */
  readonly sd: number | null
  /** Seeds that are measured. */
  readonly n: number
  /** Mean of the paired differences to the baseline, over the seeds that both have; null without a baseline. */
  readonly difference: number | null
  /** Two-sided p of that difference by the test that `test` names; null where nothing can be tested. */
  readonly p: number | null
  readonly test: 'examples' | 'seeds' | null
  /** `p` after Holm's correction for all differences of the table; null where `p` is or the column has no better. */
  readonly pHolm: number | null
  /** p by sign flips over seeds alone; with n seeds it is never under 2^(1 − n). */
  readonly pSeeds: number | null
  /** 95 % interval of the mean, by the bootstrap over seeds; null with fewer than two. */
  readonly interval: readonly [number, number] | null
  /** One value a seed, in the order of `seeds`. */
  readonly values: readonly { readonly seed: number; readonly value: number }[]
  /** Runs behind the cell, and of those the ones that are not done. */
  readonly runs: readonly string[]
  readonly open: readonly string[]
  /** Runs of the baseline's cell: with `runs` what the flipped samples are between. */
  readonly baselineRuns: readonly string[]
  /** Best of its column. */
  readonly best: boolean
}

export interface StudyRow {
  /** Setting id. */
  readonly setting: string
  readonly label: string
  readonly note: string
  /** By column id; a column that means nothing for the row is absent. */
  readonly cells: Readonly<Record<string, StudyCell>>
}

/** `recalled`: from memory of the paper; `confirmed`: found in a second listing; `entered`: by hand or imported. */
export type FigureMark = 'recalled' | 'confirmed' | 'entered'

export interface ReferenceFigure {
  readonly value: number
  readonly mark: FigureMark
}

/** A row of published figures, by the same column ids. */
export interface ReferenceRow {
  /** The setting that it corresponds to; null for other people's models. */
  readonly setting: string | null
  readonly label: string
  readonly source: string
  readonly cells: Readonly<Record<string, ReferenceFigure>>
}

export interface StudyTable {
  readonly study: StudyName
  readonly table: string
  readonly title: string
  readonly preset: string
  readonly seeds: readonly number[]
  readonly baseline: string | null
  /** What the baseline is called; it need not be a row. */
  readonly baselineLabel: string | null
  /** Column ids in order; their descriptions are in `columnInfo`. */
  readonly columns: readonly string[]
  readonly columnInfo: readonly StudyColumn[]
  readonly rows: readonly StudyRow[]
  readonly references: readonly ReferenceRow[]
  readonly notes: readonly string[]
  /** How differences were tested, in a sentence. */
  readonly test: string
  /** Other tables of the study. */
  readonly tables: readonly { readonly id: string; readonly title: string }[]
  readonly view: 'table' | 'matrix'
}

/** Learning curves and stop/go intervals of a study, for small multiples: one entry a setting, task and seed. */
export interface StudyCurve {
  readonly setting: string
  readonly task: string
  readonly seed: number
  readonly run: string
  /** [iteration, validation score 0–1] */
  readonly validation: readonly (readonly [number, number])[]
  /** [iteration, training score 0–1], means over equal stretches. */
  readonly training: readonly (readonly [number, number])[]
  /** [iteration, stop or go] at each change. */
  readonly stopAndGo: readonly (readonly [number, 'stop' | 'go'])[]
}
