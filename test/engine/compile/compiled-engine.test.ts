// The compiled engine against the eager one: the same numbers from the same model functions.

import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TASKS } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { NamedArray, StepEngine } from '../../../src/engine/execution/step-engine'
import {
  plainOptimizer, pretrainingOptions, sampleBatch, sampleOptions, samplePretrainingBatch, settingsOf,
} from './sample-batches'

const open: StepEngine[] = []

async function pair(options: EngineOptions): Promise<[StepEngine, StepEngine]> {
  const engines: [StepEngine, StepEngine] = [await createCompiledEngine(options), await createEagerEngine(options)]
  open.push(...engines)
  return engines
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN))), 0)
}

function byName(arrays: readonly NamedArray[]): Map<string, Float32Array> {
  return new Map(arrays.map(({ name, data }) => [name, data]))
}

/** A first moment after one update from zero is 0.1 × the gradient. */
async function gradients(engine: StepEngine): Promise<Map<string, Float32Array>> {
  const moments = (await engine.read('all')).filter(({ name }) => name.startsWith('m/'))
  // Some gradients are zero but for rounding: a bias before a softmax moves all scores alike.
  return byName(moments.filter(({ data }) => data.some((value) => Math.abs(value) > 1e-8)))
}

beforeAll(async () => {
  await loadBackend('cpu')
})
afterEach(() => {
  for (const engine of open.splice(0)) engine.dispose()
})

describe('a compiled step of a task', { timeout: 180_000 }, () => {
  it.each(TASKS.map((task) => [task.id, task] as const))('has the gradients and outputs of the eager step: %s', async (_, task) => {
    const [compiled, eager] = await pair(sampleOptions({ shapes: sampleOptions().shapes.filter(({ task: id }) => id === task.id), dropout: 0.1 }))
    const batch = sampleBatch(task)
    const results = [await compiled.train(batch, settingsOf(1)), await eager.train(batch, settingsOf(1))] as const
    expect(results[0].loss).toBeCloseTo(results[1].loss, 5)
    expect(Math.abs(results[0].gradientNorm - results[1].gradientNorm)).toBeLessThan(1e-5 * Math.max(1, results[1].gradientNorm))
    expect(largestDifference(results[0].logits, results[1].logits)).toBeLessThan(1e-5)
    const [ours, theirs] = [await gradients(compiled), await gradients(eager)]
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort())
    for (const [name, gradient] of ours) expect(largestDifference(gradient, theirs.get(name) ?? []), name).toBeLessThan(1e-6)
  })

  it('gives the losses of the eager engine over 20 steps that alternate between all tasks', async () => {
    const [compiled, eager] = await pair(sampleOptions({ dropout: 0.1 }))
    for (let step = 1; step <= 24; step++) {
      const task = TASKS[step % TASKS.length]
      if (!task) throw new Error('no task')
      const batch = sampleBatch(task, 4, step)
      const settings = settingsOf(step, { lossScale: step % 2 === 0 ? 2 : 1 })
      const [ours, theirs] = [await compiled.train(batch, settings), await eager.train(batch, settings)]
      expect(Math.abs(ours.loss - theirs.loss), `step ${step}`).toBeLessThan(3e-6 * Math.max(1, theirs.loss))
    }
  })

  it.each([
    ['clipping', { ...plainOptimizer, clipNorm: 0.05 }],
    ['bias correction', { ...plainOptimizer, biasCorrection: true, beta2: 0.98, epsilon: 1e-8 }],
    ['no weight decay', { ...plainOptimizer, weightDecay: 0 }],
  ])('updates weights as the eager engine does with %s', async (_, optimizer) => {
    const [vqa] = TASKS
    if (!vqa) throw new Error('no task')
    const [compiled, eager] = await pair(sampleOptions({ shapes: sampleOptions().shapes.slice(0, 1), optimizer }))
    for (let step = 1; step <= 3; step++) {
      const batch = sampleBatch(vqa, 4, step)
      const settings = settingsOf(step, { learningRate: 1e-2, headLearningRate: 2e-2 })
      await compiled.train(batch, settings)
      await eager.train(batch, settings)
    }
    const [ours, theirs] = [byName(await compiled.read('weights')), byName(await eager.read('weights'))]
    // Adam makes a full step of a gradient that is only rounding, as that of a key's bias is.
    for (const [name, values] of ours) {
      if (!/key\d?\.bias$/.test(name)) expect(largestDifference(values, theirs.get(name) ?? []), name).toBeLessThan(3e-4)
    }
  })

  it('predicts what the eager engine predicts', async () => {
    const [compiled, eager] = await pair(sampleOptions({ dropout: 0.1 }))
    for (const task of TASKS) {
      const [ours, theirs] = [await compiled.predict(sampleBatch(task)), await eager.predict(sampleBatch(task))]
      expect(largestDifference(ours.logits, theirs.logits), task.id).toBeLessThan(1e-5)
      expect(ours.loss).toBeCloseTo(theirs.loss, 5)
      expect(ours.spread).toBeCloseTo(theirs.spread, 5)
    }
  })
})

describe('a compiled step of pre-training', { timeout: 180_000 }, () => {
  it('has the gradients and outputs of the eager step', async () => {
    const [compiled, eager] = await pair(pretrainingOptions({ dropout: 0.1 }))
    const batch = samplePretrainingBatch()
    const [ours, theirs] = [await compiled.trainPretraining(batch, settingsOf(1)), await eager.trainPretraining(batch, settingsOf(1))]
    for (const key of ['loss', 'wordLoss', 'regionLoss', 'alignmentLoss', 'gradientNorm'] as const) expect(ours[key], key).toBeCloseTo(theirs[key], 5)
    expect(ours.wordGuess).toEqual(theirs.wordGuess)
    expect(ours.regionGuess).toEqual(theirs.regionGuess)
    expect(largestDifference(ours.alignmentLogits, theirs.alignmentLogits)).toBeLessThan(1e-5)
    const [mine, other] = [await gradients(compiled), await gradients(eager)]
    expect([...mine.keys()].sort()).toEqual([...other.keys()].sort())
    for (const [name, gradient] of mine) expect(largestDifference(gradient, other.get(name) ?? []), name).toBeLessThan(1e-6)
  })

  it('gives the losses of the eager engine over 20 steps', async () => {
    const [compiled, eager] = await pair(pretrainingOptions({ dropout: 0.1 }))
    for (let step = 1; step <= 20; step++) {
      const batch = samplePretrainingBatch(4, step)
      const [ours, theirs] = [await compiled.trainPretraining(batch, settingsOf(step)), await eager.trainPretraining(batch, settingsOf(step))]
      expect(Math.abs(ours.loss - theirs.loss), `step ${step}`).toBeLessThan(2e-6 * theirs.loss)
    }
    const [ours, theirs] = [await compiled.predictPretraining(samplePretrainingBatch()), await eager.predictPretraining(samplePretrainingBatch())]
    expect(ours.loss).toBeCloseTo(theirs.loss, 4)
  })
})
