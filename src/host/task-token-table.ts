// Reads the task tokens out of a run's last checkpoint: the header of its safetensors file and this one small array, so that
// window and command line need neither the engine nor the rest of the weights. Read next: contract/task-tokens.ts.

import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError, check } from '../contract/check'
import { defaultConfig, resolveConfig } from '../contract/run-config'
import { RUN_FILES } from '../contract/run-format'
import { type TokenMap, tokenSimilarity } from '../contract/task-tokens'

const TABLE = 'bert.embeddings.task_embeddings.weight'
const LARGEST_HEADER = 100_000_000

/** The tokens of a run's tasks at its last checkpoint, or at the one of an iteration that it still has. */
export function taskTokenMap(runFolder: string, iteration?: number): TokenMap {
  const path = join(runFolder, RUN_FILES.config)
  check(existsSync(path), () => `${runFolder} is no run folder: it has no ${RUN_FILES.config}.`)
  const { tasks, taskToken } = resolveConfig(defaultConfig(), JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)
  if (taskToken === 'none') throw new WorkbenchError(`Run ${runFolder} has no task tokens (taskToken=none).`)
  const steps = checkpointSteps(runFolder)
  const step = iteration ?? Math.max(...steps)
  check(steps.includes(step), () => `Run ${runFolder} has no checkpoint${iteration === undefined ? ' yet' : ` of iteration ${iteration}; it has ${steps.join(', ') || 'none'}`}.`)
  const { data, width } = readArray(join(runFolder, RUN_FILES.checkpoints, `step-${step}`, 'model.safetensors'), TABLE)
  return { iteration: step, taskToken, ...tokenSimilarity(data, width, tasks, taskToken) }
}

/** Iterations of the checkpoints that a run keeps, ascending. */
export function checkpointSteps(runFolder: string): number[] {
  const folder = join(runFolder, RUN_FILES.checkpoints)
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b)
}

/** A float32 array [rows, width] of a safetensors file: 8 bytes length of the header, the header (JSON), the arrays. */
function readArray(file: string, name: string): { readonly data: Float32Array; readonly width: number } {
  const handle = openSync(file, 'r')
  const piece = (position: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    check(readSync(handle, bytes, 0, length, position) === length, () => `${file} is cut short; the run's next checkpoint will be whole.`)
    return bytes
  }
  try {
    const headerBytes = Number(piece(0, 8).readBigUInt64LE())
    check(headerBytes <= LARGEST_HEADER, () => `${file} is no safetensors file: its header would have ${headerBytes} bytes.`)
    const header = JSON.parse(piece(8, headerBytes).toString('utf8')) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] } | undefined>
    const found = header[name]
    check(found && found.dtype === 'F32' && found.shape.length === 2, () => `${file} has no float32 array '${name}'.`)
    const bytes = piece(8 + headerBytes + found.data_offsets[0], found.data_offsets[1] - found.data_offsets[0])
    return { data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)), width: found.shape[1] ?? 0 }
  } finally {
    closeSync(handle)
  }
}
