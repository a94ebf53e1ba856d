// Writes a checkpoint's folder in pieces: headers first, then the numbers of each array as they come, then flush,
// checksums, state, rename. Plain blocking file work, so that it runs on a thread (writer-thread.ts) or where it is
// called. A folder in the making begins with a dot: it is never taken for a checkpoint. Read next: checkpoint-thread.ts.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type SequentialFile, type WriteBytes, createSequentialFile } from './direct-file'
import { type FileCheck, checkOf, syncFolder } from './file-sum'

const MAKING = '.writing-'

/** What is to be written. */
export interface WriteOrder {
  /** Folder of the checkpoints, and the new one's name in it (`step-40`). */
  readonly parent: string
  readonly name: string
  /** File names with all bytes before their first number (safetensors' header), and how large they will be. */
  readonly files: readonly { readonly name: string; readonly header: Uint8Array; readonly sizeBytes: number }[]
  readonly stateName: string
}

export interface CheckpointWriter {
  /** Numbers of the next array of a file. */
  piece(file: number, bytes: Uint8Array): void
  /** Flushes, puts `{...state, files}` beside and the folder in its place; then deletes `obsolete` neighbours. */
  finish(state: object, keep: number): { readonly files: Readonly<Record<string, FileCheck>>; readonly sizeBytes: number }
  /** Leaves nothing behind; also after a failure. */
  abandon(): void
}

/** Begins a folder. What a crash left behind of earlier ones is deleted. */
export function openCheckpointWriter({ parent, name, files, stateName }: WriteOrder, write?: WriteBytes): CheckpointWriter {
  const making = join(parent, `${MAKING}${name}`)
  const open: SequentialFile[] = []
  const closeAll = (): void => {
    for (const file of open.splice(0)) file.close()
  }
  const abandon = (): void => {
    closeAll()
    rmSync(making, { recursive: true, force: true })
  }
  try {
    mkdirSync(parent, { recursive: true })
    for (const left of readdirSync(parent).filter((entry) => entry.startsWith(MAKING))) rmSync(join(parent, left), { recursive: true, force: true })
    mkdirSync(making)
    for (const file of files) {
      const made = createSequentialFile(join(making, file.name), file.sizeBytes, write)
      open.push(made)
      made.write(file.header)
    }
  } catch (error) {
    abandon()
    throw error
  }
  return {
    piece: (file, bytes) => open[file]?.write(bytes),
    finish(state, keep) {
      for (const file of open) file.flush()
      closeAll()
      const sums = Object.fromEntries(files.map((file) => [file.name, checkOf(join(making, file.name))]))
      const text = Buffer.from(JSON.stringify({ ...state, files: sums }, null, 1), 'utf8')
      const stateFile = createSequentialFile(join(making, stateName), text.length, write)
      open.push(stateFile)
      stateFile.write(text)
      stateFile.flush()
      closeAll()
      syncFolder(making)
      putInPlace(making, join(parent, name))
      syncFolder(parent)
      for (const old of olderSteps(parent).slice(Math.max(1, keep))) rmSync(join(parent, old), { recursive: true, force: true })
      return { files: sums, sizeBytes: Object.values(sums).reduce((sum, file) => sum + file.sizeBytes, 0) }
    },
    abandon
  }
}

/** Renames the finished folder to its place; a checkpoint of the same name steps aside until it is there. */
function putInPlace(making: string, place: string): void {
  const aside = `${place}.old`
  rmSync(aside, { recursive: true, force: true })
  if (existsSync(place)) renameSync(place, aside)
  renameSync(making, place)
  rmSync(aside, { recursive: true, force: true })
}

/** Names `step-N`, highest number first. */
function olderSteps(parent: string): string[] {
  const number = (name: string): number => Number(name.slice('step-'.length))
  return readdirSync(parent).filter((name) => /^step-\d+$/.test(name)).sort((a, b) => number(b) - number(a))
}
