// A run's folder: made once, opened by the one process that trains it. Everything the run says goes through `emit`.
// Names of its files: contract/run-format.ts. Read next: event-log.ts, tensorboard.ts, run-lock.ts, checkpoint.ts.

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { type RunConfig, configProblems, defaultConfig, resolveConfig } from '../../contract/run-config'
import type { NewRunEvent, RunEvent } from '../../contract/run-events'
import { RUN_FILES } from '../../contract/run-format'
import type { SamplePrediction } from '../../contract/sample-prediction'
import type { TaskId } from '../../contract/task-catalog'
import { TEST_OUTCOMES_FILE, type TestOutcomes } from '../../contract/test-outcomes'
import { cutEvents, openEventLog } from './event-log'
import { openTensorboard } from './tensorboard'

/** Prediction files that are kept for each task. */
const KEPT_PREDICTIONS = 2

export interface RunFolder {
  readonly folder: string
  emit(event: NewRunEvent, iteration: number): RunEvent
  /** Everything so far is on the disk; false if the disk is full. */
  sync(): boolean
  sequence(): number
  /** Writes a task's sample predictions; the file's path relative to the run folder. */
  writePredictions(task: TaskId, iteration: number, samples: readonly SamplePrediction[]): string
  /** Writes what the final test says of each example. */
  writeTestOutcomes(outcomes: TestOutcomes): void
  close(): void
}

export interface OpenOptions {
  /** Where a resumed run goes on; absent for a new run. */
  readonly resume?: { readonly sequence: number; readonly iteration: number; readonly checkpoint?: { readonly folder: string; readonly sizeBytes: number } }
  readonly onEvent?: (event: RunEvent) => void
}

/** Makes the folder of a new run. Refused if there is a run in it already. */
export function createRunFolder(folder: string, config: RunConfig): void {
  const file = join(folder, RUN_FILES.config)
  if (existsSync(file)) {
    throw new WorkbenchError(`There is a run in ${folder} already. Add --resume to go on with it, or choose another folder with --run.`)
  }
  mkdirSync(folder, { recursive: true })
  writeJson(file, config)
}

/** The configuration of a run; a missing or damaged one is refused with what is wrong. */
export function readRunConfig(folder: string): RunConfig {
  const file = join(folder, RUN_FILES.config)
  if (!existsSync(file)) throw new WorkbenchError(`${folder} is no run folder: it has no ${RUN_FILES.config}.`)
  return readConfigFile(file, defaultConfig())
}

/** A configuration file: JSON object with some or all settings, over a base. */
export function readConfigFile(file: string, base: RunConfig): RunConfig {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new WorkbenchError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new WorkbenchError(`${file} holds ${Array.isArray(content) ? 'a list' : String(content)}; it must be a JSON object of settings.`)
  }
  const differences = content as Readonly<Record<string, unknown>>
  const problems = configProblems(differences)
  if (problems.length > 0) throw new WorkbenchError(`${file}: ${problems.join(' ')}`)
  return resolveConfig(base, differences)
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export function writeJson(file: string, value: unknown): void {
  const temporary = `${file}.tmp-${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(temporary, file)
}

/**
 * Opens the folder for training. On resume the events after the checkpoint are cut off first, and TensorBoard is told to
 * forget them; so whatever was done twice is seen once.
 */
export function openRunFolder(folder: string, { resume, onEvent }: OpenOptions = {}): RunFolder {
  const eventFile = join(folder, RUN_FILES.events)
  const cut = cutEvents(eventFile, resume?.sequence ?? 0)
  const log = openEventLog(eventFile, cut.lastSequence)
  const tensorboard = openTensorboard(join(folder, RUN_FILES.tensorboard), resume?.iteration)
  // A checkpoint in the middle of a round: the steps of that round before it are kept, and TensorBoard was told to forget them.
  for (const event of resume ? cut.kept : []) if (event.iteration >= (resume?.iteration ?? 0)) tensorboard.add(event)

  const emit = (event: NewRunEvent, iteration: number): RunEvent => {
    const whole = log.append(event, iteration)
    tensorboard.add(whole)
    onEvent?.(whole)
    return whole
  }
  // A checkpoint's own event comes when it is whole, some steps later: where those steps are undone, it is told again.
  const announced = cut.kept.some((event) => event.kind === 'checkpoint' && event.iteration === resume?.iteration)
  if (resume?.checkpoint && !announced) emit({ kind: 'checkpoint', ...resume.checkpoint, milliseconds: 0 }, resume.iteration)
  if (cut.dropped > 0) {
    const after = resume ? 'after the checkpoint' : 'of an attempt without a checkpoint'
    emit({ kind: 'note', text: `${cut.dropped} events ${after} were dropped; their steps are trained again.` }, resume?.iteration ?? 0)
  }
  return {
    folder,
    emit,
    sync: () => log.flush(true),
    sequence: () => log.sequence(),
    writePredictions(task, iteration, samples) {
      const relative = `${RUN_FILES.predictions}/${task}/step-${iteration}.json`
      const taskFolder = join(folder, RUN_FILES.predictions, task)
      mkdirSync(taskFolder, { recursive: true })
      writeJson(join(folder, relative), samples)
      for (const old of stepNumbers(taskFolder, /^step-(\d+)\.json$/).slice(KEPT_PREDICTIONS)) rmSync(join(taskFolder, `step-${old}.json`), { force: true })
      return relative
    },
    writeTestOutcomes(outcomes) {
      const taskFolder = join(folder, RUN_FILES.predictions, outcomes.task)
      mkdirSync(taskFolder, { recursive: true })
      writeJson(join(taskFolder, TEST_OUTCOMES_FILE), outcomes)
    },
    close() {
      log.close()
      tensorboard.flush()
    }
  }
}

/** Numbers in the names of a folder's entries, highest first; none if there is no such folder. */
export function stepNumbers(folder: string, pattern: RegExp): number[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => pattern.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => b - a)
}
