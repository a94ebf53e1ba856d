// The compiled engine against the eager one: the same numbers from the same model functions. Making an engine takes
// seconds, so that tests share one pair and begin by writing the same arrays to both.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Task, TASKS, taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { NamedArray, StepEngine } from '../../../src/engine/execution/step-engine'
import {
  plainOptimizer, pretrainingOptions, sampleBatch, sampleOptions, samplePretrainingBatch, sampleShape, settingsOf,
} from './sample-batches'

interface Pair {
  readonly compiled: StepEngine
  readonly eager: StepEngine
  /** Puts both engines at the same start. */
  reset(): Promise<void>
}

const open: StepEngine[] = []

async function pairOf(options: EngineOptions): Promise<Pair> {
  const [compiled, eager] = [await createCompiledEngine(options), await createEagerEngine(options)]
  open.push(compiled, eager)
  const start = await compiled.read('all')
  return {
    compiled, eager,
    async reset() {
      expect(await compiled.write(start)).toEqual([])
      await eager.write(start)
    },
  }
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

async function expectEqualGradients({ compiled, eager }: Pair): Promise<void> {
  const [ours, theirs] = [await gradients(compiled), await gradients(eager)]
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort())
  for (const [name, gradient] of ours) expect(largestDifference(gradient, theirs.get(name) ?? []), name).toBeLessThan(1e-6)
}

beforeAll(async () => {
  await loadBackend('cpu')
})
afterAll(() => {
  for (const engine of open) engine.dispose()
})

describe('compiled steps of all tasks', { timeout: 300_000 }, () => {
  let pair: Pair
  beforeAll(async () => {
    await loadBackend('cpu')
    pair = await pairOf(sampleOptions({ dropout: 0.1 }))
  }, 300_000)

  it.each(TASKS.map((task): [string, Task] => [task.id, task]))('have the gradients and outputs of the eager step: %s', async (_, task) => {
    await pair.reset()
    const batch = sampleBatch(task)
    const [ours, theirs] = [await pair.compiled.train(batch, settingsOf(1)), await pair.eager.train(batch, settingsOf(1))]
    expect(ours.loss).toBeCloseTo(theirs.loss, 5)
    expect(Math.abs(ours.gradientNorm - theirs.gradientNorm)).toBeLessThan(1e-5 * Math.max(1, theirs.gradientNorm))
    expect(largestDifference(ours.logits, theirs.logits)).toBeLessThan(1e-5)
    await expectEqualGradients(pair)
  })

  it('give the losses of the eager engine over 24 steps that alternate between all tasks', async () => {
    await pair.reset()
    for (let step = 1; step <= 24; step++) {
      const batch = sampleBatch(TASKS[step % TASKS.length] ?? taskById('vqa'), 4, step)
      const settings = settingsOf(step, { lossScale: step % 2 === 0 ? 2 : 1 })
      const [ours, theirs] = [await pair.compiled.train(batch, settings), await pair.eager.train(batch, settings)]
      expect(Math.abs(ours.loss - theirs.loss), `step ${step}`).toBeLessThan(3e-6 * Math.max(1, theirs.loss))
    }
  })

  it.each(['vqa', 'coco', 'refcoco', 'visual7w', 'nlvr2', 'snli-ve'] as const)('predict what the eager engine predicts: %s', async (id) => {
    await pair.reset()
    const batch = sampleBatch(taskById(id))
    const [ours, theirs] = [await pair.compiled.predict(batch), await pair.eager.predict(batch)]
    expect(largestDifference(ours.logits, theirs.logits)).toBeLessThan(1e-5)
    expect(ours.loss).toBeCloseTo(theirs.loss, 5)
    expect(ours.spread).toBeCloseTo(theirs.spread, 5)
  })
})

describe('the compiled update', { timeout: 120_000 }, () => {
  it.each([
    ['clipping', { ...plainOptimizer, clipNorm: 0.05 }],
    ['bias correction', { ...plainOptimizer, biasCorrection: true, beta2: 0.98, epsilon: 1e-8 }],
    ['no weight decay', { ...plainOptimizer, weightDecay: 0 }],
  ])('changes weights as the eager one does with %s', async (_, optimizer) => {
    const vqa = taskById('vqa')
    const { compiled, eager } = await pairOf(sampleOptions({ shapes: [sampleShape(vqa)], optimizer }))
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
})

describe('a compiled step of pre-training', { timeout: 120_000 }, () => {
  let pair: Pair
  beforeAll(async () => {
    await loadBackend('cpu')
    pair = await pairOf(pretrainingOptions({ dropout: 0.1 }))
  }, 120_000)

  it('has the gradients and outputs of the eager step', async () => {
    await pair.reset()
    const batch = samplePretrainingBatch()
    const [ours, theirs] = [await pair.compiled.trainPretraining(batch, settingsOf(1)), await pair.eager.trainPretraining(batch, settingsOf(1))]
    for (const key of ['loss', 'wordLoss', 'regionLoss', 'alignmentLoss', 'gradientNorm'] as const) expect(ours[key], key).toBeCloseTo(theirs[key], 5)
    expect(ours.wordGuess).toEqual(theirs.wordGuess)
    expect(ours.regionGuess).toEqual(theirs.regionGuess)
    expect(largestDifference(ours.alignmentLogits, theirs.alignmentLogits)).toBeLessThan(1e-5)
    await expectEqualGradients(pair)
  })

  it('gives the losses of the eager engine over 20 steps, and its prediction afterwards', async () => {
    await pair.reset()
    for (let step = 1; step <= 20; step++) {
      const batch = samplePretrainingBatch(4, step)
      const [ours, theirs] = [await pair.compiled.trainPretraining(batch, settingsOf(step)), await pair.eager.trainPretraining(batch, settingsOf(step))]
      expect(Math.abs(ours.loss - theirs.loss), `step ${step}`).toBeLessThan(3e-6 * theirs.loss)
    }
    const [ours, theirs] = [await pair.compiled.predictPretraining(samplePretrainingBatch()), await pair.eager.predictPretraining(samplePretrainingBatch())]
    expect(ours.loss).toBeCloseTo(theirs.loss, 4)
  })
})
