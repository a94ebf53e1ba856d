// Makes a mini-world: pictures and region features (in threads), then the data sets' files, then world.json. All is
// written beside the wanted folder and renamed at the end, so that a half-made world is never taken for a whole one.
// Read next: pools.ts, draw-pictures.ts, writers/write-data-sets.ts.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync, copyFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { at, check, WorkbenchError } from '../../contract/check'
import { PIXEL_FEATURE_SIZE } from '../data/pixel-features'
import { writeRegionStore, type PictureRegions } from '../data/region-store'
import { usableCores } from '../thread-program'
import { drawWithThreads } from './drawing-threads'
import type { DrawnPicture } from './draw-pictures'
import { planPools, storeKey, twinsOf } from './pools'
import { POOLS, WORLD_SIZES, type Picture, type Pool, type World, type WorldSize } from './scene'
import { writeDataSets } from './writers/write-data-sets'

/** Features per region of the full size, as the paper's detector gives them. */
const FULL_FEATURE_SIZE = 2048
const NOTE_FILE = 'world.json'
const VERSION = 1

export interface WorldProgress {
  readonly done: number
  readonly total: number
  /** What is being made, in words: `pictures`, `regions`, a data set's name. */
  readonly what: string
}

export interface WorldOptions {
  /** The folder to make; it must not exist, or be empty. */
  readonly out: string
  readonly size: WorldSize
  readonly seed: number
  /** `twelve` leaves out the captions for pre-training and their pictures. */
  readonly parts?: 'all' | 'twelve'
  /** Threads that draw; the machine's cores unless told, 0 for none besides this one. */
  readonly workers?: number
  /** Thread program to use instead of the built one. */
  readonly workerProgram?: string
  readonly onProgress?: (progress: WorldProgress) => void
  /** Set `aborted` to stop; what was made is removed. */
  readonly signal?: { readonly aborted: boolean }
}

/** What world.json says. */
export interface WorldNote {
  readonly kind: 'mini-world'
  readonly version: number
  readonly size: WorldSize
  readonly seed: number
  readonly parts: 'all' | 'twelve'
  readonly featureSize: number
  readonly pictures: Readonly<Record<Pool, number>>
}

export interface WorldReport extends WorldNote {
  readonly out: string
  readonly seconds: number
}

/** The note of a finished world; null where there is none. */
export function readWorldNote(folder: string): WorldNote | null {
  const path = join(folder, NOTE_FILE)
  if (!existsSync(path)) return null
  let note: Partial<WorldNote>
  try {
    note = JSON.parse(readFileSync(path, 'utf8')) as Partial<WorldNote>
  } catch {
    throw new WorkbenchError(`${path} is not readable JSON; delete the folder and make the world again`)
  }
  check(note.kind === 'mini-world', () => `${path} does not describe a mini-world`)
  return note as WorldNote
}

/** Makes a world and says what is in it. Throws a WorkbenchError on bad options, a full disk or a stop; leaves nothing behind. */
export async function makeWorld(options: WorldOptions): Promise<WorldReport> {
  const started = Date.now()
  const out = resolve(options.out)
  checkOptions(options, out)
  const partial = `${out}.partial`
  const parts = options.parts ?? 'all'
  try {
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    const world = planWorld(options.size, options.seed, parts)
    const featureSize = options.size === 'full' ? FULL_FEATURE_SIZE : PIXEL_FEATURE_SIZE
    await writePictures(partial, world, featureSize, options)
    writeTexts(partial, world, options)
    const counts = POOLS.map((pool) => [pool, world.pictures.filter((picture) => picture.pool === pool).length] as const)
    const note: WorldNote = {
      kind: 'mini-world', version: VERSION, size: options.size, seed: options.seed, parts, featureSize,
      pictures: Object.fromEntries(counts) as Record<Pool, number>
    }
    writeFileSync(join(partial, NOTE_FILE), `${JSON.stringify(note, null, 2)}\n`)
    if (existsSync(out)) rmdirSync(out)
    renameSync(partial, out)
    return { ...note, out, seconds: (Date.now() - started) / 1000 }
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw explained(error, out)
  }
}

