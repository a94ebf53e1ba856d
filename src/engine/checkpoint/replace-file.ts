// Writes a file so that a reader sees the old one or the whole new one: to a neighbour, flushed, then renamed.
// Read next: safetensors.ts and torch-writer.ts, which write with it.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './file-sum'

/** `write` gets the open file; if it throws, nothing is left and an earlier file stays as it was. */
export function replaceFile(path: string, write: (file: number) => void): void {
  const temporary = `${path}.tmp-${process.pid}`
  const file = openSync(temporary, 'w')
  try {
    write(file)
    fsyncSync(file)
  } catch (error) {
    closeSync(file)
    rmSync(temporary, { force: true })
    throw error
  }
  closeSync(file)
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Writes all bytes at the file's position; one call writes at most 2 GB. */
export function writeWhole(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}
