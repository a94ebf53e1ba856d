// A checkpoint is a folder step-N: weights, moments and the loop's counters, complete or absent. It is written beside its
// place, flushed and renamed; each file's size and SHA-256 are in state.json, so a damaged one is noticed and the
// one before is taken. Read next: loop-state.ts, start-weights.ts, ../checkpoint/safetensors.ts.

import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WorkbenchError, check } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { RUN_FILES } from '../../contract/run-format'
import { asFloat32, readSafetensors, writeSafetensors } from '../checkpoint/safetensors'
import type { NamedArray } from '../execution/step-engine'
import type { LoopState } from './loop-state'
import { stepNumbers } from './run-folder'

export const CHECKPOINT_FILES = { model: 'model.safetensors', optimizer: 'optimizer.safetensors', state: 'state.json' } as const

interface FileCheck {
  readonly sizeBytes: number
  readonly sha256: string
}

export interface CheckpointState {
  readonly format: 1
  readonly iteration: number
  /** Number of the checkpoint's own event: what comes after it is undone on resume. */
  readonly sequence: number
  readonly loop: LoopState
  readonly config: RunConfig
  readonly files: Readonly<Record<string, FileCheck>>
}

export interface LoadedCheckpoint {
  readonly folder: string
  readonly state: CheckpointState
}

export type SaveResult =
  | { readonly saved: true; readonly folder: string; readonly sizeBytes: number }
  | { readonly saved: false; readonly neededBytes: number }

export type CheckpointContent = Omit<CheckpointState, 'format' | 'files'>

/** How files are written; tests put a full disk in its place. */
export type WriteTensors = typeof writeSafetensors

/**
 * Writes checkpoints/step-N and deletes all but the newest `keep`. A full disk is no error: nothing is left behind,
 * older checkpoints stay, and the result says how many bytes are needed.
 */
export function saveCheckpoint(
  runFolder: string, arrays: readonly NamedArray[], content: CheckpointContent, keep: number, write: WriteTensors = writeSafetensors
): SaveResult {
  const parent = join(runFolder, RUN_FILES.checkpoints)
  const name = `step-${content.iteration}`
  const temporary = join(parent, `.writing-${name}`)
  const neededBytes = arrays.reduce((sum, array) => sum + array.data.byteLength, 0)
  try {
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { recursive: true })
    const files = writeArrays(temporary, arrays, write)
    writeSynced(join(temporary, CHECKPOINT_FILES.state), JSON.stringify({ format: 1, ...content, files } satisfies CheckpointState, null, 1))
    putInPlace(temporary, join(parent, name))
    for (const old of stepNumbers(parent, /^step-(\d+)$/).slice(Math.max(1, keep))) rmSync(join(parent, `step-${old}`), { recursive: true, force: true })
    const sizeBytes = Object.values(files).reduce((sum, file) => sum + file.sizeBytes, 0)
    return { saved: true, folder: `${RUN_FILES.checkpoints}/${name}`, sizeBytes }
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    return { saved: false, neededBytes }
  }
}

function writeArrays(folder: string, arrays: readonly NamedArray[], write: WriteTensors): Record<string, FileCheck> {
  const isMoment = ({ name }: NamedArray): boolean => /^[mv]\//.test(name)
  write(join(folder, CHECKPOINT_FILES.model), arrays.filter((array) => !isMoment(array)))
  write(join(folder, CHECKPOINT_FILES.optimizer), arrays.filter(isMoment))
  return Object.fromEntries([CHECKPOINT_FILES.model, CHECKPOINT_FILES.optimizer].map((name) => [name, checkOf(join(folder, name))]))
}

/** Renames the finished folder to its place; a checkpoint of the same iteration steps aside until it is there. */
function putInPlace(temporary: string, place: string): void {
  const aside = `${place}.old`
  rmSync(aside, { recursive: true, force: true })
  if (existsSync(place)) renameSync(place, aside)
  renameSync(temporary, place)
  rmSync(aside, { recursive: true, force: true })
}

function writeSynced(file: string, text: string): void {
  const handle = openSync(file, 'w')
  try {
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Size and SHA-256 of a file, read in pieces. */
export function checkOf(file: string): FileCheck {
  const hash = createHash('sha256')
  const piece = Buffer.alloc(1 << 20)
  const handle = openSync(file, 'r')
  let sizeBytes = 0
  try {
    for (let got = readSync(handle, piece); got > 0; got = readSync(handle, piece)) {
      hash.update(piece.subarray(0, got))
      sizeBytes += got
    }
  } finally {
    closeSync(handle)
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Folders of a run's checkpoints, newest first, with those that stepped aside while one was being replaced. */
export function checkpointFolders(runFolder: string): string[] {
  const parent = join(runFolder, RUN_FILES.checkpoints)
  return stepNumbers(parent, /^step-(\d+)(?:\.old)?$/)
    .flatMap((step) => [join(parent, `step-${step}`), join(parent, `step-${step}.old`)])
    .filter((folder, place, all) => existsSync(folder) && all.indexOf(folder) === place)
}

/** A checkpoint's counters, after checking that its files are whole. Throws a WorkbenchError that says what is wrong. */
export function openCheckpoint(folder: string): LoadedCheckpoint {
  const file = join(folder, CHECKPOINT_FILES.state)
  check(existsSync(file), () => `Checkpoint ${folder} has no ${CHECKPOINT_FILES.state}.`)
  const state = parseState(file)
  for (const [name, expected] of Object.entries(state.files)) {
    const path = join(folder, name)
    check(existsSync(path), () => `Checkpoint ${folder} has no ${name}.`)
    const found = checkOf(path)
    check(found.sizeBytes === expected.sizeBytes && found.sha256 === expected.sha256, () =>
      `${path} is damaged: ${found.sizeBytes} bytes with SHA-256 ${found.sha256.slice(0, 12)}…, written were ${expected.sizeBytes} with ${expected.sha256.slice(0, 12)}….`)
  }
  return { folder, state }
}

function parseState(file: string): CheckpointState {
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as CheckpointState
    if (state.format === 1 && typeof state.sequence === 'number' && typeof state.loop.round === 'number' && typeof state.files === 'object') return state
  } catch (error) {
    throw new WorkbenchError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw new WorkbenchError(`${file} is no checkpoint state that this version reads (format 1).`)
}

/** The newest whole checkpoint of a run, and what is wrong with newer ones. */
export function lastCheckpoint(runFolder: string): { readonly checkpoint: LoadedCheckpoint | undefined; readonly problems: readonly string[] } {
  const problems: string[] = []
  for (const folder of checkpointFolders(runFolder)) {
    try {
      return { checkpoint: openCheckpoint(folder), problems }
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error
      problems.push(`${basename(folder)}: ${error.message}`)
    }
  }
  return { checkpoint: undefined, problems }
}

/** The arrays of a checkpoint: weights, and moments if it has them and `what` is `all`. */
export function readCheckpointArrays(folder: string, what: 'weights' | 'all'): NamedArray[] {
  const files = what === 'all' ? [CHECKPOINT_FILES.model, CHECKPOINT_FILES.optimizer] : [CHECKPOINT_FILES.model]
  return files.flatMap((name) => readArrays(join(folder, name)))
}

/** All arrays of a safetensors file as float32. */
export function readArrays(file: string): NamedArray[] {
  return [...readSafetensors(file).tensors].map(([name, tensor]) => ({ name, shape: tensor.shape, data: asFloat32(tensor) }))
}