/** The pictures of a world; without the cc pool for `twelve`, the others just the same. */
export function planWorld(size: WorldSize, seed: number, parts: 'all' | 'twelve'): World {
  const pictures = planPools(size, seed).filter((picture) => parts === 'all' || picture.pool !== 'cc')
  return { size, seed, pictures }
}

function checkOptions({ size, seed }: WorldOptions, out: string): void {
  check(WORLD_SIZES.includes(size), () => `Unknown size "${String(size)}" of a mini-world; known: ${WORLD_SIZES.join(', ')}`)
  check(Number.isSafeInteger(seed) && seed >= 0, () => `The seed of a mini-world must be a whole number from 0, not ${seed}`)
  if (!existsSync(out)) return
  let names: string[]
  try {
    names = readdirSync(out)
  } catch {
    throw new WorkbenchError(`${out} is no folder; name a new one`)
  }
  check(names.length === 0, () => `${out} already holds ${names.length} files; name a new folder or delete it first`)
}

function explained(error: unknown, out: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const where = dirname(out)
  if (code === 'ENOSPC') {
    return new WorkbenchError(`The disk is full while making the mini-world in ${where}; a mini world needs about 400 MB. What was made is removed; free some space and try again.`, 'work')
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new WorkbenchError(`Cannot write the mini-world to ${out}: writing in ${where} is not allowed; name another folder`)
  }
  return error
}

function stopIfAsked(options: WorldOptions): void {
  if (options.signal?.aborted) throw new WorkbenchError('Making the mini-world was stopped; what was made is removed', 'work')
}

/** Picture files and the two region stores of each pool. */
async function writePictures(folder: string, world: World, featureSize: number, options: WorldOptions): Promise<void> {
  for (const file of new Set(world.pictures.map((picture) => dirname(picture.file)))) mkdirSync(join(folder, file), { recursive: true })
  mkdirSync(join(folder, 'features'), { recursive: true })
  const twins = twinsOf(world.pictures)
  const own = world.pictures.filter((picture) => picture.cocoId === null)
  const total = world.pictures.length
  const drawn = await drawWithThreads({
    folder, seed: options.seed, featureSize, pictures: own,
    threads: options.workers ?? threadCount(),
    ...(options.workerProgram !== undefined && { program: options.workerProgram }),
    onBatch(done) {
      stopIfAsked(options)
      options.onProgress?.({ done, total, what: 'pictures' })
    }
  })
  const results = new Map(own.map((picture, i) => [picture, at(drawn, i)]))
  for (const picture of world.pictures) {
    const twin = twins.get(picture.scene.id)
    const seen = twin && results.get(twin)
    if (!twin || !seen) continue
    copyFileSync(join(folder, twin.file), join(folder, picture.file))
    results.set(picture, { detected: { ...seen.detected, id: storeKey(picture) }, annotated: { ...seen.annotated, id: storeKey(picture) } })
  }
  writeStores(folder, world.pictures, featureSize, results, options)
  options.onProgress?.({ done: total, total, what: 'pictures' })
}

function writeStores(folder: string, pictures: readonly Picture[], featureSize: number, results: ReadonlyMap<Picture, DrawnPicture>, options: WorldOptions): void {
  for (const pool of POOLS) {
    stopIfAsked(options)
    const own = pictures.filter((picture) => picture.pool === pool).flatMap((picture) => results.get(picture) ?? [])
    if (own.length === 0) continue
    const write = (name: string, regions: readonly PictureRegions[]): void => writeRegionStore(join(folder, 'features', `${name}.safetensors`), featureSize, regions)
    write(pool, own.map((picture) => picture.detected))
    write(`${pool}_gt`, own.map((picture) => picture.annotated))
  }
}

function writeTexts(folder: string, world: World, options: WorldOptions): void {
  writeDataSets(folder, world, ({ name, done, total }) => {
    stopIfAsked(options)
    options.onProgress?.({ done, total, what: name })
  })
  if (!world.pictures.some((picture) => picture.pool === 'cc')) rmSync(join(folder, 'conceptual_captions'), { recursive: true, force: true })
}

/** Threads for drawing: one per core, at most eight. */
const threadCount = (): number => Math.max(1, Math.min(8, usableCores()))
