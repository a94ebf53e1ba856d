// Starts the process that trains a run, detached, its output in the run folder: unlike a utility process it lives on
// when the app quits while a run is to keep training. It runs on the Node.js that `npm start` ran on (named in
// TWELVE_IN_ONE_NODE), else on Electron's own binary as Node: that one gives large blocks of memory back to the system
// at every free, which makes drawing the mini-world three times as slow.

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { memoryArenas } from './memory-arenas'
import type { LaunchWorker } from './run-manager'

/** File of the run folder that takes what the worker prints. */
export const WORKER_LOG = 'worker.log'

/** The program that runs Node.js scripts: a real Node.js if there is one, else this very binary. */
export function nodeProgram(): string {
  return process.env['TWELVE_IN_ONE_NODE'] ?? process.execPath
}

/** A launcher for the built worker script. */
export function workerLauncher(workerScript: string): LaunchWorker {
  return (runFolder, environment) => launchProgram([workerScript, runFolder], runFolder, environment)
}

/** Starts a script with its words, detached, its output in the folder's log. Gives the process number; −1 if there is none. */
export function launchProgram(words: readonly string[], folder: string, environment: Readonly<Record<string, string>>): number {
  const log = openSync(join(folder, WORKER_LOG), 'a')
  const child = spawn(nodeProgram(), [...words], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...memoryArenas(process.env), ...environment, ELECTRON_RUN_AS_NODE: '1' }
  })
  closeSync(log)
  // A program that cannot be started leaves no lock: the run library then says what it sees.
  child.on('error', () => undefined)
  child.unref()
  return child.pid ?? -1
}
