// One runner per study: takes the lock of the study's folder. A lock whose process is gone is taken over. The same lock guards
// a measure's folder. Read next: ../lock/folder-lock.ts.

import { mkdirSync } from 'node:fs'
import { PATIENCE } from '../host/process-liveness'
import { type FolderLock, takeFolderLock } from '../lock/folder-lock'

/** Takes the folder for this process; undefined while another live process has it. */
export function takeStudyLock(folder: string): FolderLock | undefined {
  mkdirSync(folder, { recursive: true })
  return takeFolderLock(folder, PATIENCE).lock
}
