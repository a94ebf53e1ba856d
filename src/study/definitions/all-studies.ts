// The seven studies of spec section 6 by name. Read next: multitask.ts, ../plan-study.ts.

import { WorkbenchError, nearestNames } from '../../contract/check'
import { STUDY_NAMES, type Study, type StudyAbout, type StudyName, type StudySetting, type StudyTablePlan } from '../../contract/study'
import { ABLATIONS, ablationNotes, ablationSettings, ablationTables } from './ablations'
import { COMPARISON, comparisonNotes, comparisonSettings, comparisonTables } from './comparison'
import { DYNAMICS, dynamicsNotes, dynamicsSettings, dynamicsTables } from './dynamics'
import { GROUNDING, groundingSettings, groundingTables } from './grounding'
import { MULTITASK, multitaskNotes, multitaskSettings, multitaskTables } from './multitask'
import { OVERLAP, overlapSettings, overlapTables } from './overlap'
import type { StudyOptions } from './study-options'
import { TRANSFER, transferNotes, transferSettings, transferTables } from './transfer'

interface Definition {
  readonly about: StudyAbout
  settings(options: StudyOptions): StudySetting[]
  tables(options: StudyOptions): StudyTablePlan[]
  notes(options: StudyOptions): string[]
}

const DEFINITIONS: Readonly<Record<StudyName, Definition>> = {
  overlap: { about: OVERLAP, settings: overlapSettings, tables: overlapTables, notes: () => [] },
  multitask: { about: MULTITASK, settings: multitaskSettings, tables: multitaskTables, notes: multitaskNotes },
  transfer: { about: TRANSFER, settings: transferSettings, tables: transferTables, notes: transferNotes },
  ablations: { about: ABLATIONS, settings: ablationSettings, tables: ablationTables, notes: ablationNotes },
  comparison: { about: COMPARISON, settings: comparisonSettings, tables: comparisonTables, notes: comparisonNotes },
  grounding: { about: GROUNDING, settings: groundingSettings, tables: groundingTables, notes: multitaskNotes },
  dynamics: { about: DYNAMICS, settings: dynamicsSettings, tables: dynamicsTables, notes: dynamicsNotes }
}

export const STUDIES: readonly StudyAbout[] = STUDY_NAMES.map((name) => DEFINITIONS[name].about)

/** The study of a name that a user typed. */
export function studyName(name: string): StudyName {
  const found = STUDY_NAMES.find((known) => known === name)
  if (found) return found
  throw new WorkbenchError(`Study '${name}' is unknown; nearest: ${nearestNames(name, STUDY_NAMES, 1).join('')}. Known studies: ${STUDY_NAMES.join(', ')}.`)
}

/** A study on a base configuration. `rows`: only these settings (and what they need); all if empty. */
export function makeStudy(name: StudyName, options: StudyOptions, rows: readonly string[] = []): Study {
  const { about, settings, tables, notes } = DEFINITIONS[name]
  const all = settings(options)
  const shown = new Set(tables(options).flatMap((table) => table.rows))
  for (const id of rows) {
    if (!shown.has(id)) throw new WorkbenchError(`Study '${name}' has no setting '${id}'; nearest: ${nearestNames(id, [...shown]).join(', ')}. Its settings: ${[...shown].join(', ')}.`)
  }
  const chosen = rows.length === 0 ? tables(options) : tablesOf(tables(options), rows)
  return {
    format: 1, ...about, base: options.base, seeds: options.seeds, settings: all, tables: chosen,
    notes: notes(options),
    made: { search: options.search, full: options.full, rows }
  }
}

/** The tables with these rows only. One that compares with a row that is neither wanted nor the main table's baseline is left out: it would add that row's runs. */
function tablesOf(tables: readonly StudyTablePlan[], rows: readonly string[]): StudyTablePlan[] {
  const compared = [...rows, tables[0]?.baseline ?? null, null]
  return tables.map((table) => ({ ...table, rows: table.rows.filter((id) => rows.includes(id)) })).filter(({ rows: kept, baseline }) => kept.length > 0 && compared.includes(baseline))
}
