// One process per run: the file `lock` in the run folder holds who has it, and its modification time is the heartbeat.
// Read next: run-folder.ts.

import { closeSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { type LockFile, RUN_FILES } from '../../contract/run-format'

const HEARTBEAT_MS = 1000
/** A process on another machine, or a process number used again, counts as gone after so long without a heartbeat. */
const SILENCE_MS = { sameHost: 300_000, otherHost: 60_000 } as const

export interface RunLock {
  /** Deletes the lock if this process still has it. */
  release(): void
}

/** Takes the run for this process; refused with one message while another process has it. */
export function takeLock(folder: string): RunLock {
  const file = join(folder, RUN_FILES.lock)
  const mine: LockFile = { processId: process.pid, host: hostname(), startedAt: Date.now() }
  if (!create(file, mine)) {
    const holder = liveHolder(file)
    if (holder) {
      throw new WorkbenchError(
        `Run ${folder} is being trained by process ${holder.processId} on ${holder.host}; one process may have a run. Stop that one first, or start another run folder.`
      )
    }
    unlinkSync(file)
    if (!create(file, mine)) throw new WorkbenchError(`Run ${folder} was taken by another process in this moment; try again.`)
  }
  const heartbeat = setInterval(() => beat(file), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    release() {
      clearInterval(heartbeat)
      if (readLock(file)?.processId === mine.processId) unlinkSync(file)
    }
  }
}

function create(file: string, lock: LockFile): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, JSON.stringify(lock))
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
    // The folder was moved to the trash or the disk is gone; the loop meets that at its next write.
  }
}

/** The lock's content, or undefined if there is none or it is damaged. */
export function readLock(file: string): LockFile | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockFile>
    const { processId, host, startedAt } = value
    if (typeof processId !== 'number' || typeof host !== 'string' || typeof startedAt !== 'number') return undefined
    return { processId, host, startedAt }
  } catch {
    return undefined
  }
}

/** Who has the run, or undefined if that process is gone. */
export function liveHolder(file: string): LockFile | undefined {
  const lock = readLock(file)
  if (!lock) return undefined
  const silence = Date.now() - statSync(file).mtimeMs
  if (lock.host !== hostname()) return silence < SILENCE_MS.otherHost ? lock : undefined
  return lock.processId !== process.pid && isAlive(lock.processId) && silence < SILENCE_MS.sameHost ? lock : undefined
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    // Killed but not yet waited for by its parent: the number is still there, the process is not.
    return !/\) Z /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'))
  } catch {
    return true
  }
}
