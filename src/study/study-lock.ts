// One runner per study: the file `lock` in the study's folder names the process, and its modification time is the heartbeat.
// A lock whose process is gone is taken over. The same lock guards a measure's folder. Read next: host/process-liveness.ts.

import { closeSync, mkdirSync, openSync, readFileSync, rmSync, utimesSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type LockFile, RUN_FILES } from '../contract/run-format'
import { type Owner, ownerOf } from '../host/process-liveness'

const HEARTBEAT_MS = 1000

export interface StudyLock {
  release(): void
}

/** Takes the folder for this process; undefined while another live process has it. */
export function takeStudyLock(folder: string): StudyLock | undefined {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, RUN_FILES.lock)
  if (!create(file)) {
    if (isHeld(ownerOf(folder))) return undefined
    rmSync(file, { force: true })
    if (!create(file)) return undefined
  }
  const heartbeat = setInterval(() => beat(file), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    release() {
      clearInterval(heartbeat)
      if (holder(file) === process.pid) rmSync(file, { force: true })
    }
  }
}

/** A process number may be in use again: this process's own number in a lock that it did not write is a dead one's. */
function isHeld(owner: Owner): boolean {
  return owner.kind === 'alive' && !(owner.local && owner.processId === process.pid)
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
    // The folder is gone; whoever works in it meets that at its next write.
  }
}

function holder(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as LockFile).processId
  } catch {
    return undefined
  }
}
