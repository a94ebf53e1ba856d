// Reads pieces of a file at a position, so that a checkpoint of a gigabyte is never in memory as a whole beside its arrays.
// Every failure says which byte was wanted. Read next: weights-file.ts.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { WorkbenchError } from '../../contract/check'

export interface RangedFile {
  readonly path: string
  readonly sizeBytes: number
  /** `length` bytes from `position`; throws a WorkbenchError that names the place if the file ends before. */
  read(position: number, length: number, what: string): Uint8Array<ArrayBuffer>
  close(): void
}

/** One read call returns at most 2 GB. */
const LARGEST_READ = 1 << 30

export function openRanged(path: string): RangedFile {
  const file = open(path)
  const sizeBytes = fstatSync(file).size
  return {
    path,
    sizeBytes,
    read(position, length, what) {
      // Checked before memory is asked for: a damaged length may be anything.
      if (position < 0 || length < 0 || position + length > sizeBytes) {
        throw new WorkbenchError(`'${path}' ends at byte ${sizeBytes}, but ${what} is at bytes ${position} to ${position + length}. The file is cut short or damaged; copy it again.`)
      }
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length;) {
        const got = readSync(file, bytes, done, Math.min(length - done, LARGEST_READ), position + done)
        if (got === 0) throw new WorkbenchError(`'${path}' ended at byte ${position + done} while ${what} was read; copy it again.`)
        done += got
      }
      return bytes
    },
    close: () => closeSync(file)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw new WorkbenchError(`Cannot open '${path}': ${error instanceof Error ? error.message : String(error)}.`)
  }
}
