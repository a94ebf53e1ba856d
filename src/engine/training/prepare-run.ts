// Before the first step: the data (made first if it is a mini-world that is not there), the backend, the engine, and the
// weights to start from. What takes long reports progress. Read next: task-course.ts, pretraining-course.ts, start-weights.ts.

import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { NewRunEvent } from '../../contract/run-events'
import { RUN_FILES } from '../../contract/run-format'
import { type BackendReport, loadBackend } from '../backend'
import type { EngineOptions } from '../execution/engine-options'
import type { StepEngine } from '../execution/step-engine'
import { makeWorld, readWorldNote } from '../mini-world/make-world'
import { type LoadedCheckpoint, readCheckpointArrays } from './checkpoint'
import type { Course } from './course'
import { environmentNow } from './environment'
import { liveHolder, takeLock } from './run-lock'
import { writeJson } from './run-folder'
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
  /** What it computes on, for the status bar. */
  readonly device: string
  /** What the weights are, in a sentence. */
  readonly start: string
}

/** The data of a kind of run: what its engine is made for, and the course on that engine. */
export interface OpenedData {
  readonly options: EngineOptions
  readonly notes: readonly string[]
  course(engine: StepEngine): Course
}

export async function prepareRun({ config, folder, checkpoint, appVersion, emit }: Preparation): Promise<PreparedRun> {
  // A start that cannot be is refused before minutes are spent on data.
  const weights = checkpoint ? undefined : startFile(config)
  await ensureData(config, emit)
  const backend = await loadBackend(config.backend)
  writeJson(join(folder, RUN_FILES.environment), environmentNow(appVersion, backend, __dirname))
  const data = await openData(config)
  for (const text of data.notes) emit({ kind: 'note', text })
  const engine = await createEngine(config, data.options, backend, emit)
  if (checkpoint) await engine.write(readCheckpointArrays(checkpoint.folder, 'all'))
  const start = weights === undefined ? 'starts from random weights' : `starts from ${basename(weights)}: ${describeMatch(await loadWeights(engine, weights))}`
  return { engine, course: data.course(engine), device: `${backend.device} (${engine.kind})`, start }
}

async function openData(config: RunConfig): Promise<OpenedData> {
  if (config.kind === 'pretrain') return (await import('./pretraining-course')).openPretraining(config)
  return (await import('./task-course')).openTasks(config)
}

/** Makes the configured mini-world if the data folder is not there; two runs that need it make it once. */
export async function ensureData(config: RunConfig, emit: (event: NewRunEvent) => void): Promise<void> {
  const { data: out, world: size, worldSeed: seed, kind } = config
  while (!existsSync(out)) {
    if (size === 'none') throw new WorkbenchError(`The data folder ${out} does not exist. Give the folder with the data sets as published (data=…), or let a mini-world be made (world=mini).`)
    const place = `${out}.making`
    mkdirSync(place, { recursive: true })
    if (liveHolder(join(place, RUN_FILES.lock))) {
      emit({ kind: 'progress', what: 'waiting for another run that makes the mini-world', done: 0, total: 1 })
      await new Promise((resolve) => setTimeout(resolve, 1000))
      continue
    }
    const lock = takeLock(place)
    try {
      if (!existsSync(out)) {
        mkdirSync(dirname(out), { recursive: true })
        await makeWorld({ out, size, seed, parts: kind === 'pretrain' ? 'all' : 'twelve', onProgress: throttled(emit) })
      }
    } finally {
      lock.release()
      rmSync(place, { recursive: true, force: true })
    }
  }
  if (kind === 'pretrain' && readWorldNote(out)?.parts === 'twelve') {
    throw new WorkbenchError(`The mini-world in ${out} was made without the captions for pre-training. Give another folder, for example --set data=${out}-all; it is made first.`)
  }
}

/** At most ten progress events a second, the last of each kind always. */
function throttled(emit: (event: NewRunEvent) => void): (progress: { what: string; done: number; total: number }) => void {
  let lastAt = 0
  return ({ what, done, total }) => {
    if (done < total && Date.now() - lastAt < 100) return
    lastAt = Date.now()
    emit({ kind: 'progress', what: `making the mini-world: ${what}`, done, total })
  }
}

/** The compiled engine where the native library is there; else plain TensorFlow.js, with a note. */
export async function createEngine(config: RunConfig, options: EngineOptions, backend: BackendReport, emit: (event: NewRunEvent) => void): Promise<StepEngine> {
  const native = backend.name === 'cuda' || backend.name === 'cpu'
  if (config.engine === 'compiled' && native) {
    const { createCompiledEngine } = await import('../execution/compiled-engine')
    return createCompiledEngine(options, ({ what, done, total }) => emit({ kind: 'progress', what: `compiling ${what}`, done, total }))
  }
  if (config.engine === 'compiled') emit({ kind: 'note', text: `The compiled engine needs TensorFlow's native library; this run uses plain TensorFlow.js on ${backend.device}, which is slower. ${backend.problems.join(' ')}` })
  const { createEagerEngine } = await import('../execution/eager-engine')
  return createEagerEngine(options)
}
