// Reading published files: JSON, JSON lines (plain or gzip), pickles; and the fields of one record with messages that
// a person can act on. A wrong record becomes a problem in a list; a wrong file stops with one message.
// Read next: reading.ts (what a reader of a data set is given), then any of sources/.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Parser } from 'pickleparser'
import { WorkbenchError } from '../../contract/check'

/** What is wrong with one record; caught by `Reading.each`, never seen outside. */
export class RecordProblem extends Error {}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Where a JSON text breaks, as a line and a column. */
function placeOf(error: unknown, text: string): string {
  const found = /position (\d+)/.exec(String(error))
  if (!found) return 'it ends too early'
  const before = text.slice(0, Number(found[1]))
  return `line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}`
}

/** The bytes of a file; `expected` says what should have been there. */
export function readBytes(path: string, expected: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new WorkbenchError(`${path} cannot be read (${error instanceof Error ? error.message.split(',')[0] : String(error)}); expected ${expected}.`)
  }
}

/** The text of a file, unpacked if its name ends in .gz. */
export function readText(path: string, expected: string): string {
  const bytes = readBytes(path, expected)
  if (!path.endsWith('.gz')) return bytes.toString('utf8')
  try {
    return gunzipSync(bytes).toString('utf8')
  } catch {
    throw new WorkbenchError(`${path} is not a complete gzip file; expected ${expected}. Download or make it again.`)
  }
}

export function readJson(path: string, expected: string): unknown {
  const text = readText(path, expected)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WorkbenchError(`${path} is not valid JSON (${placeOf(error, text)}); expected ${expected}. Download or make it again.`)
  }
}

/** A Python pickle of plain lists, dicts, texts and numbers, protocols 0 to 5. */
export function readPickle(path: string, expected: string): unknown {
  const bytes = readBytes(path, expected)
  try {
    return new Parser().parse<unknown>(bytes)
  } catch (error) {
    throw new WorkbenchError(`${path} is not a readable Python pickle (${error instanceof Error ? error.message : String(error)}); expected ${expected}.`)
  }
}

/** One record of a published file. Every accessor takes the published spellings of a key, the first found counts. */
export class Fields {
  constructor(private readonly record: Readonly<Record<string, unknown>>) {}

  static of(value: unknown): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RecordProblem(`expected an object, found ${describe(value)}`)
    }
    return new Fields(value as Readonly<Record<string, unknown>>)
  }

  get(...keys: readonly string[]): unknown {
    const key = keys.find((name) => this.record[name] !== undefined)
    return key === undefined ? undefined : this.record[key]
  }

  has(key: string): boolean {
    return this.record[key] !== undefined && this.record[key] !== null
  }

  text(...keys: readonly string[]): string {
    const value = this.get(...keys)
    if (typeof value !== 'string') throw this.problem(keys, 'a text', value)
    return value
  }

  /** A text that must not be empty, outer and doubled white space removed. */
  words(...keys: readonly string[]): string {
    const value = this.text(...keys).replace(/\s+/g, ' ').trim()
    if (value === '') throw new RecordProblem(`'${keys[0]}' is empty; expected words`)
    return value
  }

  /** An id as text; published ids are whole numbers or texts. */
  id(...keys: readonly string[]): string {
    const value = this.get(...keys)
    if (typeof value === 'number' && Number.isInteger(value)) return String(value)
    if (typeof value === 'string' && value !== '') return value
    throw this.problem(keys, 'a whole number or a text', value)
  }

  number(...keys: readonly string[]): number {
    const value = this.get(...keys)
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.problem(keys, 'a number', value)
    return value
  }

  list(...keys: readonly string[]): readonly unknown[] {
    const value = this.get(...keys)
    if (!Array.isArray(value)) throw this.problem(keys, 'a list', value)
    return value
  }

  fields(...keys: readonly string[]): Fields {
    const value = this.get(...keys)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.problem(keys, 'an object', value)
    return Fields.of(value)
  }

  entries(): [string, unknown][] {
    return Object.entries(this.record)
  }

  private problem(keys: readonly string[], wanted: string, value: unknown): RecordProblem {
    const names = keys.map((key) => `'${key}'`).join(' or ')
    return new RecordProblem(`${names} is ${describe(value)}; expected ${wanted}`)
  }
}
