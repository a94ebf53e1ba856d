// Gradient accumulation is exact: in parts or at once, a batch makes the same update (within rounding: 1e-5), in both
// engines, for each way in which tasks lay out their rows.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examplesPerPart } from '../../../src/contract/memory-forecast'
import { TASKS, type TaskId, taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { nativeBackend } from '../../../src/engine/compile/native-binding'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import { type EngineOptions, taskFeeds, taskInputSpecs } from '../../../src/engine/execution/engine-options'
import { taskParts } from '../../../src/engine/execution/micro-batch'
import type { NamedArray, StepEngine } from '../../../src/engine/execution/step-engine'
import type { TaskBatch } from '../../../src/engine/tasks/task-batch'
import { plainOptimizer, pretrainingOptions, sampleBatch, sampleOptions, samplePretrainingBatch, sampleShape, settingsOf } from '../compile/sample-batches'

// With this epsilon rounding in gradients that should be 0 (a key's bias) is not blown up to a full step.
const optimizer = { ...plainOptimizer, epsilon: 1e-3 }
const settings = { learningRate: 1e-2, headLearningRate: 1e-2, lossScale: 2 }
const open: StepEngine[] = []

beforeAll(async () => {
  await loadBackend('cpu')
})
afterAll(() => {
  for (const engine of open) engine.dispose()
})

async function made(create: (options: EngineOptions) => Promise<StepEngine>, options: EngineOptions): Promise<StepEngine> {
  const engine = await create(options)
  open.push(engine)
  return engine
}

/** The last example of five is padding. */
function padded(batch: TaskBatch): TaskBatch {
  return { ...batch, weights: batch.weights.map((weight, i) => (i === batch.examples - 1 ? 0 : weight)) }
}

function expectEqual(a: readonly NamedArray[], b: readonly NamedArray[]): void {
  const other = new Map(b.map(({ name, data }) => [name, data]))
  expect(a.map(({ name }) => name).sort()).toEqual([...other.keys()].sort())
  for (const { name, data } of a) {
    const difference = data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (other.get(name)?.[i] ?? Number.NaN))), 0)
    expect(difference, name).toBeLessThan(1e-5)
  }
}

async function compareTask(whole: StepEngine, parts: StepEngine, id: TaskId): Promise<void> {
  for (let step = 1; step <= 3; step++) {
    const batch = padded(sampleBatch(taskById(id), 5, step))
    const [a, b] = [await whole.train(batch, settingsOf(step, settings)), await parts.train(batch, settingsOf(step, settings))]
    expect(b.loss).toBeCloseTo(a.loss, 5)
    expect(Math.abs(b.gradientNorm / a.gradientNorm - 1)).toBeLessThan(1e-5)
    expect(b.logits.length).toBe(a.logits.length)
    // A part that is all padding is left out: its logits count nowhere.
    b.logits.slice(0, 4 * batch.targetWidth).forEach((logit, i) => expect(logit).toBeCloseTo(a.logits[i] ?? Number.NaN, 3))
  }
  expectEqual(await parts.read('all'), await whole.read('all'))
}

