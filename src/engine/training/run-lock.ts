// One process per run: takes the run folder's lock, or says who has it. Read next: ../../lock/folder-lock.ts, run-folder.ts.

import { WorkbenchError } from '../../contract/check'
import { type FolderLock, OTHER_HOST_MS, otherHolder, takeFolderLock } from '../../lock/folder-lock'

/** A process on another machine, or a process number used again, counts as gone after so long without a heartbeat. */
const PATIENCE = { sameHostMs: 300_000, otherHostMs: OTHER_HOST_MS } as const

/** Takes the run for this process; refused with one message while another process has it. */
export function takeLock(folder: string): FolderLock {
  const taken = takeFolderLock(folder, PATIENCE)
  if (taken.lock) return taken.lock
  if (!taken.holder) throw new WorkbenchError(`Run ${folder} was taken by another process in this moment; try again.`)
  throw new WorkbenchError(
    `Run ${folder} is being trained by process ${taken.holder.processId} on ${taken.holder.host}; one process may have a run. Stop that one first, or start another run folder.`
  )
}

/** True while another live process has the folder. */
export function isTaken(folder: string): boolean {
  return otherHolder(folder, PATIENCE) !== undefined
}
