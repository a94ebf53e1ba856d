// How many parameters a trained model has: counted in the header of its last checkpoint's weights (safetensors: eight bytes
// of length, then JSON with every array's shape). Read next: run-digest.ts.

import { closeSync, openSync, readSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { RUN_FILES } from '../contract/run-format'

/** Null while there is no checkpoint that can be read. */
export function parameterCount(runFolder: string): number | null {
  const checkpoints = join(runFolder, RUN_FILES.checkpoints)
  try {
    const steps = readdirSync(checkpoints).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []).map(Number)
    return steps.length === 0 ? null : countInHeader(join(checkpoints, `step-${Math.max(...steps)}`, 'model.safetensors'))
  } catch {
    return null
  }
}

function countInHeader(file: string): number {
  const handle = openSync(file, 'r')
  try {
    const length = Buffer.alloc(8)
    readSync(handle, length, 0, 8, 0)
    const header = Buffer.alloc(Number(length.readBigUInt64LE(0)))
    readSync(handle, header, 0, header.length, 8)
    const arrays = JSON.parse(header.toString('utf8')) as Record<string, { shape?: readonly number[] }>
    return Object.entries(arrays)
      .filter(([name]) => name !== '__metadata__')
      .reduce((sum, [, { shape = [] }]) => sum + shape.reduce((product, size) => product * size, 1), 0)
  } finally {
    closeSync(handle)
  }
}
