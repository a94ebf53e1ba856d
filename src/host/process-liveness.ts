// Is the process that owns a run still there? The lock file names it; the lock's modification time is its heartbeat,
// for runs on another machine that shares the folder.

import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type LockFile, RUN_FILES } from '../contract/run-format'

/** A heartbeat on another machine may be late by network and clock; a local process is asked directly. */
const REMOTE_SILENCE_MS = 30_000

export type Owner = { readonly kind: 'none' } | { readonly kind: 'alive' | 'gone'; readonly processId: number; readonly local: boolean }

/** Who owns the run folder now. */
export function ownerOf(folder: string): Owner {
  const path = join(folder, RUN_FILES.lock)
  let lock: LockFile
  let heartbeat: number
  try {
    lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile
    heartbeat = statSync(path).mtimeMs
  } catch {
    return { kind: 'none' }
  }
  const local = lock.host === hostname()
  const alive = local ? processAlive(lock.processId) : Date.now() - heartbeat < REMOTE_SILENCE_MS
  return { kind: alive ? 'alive' : 'gone', processId: lock.processId, local }
}

/** True for a running process; a dead one that nobody has collected yet (a zombie) counts as gone. */
export function processAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8')
    return status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return process.platform !== 'linux'
  }
}

/** Resident memory of a local process in bytes; 0 where it cannot be told. */
export function residentBytes(processId: number): number {
  try {
    return Number(readFileSync(`/proc/${processId}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
