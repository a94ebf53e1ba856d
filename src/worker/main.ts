// The process that trains one run: `main.cjs RUNFOLDER`, started by the host, detached. What it has to say is in the run
// folder; its output is only for what went wrong before the folder could be opened. SIGTERM: pause, save, end.
// Exit status: 0 done, paused or stopped; 1 the run failed; 2 the folder is no run. Read next: engine/training/train-run.ts.

import { resolve } from 'node:path'
import { version } from '../../package.json'
import { WorkbenchError } from '../contract/check'
import type { RunControl } from '../engine/training/run-control'
import { trainRun } from '../engine/training/train-run'

async function work(): Promise<number> {
  const folder = process.argv[2]
  if (folder === undefined) throw new WorkbenchError('Give the run folder: main.cjs RUNFOLDER.')
  let control: RunControl | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => control?.request('leave'))
  const { end } = await trainRun({ folder: resolve(folder), appVersion: version, onControl: (given) => (control = given) })
  return end === 'failed' ? 1 : 0
}

function giveUp(error: unknown): never {
  const known = error instanceof WorkbenchError
  process.stderr.write(`${new Date().toISOString()} ${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(known ? 2 : 1)
}

// A crash outside the loop ends the process at once; the host sees a run without a process and offers Resume.
process.on('uncaughtException', giveUp)
process.on('unhandledRejection', giveUp)

work().then((status) => process.exit(status), giveUp)
