// Is a process of this machine still there? Read next: folder-lock.ts, which asks it of the process a lock names.

import { readFileSync } from 'node:fs'

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
