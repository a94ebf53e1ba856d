// Before the first step: the data (made first if it is a mini-world that is not there), the backend, the engine, and the
// weights to start from. What takes long reports progress. Read next: task-course.ts, pretraining-course.ts, start-weights.ts.

import { basename, join } from 'node:path'
import { countParts } from '../../contract/model-parts'
import { check } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { NewRunEvent, StateEvent } from '../../contract/run-events'
import { RUN_FILES } from '../../contract/run-format'
import { type BackendReport, loadBackend } from '../backend'
import { type EngineOptions, engineModel } from '../execution/engine-options'
import { withSmallerParts } from '../execution/out-of-memory'
import type { StepEngine } from '../execution/step-engine'
import { openSource } from '../pipeline/data-source'
import { roundOrder } from '../schedule/round-robin'
import { chooseThreads } from '../threads'
import { trunkWidth } from '../trunk/trunk-config'
import { type LoadedCheckpoint, checkpointPortions } from './checkpoint'
import type { Course, CourseTask } from './course'
import type { BatchPlace, CourseFacts } from './course-data'
import { ensureData } from './data-folder'
import { environmentNow } from './environment'
import { writeJson } from './run-folder'
import { configuredOptions, fittedOptions } from './run-forecast'
import { describeMatch, loadWeights, startFile } from './start-weights'

export interface Preparation {
  readonly config: RunConfig
  /** The run's folder. */
  readonly folder: string
  readonly checkpoint: LoadedCheckpoint | undefined
  readonly appVersion: string
  emit(event: NewRunEvent): void
}

export interface PreparedRun {
  readonly engine: StepEngine
  readonly course: Course
  /** Frees engine and data. */
  close(): void
  /** What it computes on, for the status bar. */
  readonly device: string
  /** What the weights are, in a sentence. */
  readonly start: string
  /** Parameters of the model by part, for the window. */
  readonly parameters: NonNullable<StateEvent['parameters']>
}

/** The opened data of a run. */
interface OpenedData {
  readonly facts: CourseFacts
  course(engine: StepEngine): Course
  close(): void
}

export async function prepareRun({ config, folder, checkpoint, appVersion, emit }: Preparation): Promise<PreparedRun> {
  // A start that cannot be is refused before minutes are spent on data.
  const weights = checkpoint ? undefined : startFile(config)
  await ensureData(config, emit)
  // The data are read on their thread while TensorFlow is loaded on this one.
  const [data, backend] = await both(openData(config, checkpoint), loadedBackend(config))
  let engine: StepEngine | undefined
  try {
    writeJson(join(folder, RUN_FILES.environment), environmentNow(appVersion, backend, __dirname))
    const { options, notes } = data.facts
    for (const text of notes) emit({ kind: 'note', text })
    engine = await createEngine(config, checkpoint ? { ...options, weights: 'loaded' } : options, backend, emit)
    if (checkpoint) await writeCheckpoint(engine, checkpoint.folder)
    const start = weights === undefined ? 'starts from random weights' : `starts from ${basename(weights)}: ${describeMatch(await loadWeights(engine, weights))}`
    const parameters = Object.fromEntries(countParts(engineModel(options)).map(({ id, parameters: count }) => [id, count]))
    const close = (): void => {
      made.dispose()
      data.close()
    }
    const made = engine
    return { engine, course: data.course(engine), close, device: `${backend.device} (${engine.kind})`, start, parameters }
  } catch (error) {
    engine?.dispose()
    data.close()
    throw error
  }
}

function loadedBackend(config: RunConfig): Promise<BackendReport> {
  chooseThreads(trunkWidth(config.model))
  return loadBackend(config.backend, config)
}

/** Both results; if the second fails, the data that were opened meanwhile are closed. */
async function both<T>(opening: Promise<OpenedData>, other: Promise<T>): Promise<[OpenedData, T]> {
  const [data, found] = await Promise.allSettled([opening, other])
  if (data.status === 'rejected') throw data.reason
  if (found.status === 'fulfilled') return [data.value, found.value]
  data.value.close()
  throw found.reason
}

/** Reads the run's data, on a thread where there is one; the batches that come first are made at once. */
async function openData(config: RunConfig, checkpoint: LoadedCheckpoint | undefined): Promise<OpenedData> {
  const numbers = checkpoint?.state.loop?.batches ?? {}
  const firstOf = (tasks: readonly CourseTask[]): BatchPlace[] => tasks.map((task) => ({ task, split: 'train', number: numbers[task] ?? 0 }))
  if (config.kind === 'pretrain') {
    const source = await openSource({ config, first: firstOf(['pretraining']), openHere: async () => (await import('./pretraining-course')).openPretraining(config) })
    const { pretrainingCourse } = await import('./pretraining-course')
    return { facts: source, course: (engine) => pretrainingCourse(config, source, engine), close: source.close }
  }
  const source = await openSource({ config, first: firstOf(roundOrder(config.tasks)), openHere: async () => (await import('./task-course')).openTasks(config) })
  const { taskCourse } = await import('./task-course')
  return { facts: source, course: (engine) => taskCourse(config, source, engine), close: source.close }
}

/** All weights come from the checkpoint: the engine has drawn none. */
async function writeCheckpoint(engine: StepEngine, folder: string): Promise<void> {
  const missing = new Set(engine.list('weights').map(({ name }) => name))
  for (const arrays of checkpointPortions(folder)) {
    await engine.write(arrays)
    for (const { name } of arrays) missing.delete(name)
  }
  const [first] = missing
  check(first === undefined, () => `The checkpoint ${folder} lacks ${missing.size} of the model's weights, ${first ?? ''} among them: it belongs to a model of another size. Start a new run from it with --set start=${folder}.`)
}

/**
 * The compiled engine where the native library is there; else plain TensorFlow.js, with a note. A training engine answers a
 * lack of memory with smaller parts of a batch.
 */
export async function createEngine(
  config: RunConfig, data: EngineOptions, backend: BackendReport, emit: (event: NewRunEvent) => void, purpose: 'train' | 'predict' = 'train'
): Promise<StepEngine> {
  const note = (text: string): void => emit({ kind: 'note', text })
  const options = purpose === 'train' ? fittedOptions(config, data, backend, note) : configuredOptions(config, data)
  const native = backend.name === 'cuda' || backend.name === 'cpu'
  if (config.engine === 'compiled' && native) {
    const { createCompiledEngine } = await import('../execution/compiled-engine')
    const make = (chosen: EngineOptions): Promise<StepEngine> =>
      createCompiledEngine(chosen, ({ what, done, total }) => emit({ kind: 'progress', what: `compiling ${what}`, done, total }), purpose)
    return purpose === 'train' ? withSmallerParts(options, make, note) : make(options)
  }
  if (config.engine === 'compiled') note(`The compiled engine needs TensorFlow's native library; this run uses plain TensorFlow.js on ${backend.device}, which is slower. ${backend.problems.join(' ')}`)
  const { createEagerEngine } = await import('../execution/eager-engine')
  return purpose === 'train' ? withSmallerParts(options, createEagerEngine, note) : createEagerEngine(options)
}
