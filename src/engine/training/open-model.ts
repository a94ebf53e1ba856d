// A trained model with its data, to be asked: for `evaluate`, `predict` and `grounding`. The weights are a run's last
// checkpoint, a checkpoint folder or a file. Read next: evaluate-run.ts.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { type RunConfig, parseSettings, resolveConfig } from '../../contract/run-config'
import { RUN_FILES } from '../../contract/run-format'
import type { TaskId } from '../../contract/task-catalog'
import { type BackendReport, loadBackend } from '../backend'
import { type TaskData, openTaskData } from '../data/task-data'
import type { EngineOptions } from '../execution/engine-options'
import { type ForwardEngine, createForwardEngine } from '../execution/forward-engine'
import type { ForwardPlan } from '../execution/forward-plan'
import type { StepEngine } from '../execution/step-engine'
import { chooseThreads } from '../threads'
import { trunkWidth } from '../trunk/trunk-config'
import { CHECKPOINT_FILES, openCheckpoint, readArrays } from './checkpoint'
import { openedTasks } from './inherited-answers'
import { createEngine } from './prepare-run'
import { readRunConfig } from './run-folder'
import { type MatchReport, loadWeights, weightsFile } from './start-weights'
import { taskEngineOptions } from './task-course'

export interface ModelRequest {
  /** Run folder, checkpoint folder or weights file. */
  readonly from: string
  /** What the model will be asked. */
  readonly tasks: readonly TaskId[]
  /** `key=value`, over the model's own configuration. */
  readonly settings: readonly string[]
  /** The configuration of a weights file that has none of its own. */
  fallback(): RunConfig
}

export interface OpenedModel {
  readonly config: RunConfig
  readonly data: TaskData
  /** Makes the steps of the wanted tasks; each call a new engine with the model's weights, to be disposed of. */
  engine(): Promise<StepEngine>
  /** The same for forward passes of their own, with the parameters whose names start like this. */
  forward(plans: readonly ForwardPlan[], prefixes: readonly string[]): Promise<ForwardEngine>
  readonly options: EngineOptions
}

/** Throws a WorkbenchError if data or weights are missing, or the weights do not fit. */
export async function openModel(request: ModelRequest): Promise<OpenedModel> {
  const { from, tasks } = request
  const file = weightsFile(from)
  const config = configOfModel(request)
  // The whole run's tasks are opened: answer vocabularies and shapes must be those of training.
  const data = openTaskData({ root: config.data, tasks: openedTasks(config, tasks), config: { ...config, validationExamples: 0 } })
  chooseThreads(trunkWidth(config.model))
  const backend: BackendReport = await loadBackend(config.backend)
  const all = taskEngineOptions(config, data)
  // Every weight that these tasks use comes from the file, so none is drawn.
  const options: EngineOptions = { ...all, weights: 'loaded', shapes: all.shapes.filter(({ task }) => tasks.includes(task)) }
  const engine = async (): Promise<StepEngine> => {
    const made = await createEngine(config, options, backend, () => undefined, 'predict')
    try {
      refuseUntrained(tasks, file, await loadWeights(made, file))
      return made
    } catch (error) {
      made.dispose()
      throw error
    }
  }
  return {
    config, data, options, engine,
    async forward(plans, prefixes) {
      const weights = readArrays(file).filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)))
      return createForwardEngine(config, backend, { options, plans, weights })
    }
  }
}

/** The model's configuration with the settings laid over it. */
export function configOfModel({ from, settings, fallback }: Omit<ModelRequest, 'tasks'>): RunConfig {
  return resolveConfig(configOf(from, weightsFile(from)) ?? fallback(), parseSettings(settings))
}

/** The configuration that weights were trained with: of the run they are in, or of their checkpoint. */
function configOf(from: string, file: string): RunConfig | undefined {
  if (existsSync(join(from, RUN_FILES.config))) return readRunConfig(from)
  const folder = dirname(file)
  return existsSync(join(folder, CHECKPOINT_FILES.state)) ? openCheckpoint(folder).state.config : undefined
}

/** Weights of another size, or without this task's head, would give numbers that mean nothing. */
function refuseUntrained(tasks: readonly TaskId[], file: string, { missing, shapeDiffers }: MatchReport): void {
  if (shapeDiffers.length > 0) throw new WorkbenchError(`${file} does not fit this configuration: ${shapeDiffers.slice(0, 3).join('; ')}. Give the settings it was trained with: --preset, --set.`)
  const needed = missing.filter((name) => name.startsWith('bert.') || name.startsWith('vil_'))
  if (needed.length > 0) throw new WorkbenchError(`${file} cannot be evaluated on ${tasks.join(', ')}: it lacks ${needed.slice(0, 3).join(', ')}${needed.length > 3 ? ` and ${needed.length - 3} more` : ''}.`)
}
