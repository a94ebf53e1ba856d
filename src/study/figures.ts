// Figures that others published, entered by hand or imported, for the comparison: studies/NAME/figures.json. A CSV has a
// header `model,source,<task ids…>` and one line a model; JSON is a list of {label, source, cells: {task: number}}.
// Read next: definitions/comparison.ts.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError, check } from '../contract/check'
import { STUDY_FILES, type StudyName } from '../contract/study'
import type { ReferenceRow } from '../contract/study-table'
import { TASK_IDS } from '../contract/task-catalog'
import { writeFileAtomic } from '../host/workspace'
import { type StudyPlaces, studyFolder } from './study-places'

const COLUMNS: readonly string[] = [...TASK_IDS, 'G1', 'G2', 'G3', 'G4', 'average', 'consistency']

export function readFigures(places: StudyPlaces, name: StudyName): ReferenceRow[] {
  const path = join(studyFolder(places, name), STUDY_FILES.figures)
  return existsSync(path) ? parseJson(path, readFileSync(path, 'utf8')) : []
}

/** Adds the rows of a CSV or JSON file; a row with the label of an earlier one replaces it. Returns all. */
export function importFigures(places: StudyPlaces, name: StudyName, file: string): ReferenceRow[] {
  const text = readFileSync(file, 'utf8')
  return addFigures(places, name, file.toLowerCase().endsWith('.csv') ? parseCsv(file, text) : parseJson(file, text))
}

export function addFigures(places: StudyPlaces, name: StudyName, added: readonly ReferenceRow[]): ReferenceRow[] {
  const kept = readFigures(places, name).filter(({ label }) => !added.some((row) => row.label === label))
  const rows = [...kept, ...added]
  writeFileAtomic(join(studyFolder(places, name), STUDY_FILES.figures), `${JSON.stringify(rows, null, 1)}\n`)
  return rows
}

function parseJson(path: string, text: string): ReferenceRow[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new WorkbenchError(`${path} is not JSON: ${(error as Error).message}. It must hold [{"label": "UNITER-B", "source": "…", "cells": {"vqa": 72.27}}, …].`)
  }
  check(Array.isArray(value), () => `${path} holds no list; it must hold [{"label": "UNITER-B", "source": "…", "cells": {"vqa": 72.27}}, …].`)
  return value.map((entry: unknown, place) => rowFrom(`${path}, entry ${place + 1}`, (entry ?? {}) as Readonly<Record<string, unknown>>))
}

function rowFrom(where: string, { label, source, cells }: Readonly<Record<string, unknown>>): ReferenceRow {
  check(typeof label === 'string' && label !== '', () => `${where}: 'label' is missing; it names the model.`)
  check(typeof cells === 'object' && cells !== null, () => `${where}: 'cells' is missing; it holds {"vqa": 72.27, …}.`)
  const figures = Object.entries(cells).map(([column, figure]) => [column, { value: figureOf(`${where}, ${column}`, column, figure), mark: 'entered' }] as const)
  return { setting: null, label, source: typeof source === 'string' ? source : '', cells: Object.fromEntries(figures) }
}

/** A number, or what readFigures wrote before: {value, mark}. */
function figureOf(where: string, column: string, figure: unknown): number {
  check(COLUMNS.includes(column), () => `${where}: column '${column}' is unknown; allowed: ${COLUMNS.join(', ')}.`)
  const value = typeof figure === 'object' && figure !== null ? (figure as { value?: unknown }).value : figure
  check(typeof value === 'number' && Number.isFinite(value), () => `${where} is ${JSON.stringify(figure)}; it must be a number, in percent.`)
  return value
}

function parseCsv(path: string, text: string): ReferenceRow[] {
  const [header = [], ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '').map(csvCells)
  check(header[0] === 'model' && header[1] === 'source', () => `${path}: the first line is '${header.join(',')}'; it must begin with model,source and go on with task ids.`)
  return lines.map((cells, place) => {
    const where = `${path}, line ${place + 2}`
    const figures = header.slice(2).flatMap((column, index): [string, number][] => {
      const cell = (cells[index + 2] ?? '').trim()
      return cell === '' ? [] : [[column.trim(), Number(cell)]]
    })
    return rowFrom(where, { label: cells[0], source: cells[1], cells: Object.fromEntries(figures) })
  })
}

/** Cells of a line; a quoted one may hold commas, and doubled quotes for a quote. */
function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => (quoted === undefined ? plain ?? '' : quoted.replace(/""/g, '"')))
}
