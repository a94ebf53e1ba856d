// What a run relies on: repeatable steps, exact resuming, an open batch size, no effect of padding, no leaks.

import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { TASKS, taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { nativeBackend } from '../../../src/engine/compile/native-binding'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { StepEngine } from '../../../src/engine/execution/step-engine'
import type { TaskBatch } from '../../../src/engine/tasks/task-batch'
import { pretrainingOptions, sampleBatch, sampleOptions, samplePretrainingBatch, sampleShape, settingsOf } from './sample-batches'

const open: StepEngine[] = []
const vqa = taskById('vqa')
const nlvr2 = taskById('nlvr2')

async function engineOf(changes: Partial<EngineOptions> = {}): Promise<StepEngine> {
  const engine = await createCompiledEngine(sampleOptions({ shapes: [sampleShape(vqa)], dropout: 0.1, ...changes }))
  open.push(engine)
  return engine
}

async function losses(engine: StepEngine, from: number, to: number): Promise<number[]> {
  const list: number[] = []
  for (let step = from; step <= to; step++) list.push((await engine.train(sampleBatch(vqa, 4, step), settingsOf(step))).loss)
  return list
}

/** The first examples of a batch; with `size` above that, the rest is noise of weight 0. */
function padded(batch: TaskBatch, real: number): TaskBatch {
  const weights = batch.weights.slice()
  weights.fill(0, real)
  return { ...batch, weights }
}

function firstExamples(batch: TaskBatch, examples: number): TaskBatch {
  const rows = examples * taskById(batch.task).rowsPerExample
  const cut = <T extends Float32Array | Int32Array>(array: T, length: number): T => array.slice(0, length) as T
  const { words, regions, targetWidth } = batch
  const features = batch.features.length / batch.rows
  return {
    ...batch, examples, rows, wordIds: cut(batch.wordIds, rows * words), wordMask: cut(batch.wordMask, rows * words),
    features: cut(batch.features, rows * features), boxes: cut(batch.boxes, rows * regions * 5), regionMask: cut(batch.regionMask, rows * regions),
    weights: cut(batch.weights, examples), targets: cut(batch.targets, examples * targetWidth),
    targetMask: cut(batch.targetMask, examples * targetWidth), indices: cut(batch.indices, examples),
  }
}

beforeAll(async () => {
  await loadBackend('cpu')
})
afterEach(() => {
  for (const engine of open.splice(0)) engine.dispose()
})

describe('repeating and resuming', { timeout: 120_000 }, () => {
  it('gives bit-identical losses over 200 steps with equal seeds', async () => {
    const first = await losses(await engineOf(), 1, 200)
    expect(await losses(await engineOf(), 1, 200)).toEqual(first)
    expect(new Set(first).size).toBeGreaterThan(190)
  })

  it('gives bit-identical pre-training losses with equal seeds', async () => {
    const run = async (): Promise<number[]> => {
      const engine = await createCompiledEngine(pretrainingOptions({ dropout: 0.1 }))
      open.push(engine)
      const list: number[] = []
      for (let step = 1; step <= 50; step++) list.push((await engine.trainPretraining(samplePretrainingBatch(4, step), settingsOf(step))).loss)
      return list
    }
    expect(await run()).toEqual(await run())
  })

  it('goes on with the same bits after its arrays were read and written to a new engine', async () => {
    const whole = await engineOf()
    await losses(whole, 1, 5)
    const saved = await whole.read('all')
    const rest = await losses(whole, 6, 12)
    const resumed = await engineOf({ seed: 99 })
    expect(await resumed.write(saved)).toEqual([])
    expect(await losses(resumed, 6, 12)).toEqual(rest)
  })

  it('keeps what it was given when the arrays change afterwards, and hands out copies', async () => {
    const engine = await engineOf()
    const saved = await engine.read('weights')
    await engine.write(saved)
    const before = await engine.predict(sampleBatch(vqa))
    for (const { data } of saved) data.fill(7)
    expect((await engine.predict(sampleBatch(vqa))).logits).toEqual(before.logits)
  })

  it('names the arrays that it does not have and refuses those of another shape', async () => {
    const engine = await engineOf()
    const [array] = await engine.read('weights')
    if (!array) throw new Error('no weights')
    expect(await engine.write([{ name: 'no.such.weight', shape: [1], data: new Float32Array(1) }])).toEqual(['no.such.weight'])
    await expect(engine.write([{ ...array, shape: [1], data: new Float32Array(1) }])).rejects.toThrow(WorkbenchError)
  })

  it('draws another dropout mask with another seed, and none in prediction', async () => {
    const batch = sampleBatch(vqa)
    const still = { learningRate: 0, headLearningRate: 0 }
    const engine = await engineOf()
    const lossOf = async (seed: [number, number]): Promise<number> => (await engine.train(batch, settingsOf(1, { ...still, dropoutSeed: seed }))).loss
    expect(await lossOf([1, 1])).toBe(await lossOf([1, 1]))
    expect(await lossOf([1, 1])).not.toBe(await lossOf([1, 2]))
    expect((await engine.predict(batch)).loss).toBe((await engine.predict(batch)).loss)
  })

  it('starts with the weights that it was made with, whatever preparing did', async () => {
    const prepared = await engineOf()
    const weights = await prepared.read('all')
    expect(weights.filter(({ name }) => /^[mv]\//.test(name)).every(({ data }) => data.every((value) => value === 0))).toBe(true)
    const bare = await createCompiledEngine(sampleOptions({ shapes: [sampleShape(vqa)] }), undefined, 'predict')
    open.push(bare)
    const plain = new Map((await bare.read('all')).map(({ name, data }) => [name, data]))
    for (const [name, data] of plain) expect(weights.find((array) => array.name === name)?.data).toEqual(data)
    await expect(bare.train(sampleBatch(vqa), settingsOf(1))).rejects.toThrow('predictions')
  })
})

describe('the open batch size', { timeout: 120_000 }, () => {
  it.each([vqa, nlvr2, taskById('coco'), taskById('refcoco')].map((task) => [task.id, task] as const))(
    'takes 3 and 5 examples of %s with one recording, each as if alone', async (_, task) => {
      const engine = await engineOf({ shapes: [sampleShape(task)], dropout: 0 })
      const five = sampleBatch(task, 5)
      const all = await engine.predict(five)
      const three = await engine.predict(firstExamples(five, 3))
      expect(three.logits.length).toBe(3 * five.targetWidth)
      three.logits.forEach((logit, i) => expect(logit).toBeCloseTo(all.logits[i] ?? Number.NaN, 4))
    })

  it.each([vqa, nlvr2, taskById('coco'), taskById('visual7w')].map((task) => [task.id, task] as const))(
    'gives padding rows of weight 0 no say in loss, gradient and update of %s', async (_, task) => {
      const [one, two] = [await engineOf({ shapes: [sampleShape(task)], dropout: 0 }), await engineOf({ shapes: [sampleShape(task)], dropout: 0 })]
      const five = sampleBatch(task, 5)
      const [real, withPadding] = [await one.train(firstExamples(five, 3), settingsOf(1)), await two.train(padded(five, 3), settingsOf(1))]
      expect(withPadding.loss).toBeCloseTo(real.loss, 5)
      expect(withPadding.gradientNorm).toBeCloseTo(real.gradientNorm, 4)
      const [a, b] = [await one.predict(five), await two.predict(padded(five, 3))]
      b.logits.forEach((logit, i) => expect(logit).toBeCloseTo(a.logits[i] ?? Number.NaN, 3))
    })
})

describe('tasks of one engine', { timeout: 180_000 }, () => {
  it('update shared variables in turn and leave the other heads alone', async () => {
    const engine = await engineOf({ shapes: [sampleShape(vqa), sampleShape(taskById('snli-ve'))], dropout: 0 })
    const read = async (): Promise<Map<string, Float32Array>> => new Map((await engine.read('weights')).map(({ name, data }) => [name, data]))
    const start = await read()
    await engine.train(sampleBatch(vqa), settingsOf(1))
    const middle = await read()
    expect(middle.get('vil_tri_prediction.weight')).toEqual(start.get('vil_tri_prediction.weight'))
    expect(middle.get('vil_prediction.logit_fc.0.weight')).not.toEqual(start.get('vil_prediction.logit_fc.0.weight'))
    await engine.train(sampleBatch(taskById('snli-ve')), settingsOf(2))
    const end = await read()
    expect(end.get('vil_tri_prediction.weight')).not.toEqual(middle.get('vil_tri_prediction.weight'))
    expect(end.get('vil_prediction.logit_fc.0.weight')).toEqual(middle.get('vil_prediction.logit_fc.0.weight'))
    expect(end.get('bert.t_pooler.dense.weight')).not.toEqual(middle.get('bert.t_pooler.dense.weight'))
  })

  it('reports its progress up to the last task', async () => {
    const seen: { what: string; done: number; total: number }[] = []
    const shapes = TASKS.filter(({ id }) => id === 'refcoco' || id === 'refcoco+' || id === 'vqa').map((task) => sampleShape(task))
    open.push(await createCompiledEngine(sampleOptions({ shapes }), ({ what, done, total }) => seen.push({ what, done, total })))
    expect(seen).toEqual([{ what: 'vqa', done: 1, total: 3 }, { what: 'refcoco, refcoco+', done: 3, total: 3 }])
  })

  it('refuses a task that it was not made for', async () => {
    const engine = await engineOf()
    await expect(engine.predict(sampleBatch(nlvr2))).rejects.toThrow("no step of 'nlvr2'")
  })
})

describe('memory', { timeout: 120_000 }, () => {
  it('holds as many tensors after 200 steps as before', async () => {
    const engine = await engineOf()
    const { binding } = nativeBackend()
    await losses(engine, 1, 2)
    const before = [tf.memory().numTensors, binding.getNumOfTensors()]
    await losses(engine, 3, 202)
    await engine.predict(sampleBatch(vqa))
    await engine.read('all')
    expect([tf.memory().numTensors, binding.getNumOfTensors()]).toEqual(before)
  })
})
