// Starts the process that trains a run, detached, its output in the run folder. Electron's own binary serves as Node
// (ELECTRON_RUN_AS_NODE): unlike a utility process it lives on when the app quits while a run is to keep training.

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { LaunchWorker } from './run-manager'

/** File of the run folder that takes what the worker prints. */
export const WORKER_LOG = 'worker.log'

/** A launcher for the built worker script. `onExit` is told as soon as a process started here ends. */
export function workerLauncher(workerScript: string, onExit: (runFolder: string) => void): LaunchWorker {
  return (runFolder, environment) => {
    const log = openSync(join(runFolder, WORKER_LOG), 'a')
    const child = spawn(process.execPath, [workerScript, runFolder], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' }
    })
    closeSync(log)
    child.on('exit', () => onExit(runFolder))
    child.on('error', () => onExit(runFolder))
    child.unref()
    return child.pid ?? -1
  }
}
