// The Python side does the same work: the same parameters, and from the same weights and batches the same losses over
// two rounds of all twelve tasks. Needs PyTorch (TWELVE_IN_ONE_PYTHON or python3); says so where there is none.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TASK_IDS, type TaskId, taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { randomBatch, stepCase, torchCase } from '../../../src/engine/bench/step-case'
import { startTorch } from '../../../src/engine/bench/torch-child'
import { writeSafetensors } from '../../../src/engine/checkpoint/safetensors'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { type EngineOptions, type Feed, engineModel, taskFeeds } from '../../../src/engine/execution/engine-options'
import type { StepEngine, TaskShape } from '../../../src/engine/execution/step-engine'
import { modelParameters } from '../../../src/engine/trunk/parameters'

const { child: torch, why } = await startTorch()
if (torch === null) process.stdout.write(`The comparison with PyTorch is skipped. ${why}\n`)

const LEARNING_RATE = 1e-3
const ROUNDS = 2
const CHOICES = 4

function shapeOf(task: TaskId): TaskShape {
  const { head, objective, rowsPerExample } = taskById(task)
  const regions = 5
  const targetWidth = head === 'region' ? regions : objective === 'alternatives' ? rowsPerExample : head === 'pair' ? 2 : head === 'three-way' ? 3 : 10
  return { task, examples: CHOICES, words: 6, regions, targetWidth }
}

const size = stepCase('tiny', 0)
const options: EngineOptions = {
  ...size, shapes: TASK_IDS.map(shapeOf), optimizer: { ...size.optimizer, biasCorrection: true, clipNorm: 1 }
}

describe.skipIf(torch === null)('the PyTorch side', () => {
  const folder = mkdtempSync(join(tmpdir(), 'torch-step-'))
  let engine: StepEngine
  const batches = options.shapes.map((shape) => randomBatch(shape, options.model))

  beforeAll(async () => {
    await loadBackend('cpu')
    engine = await createCompiledEngine(options)
    const weights = join(folder, 'weights.safetensors')
    writeSafetensors(weights, await engine.read('weights'))
    const made = torchCase(options, LEARNING_RATE, () => 1)
    const tasks = made.tasks.map((task, i) => ({ ...task, inputs: Object.fromEntries(taskFeeds(options, batches[i] ?? randomBatch(shapeOf(task.task), options.model)).map(asJson)) }))
    await torch?.ask('make', { ...made, tasks, threads: 1, device: 'cpu', weights })
  })

  afterAll(async () => {
    engine.dispose()
    await torch?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(['tiny', 'small', 'medium'] as const)('has the parameters of the %s model, by name and shape', async (name) => {
    const { model, ...rest } = stepCase(name, 0)
    const { child } = await startTorch()
    await child?.ask('make', { ...torchCase({ model, ...rest }, LEARNING_RATE, () => 1), threads: 1, device: 'cpu' })
    const shapes = await child?.ask<Record<string, number[]>>('shapes', {})
    await child?.close()
    const own = modelParameters(engineModel({ model, ...rest })).map(({ name: parameter, shape }) => [parameter, [...shape]])
    expect(shapes).toEqual(Object.fromEntries(own))
  })

  it('reaches the same losses on all twelve tasks', async () => {
    const own: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      for (const batch of batches) {
        const update = own.length + 1
        own.push((await engine.train(batch, { learningRate: LEARNING_RATE, headLearningRate: LEARNING_RATE, lossScale: 1, dropoutSeed: [1, 1], update })).loss)
      }
    }
    const { losses } = (await torch?.ask<{ losses: number[] }>('steps', { rounds: ROUNDS })) ?? { losses: [] }
    expect(losses).toHaveLength(ROUNDS * TASK_IDS.length)
    losses.forEach((loss, i) => expect(loss / (own[i] ?? 0)).toBeCloseTo(1, 3))
    // The updates were felt: the second round's losses are others.
    expect(Math.abs((losses[0] ?? 0) - (losses[TASK_IDS.length] ?? 0))).toBeGreaterThan(1e-3)
  })
})

function asJson({ name, dtype, shape, data }: Feed): [string, object] {
  return [name, { dtype, shape, data: [...data] }]
}
