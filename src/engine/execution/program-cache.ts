// Recorded programs on disk, so that a second start of the same configuration records nothing. An entry is one file: the
// SHA-256 of the rest, a line of JSON (key and layout), the graph's bytes. Read next: record-program.ts, ../cache-folder.ts.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { cacheFolder } from '../cache-folder'
import { replaceFile, writeWhole } from '../checkpoint/replace-file'
import { nativeBackend } from '../compile/native-binding'
import type { GraphOptions } from './engine-options'
import { type ProgramLayout, type Purpose, type RecordedProgram, recorderChunk } from './record-program'

export interface ProgramCache {
  /** The program of that key; undefined where there is none, or a damaged or foreign file in its place. */
  load(key: string): RecordedProgram | undefined
  /** Where the folder cannot be written to, nothing is kept. */
  store(key: string, program: RecordedProgram): void
}

/** What a folder may hold; the entries that were used least recently go first. */
export interface CacheBounds {
  readonly entries: number
  readonly bytes: number
}

const BOUNDS: CacheBounds = { entries: 32, bytes: 256 * 1024 * 1024 }
const ENDING = '.graph'
/** What a process that was killed has left half-written. */
const ABANDONED_MS = 3_600_000

/** `off` keeps and reads no recorded graphs. */
export const GRAPH_CACHE = 'TWELVE_IN_ONE_GRAPH_CACHE'

/** The cache of the built program; none when running from the sources, whose changes no key would tell. */
export function usualProgramCache(): ProgramCache | undefined {
  if (process.env[GRAPH_CACHE] === 'off' || recorderChunk() === undefined) return undefined
  return programCache(path.join(cacheFolder(), 'graphs'))
}

/** A hash of everything that decides the graph: all options but the seed (the engine's weights are drawn outside of it). */
export function programKey(options: GraphOptions, purpose: Purpose): string {
  const { binding, isUsingGpuDevice } = nativeBackend()
  const decisive = {
    recorder: recorderChunk(), tfjs: tf.version_core, tensorflow: binding.TF_Version, gpu: isUsingGpuDevice, purpose,
    // An engine's options have a seed as well.
    options: { ...options, seed: undefined },
  }
  return createHash('sha256').update(JSON.stringify(decisive, sortedKeys)).digest('hex')
}

function sortedKeys(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The program of the cache, or else a recorded one, which is stored. */
export function cachedProgram(cache: ProgramCache | undefined, key: () => string, record: () => RecordedProgram): RecordedProgram {
  if (cache === undefined) return record()
  const known = cache.load(key())
  if (known) return known
  const program = record()
  cache.store(key(), program)
  return program
}

export function programCache(folder: string, bounds = BOUNDS): ProgramCache {
  const fileOf = (key: string): string => path.join(folder, `${key}${ENDING}`)
  return {
    load(key) {
      const program = attempt(() => decoded(readFileSync(fileOf(key)), key))
      if (program) attempt(() => utimesSync(fileOf(key), new Date(), new Date()))
      return program
    },
    store(key, program) {
      attempt(() => {
        mkdirSync(folder, { recursive: true })
        replaceFile(fileOf(key), (file) => encoded(program, key).forEach((part) => writeWhole(file, part)))
        removeOldest(folder, bounds)
      })
    },
  }
}

/** Whatever goes wrong with the cache's files only means that a program is recorded once more. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

interface Head {
  readonly key: string
  readonly layout: ProgramLayout
}

function encoded({ graph, layout }: RecordedProgram, key: string): Uint8Array[] {
  const head: Head = { key, layout }
  const line = Buffer.from(`${JSON.stringify(head)}\n`)
  const sum = createHash('sha256').update(line).update(graph).digest('hex')
  return [Buffer.from(`${sum}\n`), line, graph]
}

function decoded(bytes: Buffer, key: string): RecordedProgram | undefined {
  const sumEnd = bytes.indexOf('\n')
  const rest = bytes.subarray(sumEnd + 1)
  if (createHash('sha256').update(rest).digest('hex') !== bytes.toString('latin1', 0, Math.max(sumEnd, 0))) return undefined
  const headEnd = rest.indexOf('\n')
  const head = JSON.parse(rest.toString('utf8', 0, headEnd)) as Head
  return head.key === key ? { graph: rest.subarray(headEnd + 1), layout: head.layout } : undefined
}

function removeOldest(folder: string, bounds: CacheBounds): void {
  const files = readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name)
    const facts = attempt(() => statSync(file)) // another process may have removed it
    return facts ? [{ file, size: facts.size, used: facts.mtimeMs }] : []
  })
  const entries = files.filter(({ file }) => file.endsWith(ENDING)).sort((a, b) => b.used - a.used)
  let bytes = 0
  entries.forEach(({ file, size }, place) => {
    bytes += size
    if (place >= bounds.entries || bytes > bounds.bytes) rmSync(file, { force: true })
  })
  for (const { file, used } of files) if (file.includes(`${ENDING}.tmp-`) && Date.now() - used > ABANDONED_MS) rmSync(file, { force: true })
}
