// How many runs fit on this machine at a time: one a graphics card, else as many as cores and memory allow, each with its
// share of the cores. Pure but for the look at the machine. Read next: local.ts.

import { cpus, freemem } from 'node:os'
import { readdirSync } from 'node:fs'
import type { RunConfig } from '../../contract/run-config'

export interface Machine {
  readonly cores: number
  readonly freeBytes: number
  readonly gpus: number
}

/** Memory of one training process by model size, with room to spare (measured for tiny and mini on the mini-world). */
const GIGABYTES: Readonly<Record<RunConfig['model'], number>> = { tiny: 0.8, mini: 1.5, paper: 14 }

export function machineNow(): Machine {
  return { cores: cpus().length, freeBytes: freemem(), gpus: graphicsCards() }
}

/** Cards as the driver lists them; 0 where there is none. */
function graphicsCards(): number {
  try {
    return readdirSync('/proc/driver/nvidia/gpus').length
  } catch {
    return 0
  }
}

/** At least one; cards before cores; a core is left for the window where there are four or more. */
export function automaticJobs({ cores, freeBytes, gpus }: Machine, model: RunConfig['model']): number {
  const byMemory = Math.floor(freeBytes / (GIGABYTES[model] * 1e9))
  const byProcessor = gpus > 0 ? gpus : cores >= 4 ? cores - 1 : cores
  return Math.max(1, Math.min(byMemory, byProcessor))
}

/** Threads of TensorFlow for one of several runs. */
export function threadsOfJob(cores: number, jobs: number): number {
  return Math.max(1, Math.floor(cores / jobs))
}
