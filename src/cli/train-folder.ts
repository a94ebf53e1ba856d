// Trains the run of a folder in this process without a terminal's comforts: what a cluster job does. SIGTERM, however often,
// and Ctrl-C once: checkpoint and leave; Ctrl-C twice: stop. Read next: train-command.ts, engine/training/train-run.ts.

import { version } from '../../package.json'
import { WorkbenchError } from '../contract/check'
import type { RunControl } from '../engine/training/run-control'
import { trainRun } from '../engine/training/train-run'

/** Comes back when the run is done, paused or stopped; throws if it failed. */
export async function trainFolder(folder: string): Promise<void> {
  let asked = 0
  let control: RunControl | undefined
  const press = (): void => {
    asked += 1
    control?.request(asked === 1 ? 'leave' : 'stop')
  }
  // Slurm sends it to the script, which hands it on, and to the process itself.
  const leave = (): void => {
    asked = Math.max(asked, 1)
    control?.request('leave')
  }
  process.on('SIGINT', press)
  process.on('SIGTERM', leave)
  const onControl = (given: RunControl): void => {
    control = given
    if (asked > 0) given.request('leave')
  }
  const { end, fault } = await trainRun({ folder, appVersion: version, onControl })
  process.off('SIGINT', press)
  process.off('SIGTERM', leave)
  if (end === 'failed') throw new WorkbenchError(`The run in ${folder} failed; its events say why.`, fault ?? 'work')
}
