// How many runs train at the same time, and with how many threads each. Small models do not fill several cores: runs side
// by side with one thread each do more work than one after the other (docs/benchmarks.md). The number of threads changes no
// result. Pure, but for the setting's file. Read next: run-manager.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunConfig } from '../contract/run-config'
import type { SideBySide } from '../contract/workbench-api'
import { type Workspace, writeFileAtomic } from './workspace'

export interface Computer {
  readonly cores: number
  readonly memoryBytes: number
}

/** Memory of a run's process, measured with the presets' batches and rounded up; in bytes. */
const MEMORY: Readonly<Record<RunConfig['model'], number>> = { tiny: 0.8e9, mini: 1.6e9, paper: 12e9 }
/** Share of the computer's memory that runs may take. */
const FOR_RUNS = 0.75

/** Whether one more run may start beside those that are busy; the first may always. */
export function hasPlace(setting: SideBySide, computer: Computer, busy: readonly RunConfig['model'][], next: RunConfig['model']): boolean {
  if (busy.length === 0) return true
  if (setting !== 'auto') return busy.length < setting
  const needed = [...busy, next].reduce((sum, model) => sum + MEMORY[model], 0)
  return busy.length < computer.cores && needed <= FOR_RUNS * computer.memoryBytes
}

/** Runs of the mini model that train at the same time, for the settings page. */
export function placesOf(setting: SideBySide, computer: Computer): number {
  let places = 1
  while (hasPlace(setting, computer, Array.from({ length: places }, () => 'mini' as const), 'mini')) places += 1
  return places
}

/** Environment of a run that starts when `together` runs share the computer: nothing for a lone run, which takes all cores. */
export function threadSettings(together: number, { cores }: Computer): Readonly<Record<string, string>> {
  if (together <= 1) return {}
  const threads = String(Math.max(1, Math.floor(cores / together)))
  return { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: threads }
}

const settingsFile = (workspace: Workspace): string => join(workspace.root, 'workbench.json')

/** The workspace's setting; `auto` if there is none or it cannot be read. */
export function readSideBySide(workspace: Workspace): SideBySide {
  try {
    const { sideBySide } = JSON.parse(readFileSync(settingsFile(workspace), 'utf8')) as { sideBySide?: unknown }
    return typeof sideBySide === 'number' && Number.isInteger(sideBySide) && sideBySide >= 1 ? sideBySide : 'auto'
  } catch {
    return 'auto'
  }
}

export function writeSideBySide(workspace: Workspace, sideBySide: SideBySide): void {
  writeFileAtomic(settingsFile(workspace), `${JSON.stringify({ sideBySide }, null, 2)}\n`)
}
