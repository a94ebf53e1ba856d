// Trains one run from its folder to its end: take the folder for this process, find the last checkpoint, prepare, loop.
// Whatever goes wrong in between is an event of the run. Read next: training-loop.ts (THE loop), prepare-run.ts.

import { basename } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { NewRunEvent, RunEvent } from '../../contract/run-events'
import { RUN_FILES } from '../../contract/run-format'
import { type LoadedCheckpoint, lastCheckpoint } from './checkpoint'
import { inheritAnswers } from './inherited-answers'
import { startLoopState } from './loop-state'
import { type PreparedRun, prepareRun } from './prepare-run'
import { type RunControl, openRunControl } from './run-control'
import { type OpenOptions, type RunFolder, openRunFolder, readRunConfig } from './run-folder'
import { takeLock } from './run-lock'
import { type RunEnd, RunFailure, TrainingLoop } from './training-loop'

export interface TrainRunOptions {
  readonly folder: string
  readonly appVersion: string
  readonly onEvent?: (event: RunEvent) => void
  /** Told how to command the run from inside this process (Ctrl-C). */
  readonly onControl?: (control: RunControl) => void
}

export interface RunResult {
  readonly end: RunEnd
  /** Of a failed run: whether its settings or data are wrong, or the work itself failed. */
  readonly fault?: 'input' | 'work'
}

/**
 * Trains the run of a folder: from its last checkpoint if it has one, else from its start. Never throws for what goes wrong
 * in the run (that is a failure event and the end `failed`); throws for a folder that is no run or that another
 * process has.
 */
export async function trainRun({ folder, appVersion, onEvent, onControl }: TrainRunOptions): Promise<RunResult> {
  let config = readRunConfig(folder)
  const lock = takeLock(folder)
  const control = openRunControl(folder)
  onControl?.(control)
  try {
    const { checkpoint, problems } = lastCheckpoint(folder)
    if (!checkpoint) config = inheritAnswers(folder, config)
    const iteration = checkpoint?.state.iteration ?? 0
    const run = openRunFolder(folder, { resume: checkpoint ? resumeFrom(checkpoint) : undefined, onEvent })
    try {
      for (const problem of problems) run.emit({ kind: 'note', text: `A damaged checkpoint was passed over: ${problem}` }, iteration)
      return await trainOpenRun({ config, run, control, checkpoint, appVersion })
    } finally {
      run.close()
    }
  } finally {
    control.close()
    lock.release()
  }
}

function resumeFrom({ folder, state }: LoadedCheckpoint): NonNullable<OpenOptions['resume']> {
  const sizeBytes = Object.values(state.files).reduce((sum, file) => sum + file.sizeBytes, 0)
  return { sequence: state.sequence, iteration: state.iteration, checkpoint: { folder: `${RUN_FILES.checkpoints}/${basename(folder)}`, sizeBytes } }
}

interface OpenRun {
  readonly config: RunConfig
  readonly run: RunFolder
  readonly control: RunControl
  readonly checkpoint: LoadedCheckpoint | undefined
  readonly appVersion: string
}

async function trainOpenRun({ config, run, control, checkpoint, appVersion }: OpenRun): Promise<RunResult> {
  const loop = checkpoint?.state.loop ?? undefined
  const emit = (event: NewRunEvent): RunEvent => {
    if (event.kind === 'progress') obeyWhilePreparing(control)
    return run.emit(event, loop?.round ?? 0)
  }
  let prepared: PreparedRun | undefined
  let loopOfRun: TrainingLoop | undefined
  try {
    emit({ kind: 'state', state: 'preparing', processId: process.pid })
    prepared = await prepareRun({ config, folder: run.folder, checkpoint, appVersion, emit })
    const start = checkpoint ? `goes on from checkpoint step-${checkpoint.state.iteration}` : prepared.start
    emit({ kind: 'state', state: 'running', reason: start, device: prepared.device, iterations: config.iterations, processId: process.pid, parameters: prepared.parameters })
    loopOfRun = new TrainingLoop(config, run, control, prepared.engine, prepared.course, loop ?? startLoopState(prepared.course.tasks))
    return { end: await loopOfRun.train() }
  } catch (error) {
    if (error instanceof BrokenOff) {
      emit({ kind: 'state', state: error.end, reason: `${error.end} while it was being prepared; Resume prepares it again` })
      return { end: error.end }
    }
    reportFailure(run, error, loopOfRun?.state.round ?? loop?.round ?? 0)
    return { end: 'failed', fault: error instanceof WorkbenchError ? error.fault : 'work' }
  } finally {
    prepared?.close()
  }
}

/** Told to end before the first step: thrown out of whatever is being prepared, which cleans up behind itself. */
class BrokenOff extends Error {
  constructor(readonly end: 'stopped' | 'paused') {
    super(`The preparation was broken off: ${end}`)
  }
}

/** Preparing takes long; between two of its reports it can be ended. Other commands wait for the loop. */
function obeyWhilePreparing(control: RunControl): void {
  const command = control.take()
  if (command === 'stop') throw new BrokenOff('stopped')
  if (command === 'leave') throw new BrokenOff('paused')
  if (command !== undefined) control.request(command)
}

function reportFailure(run: RunFolder, error: unknown, iteration: number): void {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof WorkbenchError) && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  const last = lastCheckpoint(run.folder).checkpoint
  const saved = last ? `Everything up to iteration ${last.state.iteration} is in a checkpoint; Resume goes on from there.` : 'There is no checkpoint yet; Resume starts again.'
  const remedy = error instanceof RunFailure ? `${error.remedy} ${saved}` : saved
  const task = error instanceof RunFailure && error.task ? { task: error.task } : {}
  run.emit({ kind: 'failure', message, ...task, remedy, ...(last ? { lastCheckpoint: `checkpoints/step-${last.state.iteration}` } : {}) }, iteration)
  run.emit({ kind: 'state', state: 'failed', reason: message }, iteration)
}
