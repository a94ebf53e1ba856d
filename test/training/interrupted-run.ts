// Runs of the real command line that are interrupted in mid-run, and what of a run must not show it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { RUN_FILES, parseEventLines } from '../../src/contract/run-format'
import type { RunEvent } from '../../src/contract/run-events'
import { runCli, startCli } from '../cli/run-cli'

/** Three kinds of batches, dropout and Stop-and-Go, validations and checkpoints that do not fall together. */
export const SETTINGS = ['tasks=vqa,coco,refcoco', 'iterations=48', 'validateEvery=6', 'checkpointEvery=5', 'validationExamples=8', 'dropout=0.1', 'stopAndGo=true', 'backend=cpu']

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
}

/** Words that start the run in a folder. */
export function trainWords(run: string, data: string, more: readonly string[] = []): string[] {
  return ['train', '--preset', 'tiny', '--run', run, '--json', '--set', ...SETTINGS, `data=${data}`, ...more]
}

/** Trains to the end; throws with what was printed if it did not get there. */
export function trainThrough(run: string, data: string, more: readonly string[] = []): void {
  const { status, stderr } = runCli(trainWords(run, data, more))
  if (status !== 0) throw new Error(`The run ended with ${status}: ${stderr}`)
}

/** Starts a run (or resumes it) and sends a signal when an event comes. */
export async function interruptAt(words: readonly string[], signal: NodeJS.Signals, when: (event: RunEvent) => boolean): Promise<Ended> {
  const child = startCli(words)
  const ended = new Promise<Ended>((resolve) => child.on('exit', (status, by) => resolve({ status, signal: by })))
  let sent = false
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (sent || !when(JSON.parse(line) as RunEvent)) return
      sent = true
      child.kill(signal)
    })
  }
  return ended
}

export function eventsOf(run: string): RunEvent[] {
  return parseEventLines(readFileSync(join(run, RUN_FILES.events), 'utf8')).events
}

/** Everything of the curve but the clock. */
export function curveOf(run: string): unknown[] {
  return eventsOf(run)
    .filter(({ kind }) => ['step', 'validation', 'stopAndGo'].includes(kind))
    .map((event) => ({ ...event, sequence: 0, time: 0, milliseconds: 0 }))
}

/** All weights and moments at the end. */
export function finalWeights(run: string): Buffer[] {
  return ['model', 'optimizer'].map((name) => readFileSync(join(run, RUN_FILES.checkpoints, 'step-48', `${name}.safetensors`)))
}
