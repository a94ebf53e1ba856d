// `train --fork RUN[@STEP]`: "what if" from here on. A new run with the settings and the weights of another one's
// checkpoint, except for what --set changes; its optimizer and its schedule begin anew. Read next: new-run.ts,
// contract/run-parent.ts (how the parent is found again).

import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { WorkbenchError } from '../contract/check'
import type { RunConfig } from '../contract/run-config'
import { RUN_FILES } from '../contract/run-format'
import { lastCheckpoint } from '../engine/training/checkpoint'
import { readRunConfig, stepNumbers } from '../engine/training/run-folder'

/** The settings of a fork before --set: the parent's, from that checkpoint. */
export function forkedConfig(text: string): RunConfig {
  const { folder, step } = parentPlace(text)
  const config = readRunConfig(folder)
  return { ...config, name: `${config.name}-from-${step}`, start: join(folder, RUN_FILES.checkpoints, `step-${step}`) }
}

/** `RUN`, `RUN@STEP` or the folder of a checkpoint. */
function parentPlace(text: string): { readonly folder: string; readonly step: number } {
  const [, inRun, folderStep] = /^(.*)[/\\]checkpoints[/\\]step-(\d+)[/\\]?$/.exec(text) ?? []
  const [, before = text, asked] = /^(.*)@(\d+)$/.exec(text) ?? []
  const folder = resolve(inRun ?? (existsSync(text) ? text : before))
  const wanted = folderStep ?? (existsSync(text) ? undefined : asked)
  if (!existsSync(join(folder, RUN_FILES.config))) throw new WorkbenchError(`--fork names '${text}', but ${folder} is no run folder; give RUN or RUN@STEP, for example --fork runs/demo@40.`)
  const steps = stepNumbers(join(folder, RUN_FILES.checkpoints), /^step-(\d+)$/)
  if (wanted !== undefined) {
    if (steps.includes(Number(wanted))) return { folder, step: Number(wanted) }
    throw new WorkbenchError(`Run ${basename(folder)} has no checkpoint of iteration ${wanted}; it has ${steps.length === 0 ? 'none' : [...steps].reverse().join(', ')}. More are kept with keepCheckpoints.`)
  }
  const { checkpoint } = lastCheckpoint(folder)
  if (!checkpoint) throw new WorkbenchError(`Run ${folder} has no checkpoint yet, so nothing can start from it.`)
  return { folder, step: checkpoint.state.iteration }
}
