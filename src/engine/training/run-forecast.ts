// The forecast of a run's configuration before it starts, and how many rows fit into this machine's memory.
// Read next: ../execution/forecast.ts, prepare-run.ts.

import { existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { targetWidth } from '../../contract/expected-run'
import { USABLE_SHARE, deviceBytes } from '../../contract/memory-forecast'
import { RELEASED_SIZES } from '../../contract/model-sizes'
import type { RunConfig } from '../../contract/run-config'
import type { RunForecast } from '../../contract/run-forecast'
import { PRETRAINING_REFERENCE, type TaskId, examplesOfBatch, taskById } from '../../contract/task-catalog'
import type { BackendReport } from '../backend'
import type { EngineOptions } from '../execution/engine-options'
import { fittingMicroBatch, forecast } from '../execution/forecast'
import type { TaskShape } from '../execution/step-engine'
import { roundOrder } from '../schedule/round-robin'
import { modelConfig } from '../trunk/trunk-config'
import { optimizerOptions } from './task-course'

/** Adds to what the data ask of an engine what the configuration does; `microBatch=auto` stays open. */
export function configuredOptions(config: RunConfig, data: EngineOptions): EngineOptions {
  return { ...data, freeze: config.freeze, ...(config.microBatch === 'auto' ? {} : { microBatch: config.microBatch }) }
}

/** The same with `microBatch=auto` settled: absent where whole batches fit. `note` is told where they do not. */
export function fittedOptions(config: RunConfig, data: EngineOptions, backend: BackendReport, note: (text: string) => void): EngineOptions {
  const options = configuredOptions(config, data)
  if (config.microBatch !== 'auto') return options
  const bytes = USABLE_SHARE * deviceBytes(backend, totalmem())
  const microBatch = fittingMicroBatch(options, bytes)
  if (microBatch === undefined) return options
  const gigabytes = (count: number): string => (count / 1e9).toFixed(1)
  note(`Whole batches would need ${gigabytes(forecast(options, 'run').peakBytes)} GB of ${gigabytes(bytes / USABLE_SHARE)} GB memory. Batches are computed in parts of at most ${microBatch} rows (microBatch=${microBatch}), with the same update.`)
  return { ...options, microBatch }
}

/**
 * The forecast of a configuration: with the sizes of its data where they are there, else with the reference's longest texts
 * and regions (spec 3.1). `microBatch=auto` is settled for a memory of `usableBytes`; null: whole batches.
 */
export async function runForecast(config: RunConfig, usableBytes: number): Promise<RunForecast & { readonly sizes: 'data' | 'reference'; readonly microBatch: number | null }> {
  const there = existsSync(config.data)
  const options = configuredOptions(config, there ? await dataOptions(config) : referenceOptions(config))
  const microBatch = options.microBatch ?? fittingMicroBatch(options, usableBytes)
  const forecasted = forecast(microBatch === undefined ? options : { ...options, microBatch }, 'run')
  return { ...forecasted, sizes: there ? 'data' : 'reference', microBatch: microBatch ?? null }
}

async function dataOptions(config: RunConfig): Promise<EngineOptions> {
  const opened = config.kind === 'pretrain' ? (await import('./pretraining-course')).openPretraining(config) : (await import('./task-course')).openTasks(config)
  return opened.options
}

/** Sizes of the published data, as the reference uses them. */
function referenceOptions(config: RunConfig): EngineOptions {
  const model = modelConfig(config.model, RELEASED_SIZES, config.visualTarget)
  const common = { model, seed: config.seed, optimizer: optimizerOptions(config), dropout: config.dropout }
  if (config.kind === 'pretrain') {
    const { batch, maxWords: words, maxRegions: regions } = PRETRAINING_REFERENCE
    const rows = config.batchRows === 'reference' ? batch : config.batchRows
    return { ...common, shapes: [], pretraining: { rows, words, regions, classes: RELEASED_SIZES.classes }, taskToken: 'none' }
  }
  return { ...common, shapes: roundOrder(config.tasks).map((task) => referenceShape(task, config)), taskToken: config.taskToken }
}

function referenceShape(task: TaskId, config: RunConfig): TaskShape {
  const { head, reference } = taskById(task)
  const { maxWords: words, maxRegions: regions } = reference
  return {
    task, words, regions, examples: examplesOfBatch(task, config.batchRows),
    targetWidth: targetWidth(head, { ...RELEASED_SIZES, regions })
  }
}
