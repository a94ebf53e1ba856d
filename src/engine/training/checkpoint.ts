// A checkpoint is a folder step-N: weights, moments and the loop's counters, complete or absent. Each file's size and
// SHA-256 are in state.json, so a damaged one is noticed and the one before is taken.
// Read next: save-checkpoint.ts (writing), loop-state.ts, start-weights.ts, ../checkpoint/safetensors.ts.

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WorkbenchError, check } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { RUN_FILES } from '../../contract/run-format'
import { type FileCheck, checkOf } from '../checkpoint/file-sum'
import { asFloat32, readSafetensors, readSafetensorsHeader } from '../checkpoint/safetensors'
import { countOf } from '../count-of'
import type { NamedArray } from '../execution/step-engine'
import type { LoopState } from './loop-state'
import { stepNumbers } from './run-folder'

export const CHECKPOINT_FILES = { model: 'model.safetensors', optimizer: 'optimizer.safetensors', state: 'state.json' } as const

export interface CheckpointState {
  readonly format: 1
  readonly iteration: number
  /** Number of the last event before it was taken: what comes after is undone on resume. */
  readonly sequence: number
  readonly loop: LoopState
  readonly config: RunConfig
  readonly files: Readonly<Record<string, FileCheck>>
}

export interface LoadedCheckpoint {
  readonly folder: string
  readonly state: CheckpointState
}

export type CheckpointContent = Omit<CheckpointState, 'format' | 'files'>

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

/** Numbers in one portion of `checkpointPortions`. */
const PORTION = 64 * 1024 * 1024

/** All arrays of a checkpoint in portions of about 256 MB, so that a large one is never in memory beside the model as a whole. */
export function* checkpointPortions(folder: string): Generator<NamedArray[]> {
  for (const file of [CHECKPOINT_FILES.model, CHECKPOINT_FILES.optimizer].map((name) => join(folder, name))) {
    const names: string[][] = []
    let room = 0
    for (const [name, { shape }] of readSafetensorsHeader(file).entries) {
      const size = countOf(shape)
      if (names.length === 0 || size > room) {
        names.push([])
        room = PORTION
      }
      names[names.length - 1]?.push(name)
      room -= size
    }
    for (const portion of names) {
      const chosen = new Set(portion)
      yield [...readSafetensors(file, (name) => chosen.has(name)).tensors].map(([name, tensor]) => ({ name, shape: tensor.shape, data: asFloat32(tensor) }))
    }
  }
}

/** All arrays of a safetensors file as float32. */
export function readArrays(file: string): NamedArray[] {
  return [...readSafetensors(file).tensors].map(([name, tensor]) => ({ name, shape: tensor.shape, data: asFloat32(tensor) }))
}
