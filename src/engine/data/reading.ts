// What a reader of a data set is given: its folder, its files by pattern, the pictures, and a place for problems.
// Readers stay short: they say which files hold which split and how a record becomes examples.
// Read next: sources/nlvr2.ts (the smallest reader).

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { DatasetId } from '../../contract/task-catalog'
import type { DataProblem, Example, PictureRef, SplitName } from './example'
import { type PictureIndex, pictureIndex } from './picture-index'
import { Fields, RecordProblem, readJson, readPickle, readText } from './published-file'

/** Splits of a data set by the names of its files; how it becomes examples. */
export interface Source {
  readonly dataset: DatasetId
  /** Folder under a data root. */
  readonly folder: string
  /** Published file names, for the message when none is there. */
  readonly expects: string
  /** The splits that the files of a folder hold. */
  splits(files: FolderFiles): readonly SplitName[]
  read(reading: Reading, split: SplitName): Example[]
}

export interface FolderFiles {
  /** Absolute path of the folder. */
  readonly path: string
  readonly names: readonly string[]
  /** Names that match, sorted. */
  matching(pattern: RegExp): string[]
}

export interface Reading extends FolderFiles {
  readonly problems: DataProblem[]
  /** Files read so far, relative to the data root. */
  readonly files: string[]
  json(name: string, expected: string): unknown
  pickle(name: string, expected: string): unknown
  /** Calls `use` for each line that holds something; `place` is `line 12`. */
  eachLine(name: string, expected: string, use: (line: string, place: string) => void): void
  /** The same for JSON lines. */
  eachJsonLine(name: string, expected: string, use: (fields: Fields, place: string) => void): void
  /** The records of a list; a RecordProblem in `use` becomes a problem of that record, the others go on. */
  each(name: string, list: readonly unknown[], use: (fields: Fields, place: string) => void, label?: (index: number) => string): void
  problem(name: string, where: string, message: string): void
  picture(pool: string, id: string, published?: string): PictureRef
}

let kept: Map<string, unknown> | null = null

/** Parses every JSON file and pickle once while `work` runs: several splits and data sets share files. */
export function parsingOnce<T>(work: () => T): T {
  const outer = kept
  kept ??= new Map()
  try {
    return work()
  } finally {
    kept = outer
  }
}

function parsed(path: string, read: (path: string) => unknown): unknown {
  if (kept?.has(path) === true) return kept.get(path)
  const value = read(path)
  kept?.set(path, value)
  return value
}

/** The files of a folder and of its `data` and `annotations` folders (as some archives unpack). */
export function folderFiles(path: string): FolderFiles {
  const names: string[] = []
  for (const inner of ['.', 'data', 'annotations']) {
    const folder = join(path, inner)
    if (!existsSync(folder) || !statSync(folder).isDirectory()) continue
    for (const name of readdirSync(folder)) names.push(inner === '.' ? name : `${inner}/${name}`)
  }
  names.sort()
  return { path, names, matching: (pattern) => names.filter((name) => pattern.test(name)) }
}

export function createReading(files: FolderFiles, root: string): Reading {
  const problems: DataProblem[] = []
  const read: string[] = []
  let pictures: PictureIndex | undefined
  const place = (name: string): string => relative(resolve(root), join(resolve(files.path), name)).split('\\').join('/')
  const opened = (name: string): string => {
    if (!read.includes(place(name))) read.push(place(name))
    return join(files.path, name)
  }
  const problem = (name: string, where: string, message: string): void => {
    problems.push({ file: place(name), where, message })
  }
  const guarded = (name: string, where: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error
      problem(name, where, error.message)
    }
  }
  const eachLine: Reading['eachLine'] = (name, expected, use) => {
    const lines = readText(opened(name), expected).split('\n')
    lines.forEach((line, index) => {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line
      if (text.trim() !== '') guarded(name, `line ${index + 1}`, () => use(text, `line ${index + 1}`))
    })
  }
  return {
    ...files, problems, files: read, problem, eachLine,
    json: (name, expected) => parsed(opened(name), (path) => readJson(path, expected)),
    pickle: (name, expected) => parsed(opened(name), (path) => readPickle(path, expected)),
    eachJsonLine(name, expected, use) {
      eachLine(name, expected, (line, where) => use(Fields.of(parseLine(line)), where))
    },
    each(name, list, use, label = (index) => `record ${index + 1}`) {
      list.forEach((value, index) => guarded(name, label(index), () => use(Fields.of(value), label(index))))
    },
    picture(pool, id, published) {
      pictures ??= pictureIndex(root)
      return { pool, id, file: pictures.find(pool, id, published) }
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new RecordProblem(`not valid JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}
