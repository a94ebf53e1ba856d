// The columns of a study's tables: what each shows of the runs behind a row. Read next: src/study/measured-value.ts.

import type { GroupId, TaskId } from './task-catalog'

/** What a column shows of a setting's runs, for one seed; averages over seeds come after. */
export type Measure =
  /** Primary score of a task, percent. */
  | { readonly kind: 'score'; readonly task: TaskId; readonly split: 'test' | 'val' }
  /** Plain mean of other columns of the same row, there only if all of them are; `applicable`: of those that mean something for the row. */
  | { readonly kind: 'mean'; readonly of: readonly string[]; readonly applicable?: boolean }
  /** 100 × (score / the baseline setting's score with the same seed − 1). */
  | { readonly kind: 'gain'; readonly task: TaskId }
  /** Parameters of all models that the setting needs, and how many models those are. */
  | { readonly kind: 'parameters' }
  | { readonly kind: 'models' }
  /** Training score of the last steps minus the last validation score, points: how much it over-fits. */
  | { readonly kind: 'gap'; readonly task: TaskId }
  /** Best minus last validation score, points: what was lost by training on. */
  | { readonly kind: 'decline'; readonly task: TaskId }
  /** Iterations until the validation score is within 1 % of its best. */
  | { readonly kind: 'convergence'; readonly task: TaskId }
  /** Iterations of the run: of a search the chosen length. */
  | { readonly kind: 'length'; readonly task: TaskId }
  /** Points by which the last doubling of the iterations that a search carried out changed the best validation score. */
  | { readonly kind: 'doubling'; readonly task: TaskId }
  /** A number (0–1) of the last check of a setting that is one run with one task, such as a pre-training; percent. */
  | { readonly kind: 'metric'; readonly name: string }
  /** Share of the iterations in which the task stepped, percent. */
  | { readonly kind: 'steps'; readonly task: TaskId }
  /** How often Stop-and-Go stopped the task. */
  | { readonly kind: 'stops'; readonly task: TaskId }
  /**
   * A number of a measure command's result, by its path in the JSON; `$row` stands for the setting's id, `key=value` finds
   * an entry of a list; `scale` makes percent of a fraction.
   */
  | { readonly kind: 'result'; readonly path: readonly string[]; readonly scale: number }

export interface StudyColumn {
  readonly id: string
  readonly label: string
  readonly unit: 'percent' | 'points' | 'count' | 'iterations'
  readonly better: 'higher' | 'lower' | 'neither'
  readonly group?: GroupId
  readonly measure: Measure
}

/** Whether a column's figures are themselves changes against a baseline, so that their sign means something. */
export function isGainColumn({ measure }: StudyColumn, columns: readonly StudyColumn[]): boolean {
  if (measure.kind !== 'mean') return measure.kind === 'gain'
  return measure.of.every((id) => columns.find((column) => column.id === id)?.measure.kind === 'gain')
}
