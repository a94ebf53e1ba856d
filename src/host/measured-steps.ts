// What the steps of runs like a planned one took: the end of their event files, newest runs first. The window's new-run
// form and `presets forecast --runs` ask for it. Read next: contract/run-time.ts.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { RunConfig } from '../contract/run-config'
import { RUN_FILES, parseEventLines } from '../contract/run-format'
import { type MeasuredSteps, joinMeasured, measureSteps, stepKey } from '../contract/run-time'

/** Some thousand steps: enough for a mean, and read in milliseconds. */
const TAIL_BYTES = 1 << 20
/** Runs that are looked into. */
const MOST_RUNS = 5

export interface KnownRun {
  readonly id: string
  readonly folder: string
  readonly config: RunConfig
  readonly device: string
}

/** Null where no run of the list has the planned run's model and batch and has stepped. `runs`: newest first. */
export function measuredSteps(runs: readonly KnownRun[], planned: RunConfig): MeasuredSteps | null {
  const alike = runs.filter(({ config }) => stepKey(config) === stepKey(planned)).slice(0, MOST_RUNS)
  return joinMeasured(alike.flatMap(({ id, folder, device }) => {
    const tasks = measureSteps(tailEvents(join(folder, RUN_FILES.events)))
    return tasks ? [{ id, device, tasks }] : []
  }))
}

function tailEvents(path: string): Parameters<typeof measureSteps>[0] {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, size - bytes.length))
    // The first line may have lost its beginning.
    const whole = size > bytes.length ? text.slice(text.indexOf('\n') + 1) : text
    return parseEventLines(whole).events.flatMap((event) => (event.kind === 'step' || event.kind === 'validation' ? [event] : []))
  } finally {
    closeSync(file)
  }
}
