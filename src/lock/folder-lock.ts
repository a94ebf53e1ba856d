// One process per folder: the file `lock` in it names the process that has the folder, and its modification time is the
// heartbeat. Runs, studies, measures and the making of a mini-world use the same lock, each with its own patience.
// Read next: process-alive.ts; engine/training/run-lock.ts, study/study-lock.ts and host/process-liveness.ts, which use it.

import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type LockFile, RUN_FILES } from '../contract/run-format'
import { processAlive } from './process-alive'

const HEARTBEAT_MS = 1000

/** After so many milliseconds without a heartbeat the holder counts as gone; a process of this machine is asked besides. */
export interface Patience {
  readonly sameHostMs: number
  readonly otherHostMs: number
}

/** The same for everyone: what one program shows as gone, another may take. A heartbeat may be late by network and clock. */
export const OTHER_HOST_MS = 60_000

export interface Holder extends LockFile {
  /** On this machine. */
  readonly local: boolean
  readonly alive: boolean
}

export interface FolderLock {
  /** Deletes the lock if this process still has it. */
  release(): void
}

/** Who the lock of a folder names; undefined without a lock, or with a damaged one. */
export function holderOf(folder: string, patience: Patience): Holder | undefined {
  const file = join(folder, RUN_FILES.lock)
  const lock = readLock(file)
  const heartbeat = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (!lock || heartbeat === undefined) return undefined
  const silence = Date.now() - heartbeat
  const local = lock.host === hostname()
  return { ...lock, local, alive: local ? processAlive(lock.processId) && silence < patience.sameHostMs : silence < patience.otherHostMs }
}

/**
 * The live process that keeps this one out of a folder, if there is one. A process number may be in use again: this process's
 * own number in a lock is a dead one's.
 */
export function otherHolder(folder: string, patience: Patience): Holder | undefined {
  const holder = holderOf(folder, patience)
  return holder?.alive && !(holder.local && holder.processId === process.pid) ? holder : undefined
}

/** Takes the folder, which must exist, for this process; else who has it, undefined if another process took it in this moment. */
export function takeFolderLock(folder: string, patience: Patience): { readonly lock: FolderLock } | { readonly lock?: undefined; readonly holder: Holder | undefined } {
  const file = join(folder, RUN_FILES.lock)
  if (!create(file)) {
    const holder = otherHolder(folder, patience)
    if (holder) return { holder }
    rmSync(file, { force: true })
    if (!create(file)) return { holder: undefined }
  }
  const heartbeat = setInterval(() => beat(file), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    lock: {
      release() {
        clearInterval(heartbeat)
        if (readLock(file)?.processId === process.pid) rmSync(file, { force: true })
      }
    }
  }
}

function create(file: string): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, JSON.stringify({ processId: process.pid, host: hostname(), startedAt: Date.now() } satisfies LockFile))
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function beat(file: string): void {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    // The folder was moved to the trash or the disk is gone; whoever works in it meets that at its next write.
  }
}

function readLock(file: string): LockFile | undefined {
  try {
    const { processId, host, startedAt } = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockFile>
    if (typeof processId !== 'number' || typeof host !== 'string' || typeof startedAt !== 'number') return undefined
    return { processId, host, startedAt }
  } catch {
    return undefined
  }
}
