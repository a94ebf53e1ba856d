// A tiny model with its data and engine in this process, for tests that train a handful of examples.

import type { TaskId } from '../../src/contract/task-catalog'
import { loadBackend } from '../../src/engine/backend'
import { type TaskData, openTaskData } from '../../src/engine/data/task-data'
import { createCompiledEngine } from '../../src/engine/execution/compiled-engine'
import type { EngineOptions } from '../../src/engine/execution/engine-options'
import type { StepEngine, StepSettings, TaskShape } from '../../src/engine/execution/step-engine'
import { modelConfig } from '../../src/engine/trunk/trunk-config'
import { tinyWorld } from './tiny-world'

export async function tinyData(tasks: readonly TaskId[], batchRows: number): Promise<TaskData> {
  return openTaskData({ root: await tinyWorld(), tasks, config: { seed: 1, batchRows, clean: true, validationExamples: 0, retrievalCheck: 'reference', blind: 'none' } })
}

export async function tinyEngine(data: TaskData, difference: Partial<EngineOptions> = {}, shapes: readonly TaskShape[] = data.shapes): Promise<StepEngine> {
  await loadBackend('cpu')
  return createCompiledEngine({
    model: modelConfig('tiny', data), shapes, seed: 1, taskToken: 'dataset', dropout: 0,
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: true, weightDecay: 0, clipNorm: 1 }, ...difference
  })
}

export function settings(update: number, learningRate: number): StepSettings {
  return { learningRate, headLearningRate: learningRate, lossScale: 1, dropoutSeed: [update, 1], update }
}
