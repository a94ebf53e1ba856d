// The command `evaluate`: opens the data and weights of a run or checkpoint, measures one split of one task, and writes
// predictions as the data set's evaluation server takes them. Read next: evaluate.ts, submission.ts.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { WorkbenchError } from '../../contract/check'
import { type RunConfig, parseSettings, resolveConfig } from '../../contract/run-config'
import { RUN_FILES } from '../../contract/run-format'
import { type TaskId, taskById } from '../../contract/task-catalog'
import { loadBackend } from '../backend'
import { type TaskBatches, createBatches } from '../data/batcher'
import type { SplitName } from '../data/example'
import { type TaskData, openTaskData } from '../data/task-data'
import type { StepEngine } from '../execution/step-engine'
import { roundOrder } from '../schedule/round-robin'
import { rankMetrics, rankTask } from '../tasks/retrieval-ranks'
import { CHECKPOINT_FILES, openCheckpoint } from './checkpoint'
import { evaluateBatches } from './evaluate'
import { createEngine } from './prepare-run'
import { readRunConfig } from './run-folder'
import { type MatchReport, loadWeights, weightsFile } from './start-weights'
import { submission } from './submission'
import { taskEngineOptions } from './task-course'

export interface EvaluateRequest {
  /** Run folder, checkpoint folder or weights file. */
  readonly from: string
  readonly task: TaskId
  readonly split: SplitName
  /** At most so many examples; 0 for all. */
  readonly limit: number
  /** `key=value`, over the model's own configuration. */
  readonly settings: readonly string[]
  /** The configuration of a weights file that has none of its own. */
  fallback(): RunConfig
  onProgress(progress: { readonly what: string; readonly done: number; readonly total: number }): void
}

export interface EvaluateReport {
  readonly task: TaskId
  readonly split: SplitName
  readonly metrics: Readonly<Record<string, number>>
  readonly examples: number
  readonly seconds: number
}

export async function evaluateRun(request: EvaluateRequest): Promise<{ report: EvaluateReport; predictions: string }> {
  const { task, split, limit } = request
  const started = performance.now()
  const file = weightsFile(request.from)
  const config = resolveConfig(configOf(request.from, file) ?? request.fallback(), parseSettings(request.settings))
  // The whole run's tasks are opened: answer vocabularies and shapes must be those of training.
  const tasks = roundOrder([...new Set([...config.tasks, task])])
  const data = openTaskData({ root: config.data, tasks, config: { ...config, validationExamples: 0 } })
  const backend = await loadBackend(config.backend)
  const options = taskEngineOptions(config, data)
  const shapes = options.shapes.filter((shape) => shape.task === task)
  const engine = await createEngine(config, { ...options, shapes }, backend, () => undefined, 'predict')
  try {
    refuseUntrained(task, file, await loadWeights(engine, file))
    const batches = batchesOf(data, task, split, limit)
    const total = batches.chosen.length
    let done = 0
    const gate = async (): Promise<boolean> => {
      request.onProgress({ what: 'examples', done: Math.min(done, total), total })
      done += batches.shape.examples
      return true
    }
    const result = await evaluateBatches(engine, data, batches, gate)
    if (!result) throw new Error('The evaluation was broken off')
    const ranks = taskById(task).objective === 'alternatives' ? await rankAll(engine, data, batches, request) : {}
    const { metrics, constantGuess, textOnlyGuess } = result.numbers
    const report = {
      task, split, metrics: { ...metrics, constantGuess, textOnlyGuess, ...ranks }, examples: result.numbers.examples, seconds: (performance.now() - started) / 1000
    }
    return { report, predictions: submission(data, batches, result.evaluation) }
  } finally {
    engine.dispose()
  }
}

/** The configuration that weights were trained with: of the run they are in, or of their checkpoint. */
function configOf(from: string, file: string): RunConfig | undefined {
  if (existsSync(join(from, RUN_FILES.config))) return readRunConfig(from)
  const folder = dirname(file)
  return existsSync(join(folder, CHECKPOINT_FILES.state)) ? openCheckpoint(folder).state.config : undefined
}

/** Weights of another size, or without this task's head, would give numbers that mean nothing. */
function refuseUntrained(task: TaskId, file: string, { missing, shapeDiffers }: MatchReport): void {
  if (shapeDiffers.length > 0) throw new WorkbenchError(`${file} does not fit this configuration: ${shapeDiffers.slice(0, 3).join('; ')}. Give the settings it was trained with: --preset, --set.`)
  const needed = missing.filter((name) => name.startsWith('bert.') || name.startsWith('vil_'))
  if (needed.length > 0) throw new WorkbenchError(`${file} cannot be evaluated on ${task}: it lacks ${needed.slice(0, 3).join(', ')}${needed.length > 3 ? ` and ${needed.length - 3} more` : ''}.`)
}

function batchesOf(data: TaskData, task: TaskId, split: SplitName, limit: number): TaskBatches {
  const found = split === 'train' ? data.train(task) : split === 'val' ? data.val(task) : data.test(task)
  if (!found) throw new WorkbenchError(`${task} has no ${split} split with answers in its data; use --split val.`)
  return limit === 0 ? found : createBatches(data.context(task), found.shape, found.split, limit)
}

/** Every caption against every picture of the examples: R@1, R@5, R@10 and ranks. */
async function rankAll(engine: StepEngine, data: TaskData, batches: TaskBatches, { task, onProgress }: EvaluateRequest): Promise<Readonly<Record<string, number>>> {
  const chosen = { ...batches.split, examples: batches.chosen.flatMap((index) => batches.split.examples[index] ?? []) }
  const ranking = rankTask(data.context(task), batches.shape, chosen, [...chosen.examples.keys()])
  const total = ranking.captions * ranking.pictures
  const scores = new Float32Array(total)
  let done = 0
  for (const { batch, store } of ranking.batches()) {
    const { logits } = await engine.predict(batch)
    store(logits, scores)
    done += batch.rows
    onProgress({ what: 'pairs', done: Math.min(done, total), total })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { ...rankMetrics(scores, ranking.pictures, ranking.right), captions: ranking.captions, pictures: ranking.pictures }
}