describe('a batch in parts', { timeout: 120_000 }, () => {
  const shapes = TASKS.map((task) => sampleShape(task, 5))

  it.each(['vqa', 'coco', 'refcoco', 'visual7w', 'nlvr2', 'snli-ve'] as const)('makes the update of the whole batch, eagerly: %s', async (id) => {
    const task = sampleOptions({ shapes: shapes.filter((shape) => shape.task === id), optimizer })
    // Two examples a part, of one, two or four rows each.
    const microBatch = 2 * taskById(id).rowsPerExample
    await compareTask(await made(createEagerEngine, task), await made(createEagerEngine, { ...task, microBatch }), id)
  })

  it('makes the update of the whole batch, compiled: a question, four alternatives, a pair of pictures, with clipping', async () => {
    const chosen = shapes.filter(({ task }) => ['vqa', 'coco', 'nlvr2'].includes(task))
    const options = sampleOptions({ shapes: chosen, optimizer: { ...optimizer, clipNorm: 0.5 } })
    const [whole, parts] = [await made(createCompiledEngine, options), await made(createCompiledEngine, { ...options, microBatch: 4 })]
    for (const { task } of chosen) await compareTask(whole, parts, task)
  })

  it.each([['eagerly', createEagerEngine], ['compiled', createCompiledEngine]] as const)('makes the update of the whole pre-training batch, %s', async (_, create) => {
    const options = pretrainingOptions({ optimizer, alignmentFactor: 0.5 })
    const [whole, parts] = [await made(create, options), await made(create, { ...options, microBatch: 3 })]
    for (let step = 1; step <= 2; step++) {
      const batch = samplePretrainingBatch(4, step)
      batch.weights[3] = 0
      const [a, b] = [await whole.trainPretraining(batch, settingsOf(step, settings)), await parts.trainPretraining(batch, settingsOf(step, settings))]
      for (const key of ['loss', 'wordLoss', 'regionLoss', 'alignmentLoss', 'gradientNorm'] as const) expect(b[key], key).toBeCloseTo(a[key], 4)
      expect(b.wordGuess.slice(0, 7)).toEqual(a.wordGuess.slice(0, 7))
    }
    expectEqual(await parts.read('all'), await whole.read('all'))
  })

  it('is not spoilt by a part that failed before', async () => {
    const options = sampleOptions({ shapes: [sampleShape(taskById('vqa'), 5)], optimizer, microBatch: 2 })
    const backend = nativeBackend()
    const { binding } = backend
    let failing = 0
    const runSavedModel: typeof binding.runSavedModel = (...given) => {
      if (--failing === 0) throw new Error('OOM when allocating tensor')
      return binding.runSavedModel(...given)
    }
    backend.binding = Object.create(binding, { runSavedModel: { value: runSavedModel } }) as typeof binding
    const engine = await made(createCompiledEngine, options).finally(() => {
      backend.binding = binding
    })
    const start = await engine.read('all')
    const batch = sampleBatch(taskById('vqa'), 5)
    await engine.train(batch, settingsOf(1, settings))
    const right = await engine.read('all')
    await engine.write(start)
    failing = 2
    await expect(engine.train(batch, settingsOf(1, settings))).rejects.toThrow('OOM')
    expect(await engine.read('all')).toEqual(start)
    await engine.train(batch, settingsOf(1, settings))
    expect(await engine.read('all')).toEqual(right)
  })
})

describe('the parts of a batch', () => {
  it('hold whole examples and all rows once, with shares that add up to 1', () => {
    expect(examplesPerPart(8, 4, 32)).toBeUndefined()
    expect(examplesPerPart(8, 4, 31)).toBe(7)
    expect(examplesPerPart(8, 4, 3)).toBe(1)
    expect(examplesPerPart(8, 4, undefined)).toBeUndefined()
    const options = sampleOptions()
    const batch = padded(sampleBatch(taskById('coco'), 5))
    const parts = taskParts(taskInputSpecs(options, batch), taskFeeds(options, batch), batch, 2)
    expect(parts.map(({ from, to }) => [from, to])).toEqual([[0, 2], [2, 4]])
    expect(parts.map(({ shares }) => shares)).toEqual([[0.5], [0.5]])
    expect(parts.map(({ feeds }) => feeds.find(({ name }) => name === 'wordIds')?.shape)).toEqual([[8, 7], [8, 7]])
    expect(parts.map(({ feeds }) => feeds.find(({ name }) => name === 'targets')?.shape)).toEqual([[2, 4], [2, 4]])
    expect([...(parts[1]?.feeds.find(({ name }) => name === 'wordIds')?.data ?? [])]).toEqual([...batch.wordIds.slice(8 * 7, 16 * 7)])
  })
})
