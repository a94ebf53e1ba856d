import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TaskId, TASK_IDS } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { StepEngine } from '../../../src/engine/execution/step-engine'
import type { TaskBatch } from '../../../src/engine/tasks/task-batch'
import { STEP, tinyBatch, tinyOptions, tinyPretrainingBatch } from './tiny-run'

beforeAll(async () => {
  await loadBackend('auto')
})

/** What the loss is when nothing is known: the logits of a fresh head are near 0. */
const START: Readonly<Record<TaskId, number>> = {
  vqa: 9 * Math.LN2, gqa: 7 * Math.LN2, vgqa: 9 * Math.LN2, coco: Math.log(4), flickr30k: Math.log(4),
  refcoco: 4 * Math.LN2, 'refcoco+': 4 * Math.LN2, refcocog: 4 * Math.LN2, visual7w: 4 * Math.LN2, guesswhat: 4 * Math.LN2,
  nlvr2: Math.LN2, 'snli-ve': Math.LN2
}

describe('a fresh model', () => {
  let engine: StepEngine
  beforeAll(async () => {
    const options = tinyOptions()
    engine = await createEagerEngine({ ...options, model: { ...options.model, initializer_range: 0.01 } })
  })
  afterAll(() => engine.dispose())

  it.each(TASK_IDS)('starts %s at the loss of not knowing, within 5 %%', async (id) => {
    const { loss, logits } = await engine.predict(tinyBatch(id))
    expect(Math.abs(loss / START[id] - 1)).toBeLessThan(0.05)
    expect(logits).toHaveLength(tinyBatch(id).targets.length)
  })

  it('starts pre-training at ln vocabulary and ln 2', async () => {
    const { wordLoss, alignmentLoss, regionLoss, loss, wordGuess, regionGuess } = await engine.predictPretraining(tinyPretrainingBatch())
    expect(Math.abs(wordLoss / Math.log(50) - 1)).toBeLessThan(0.05)
    expect(Math.abs(alignmentLoss / Math.LN2 - 1)).toBeLessThan(0.05)
    expect(loss).toBeCloseTo(wordLoss + alignmentLoss + regionLoss, 5)
    expect([wordGuess.length, regionGuess.length]).toEqual([4 * 7, 4 * 6])
  })
})

describe('the eager engine', () => {
  let engine: StepEngine
  beforeAll(async () => {
    engine = await createEagerEngine(tinyOptions())
  })
  afterAll(() => engine.dispose())

  it('gives the regions of a permuted picture permuted logits', async () => {
    const batch = tinyBatch('refcoco', 1)
    const order = [0, 3, 1, 2, 4, 5]
    const permute = (data: Float32Array, width: number): Float32Array =>
      Float32Array.from(order.flatMap((region) => [...data.slice(region * width, (region + 1) * width)]))
    const permuted: TaskBatch = { ...batch, features: permute(batch.features, 12), boxes: permute(batch.boxes, 5) }
    const [before, after] = [(await engine.predict(batch)).logits, (await engine.predict(permuted)).logits]
    order.forEach((region, i) => expect(after[i]).toBeCloseTo(before[region] ?? Number.NaN, 4))
    expect(before[1]).not.toBeCloseTo(before[2] ?? 0, 3)
  })

  it.each(['vqa', 'refcoco', 'coco', 'nlvr2'] as const)('ignores what stands in the padding of %s', async (id) => {
    const batch = tinyBatch(id)
    const wordIds = batch.wordIds.map((word, i) => (batch.wordMask[i] === 1 ? word : 17))
    const features = batch.features.map((value, i) => (batch.regionMask[Math.floor(i / 12)] === 1 ? value : 3))
    const [before, after] = [await engine.predict(batch), await engine.predict({ ...batch, wordIds, features })]
    const real = batch.targetMask.findIndex((value) => value === 1)
    expect(after.loss).toBeCloseTo(before.loss, 5)
    expect(after.logits[real]).toBeCloseTo(before.logits[real] ?? Number.NaN, 5)
  })

  it('does not count examples of weight 0', async () => {
    const batch = tinyBatch('vqa', 3)
    const single = await engine.predict({ ...batch, weights: Float32Array.of(1, 0, 0) })
    const pairs = await engine.predict({ ...batch, weights: Float32Array.of(1, 1, 0) })
    const alone = await engine.predict(tinyBatch('vqa', 3))
    expect(single.loss).not.toBeCloseTo(pairs.loss, 4)
    expect(alone.loss).not.toBeCloseTo(pairs.loss, 4)
    expect(single.spread).toBeCloseTo(0, 6)
    expect(alone.spread).toBeGreaterThan(0)
  })

  it('has no word loss where no word is labelled, and stays finite', async () => {
    const batch = tinyPretrainingBatch()
    const none = { ...batch, wordLabels: batch.wordLabels.map(() => -1), regionLabels: batch.regionLabels.map(() => 0) }
    const { wordLoss, regionLoss, alignmentLoss, loss } = await engine.predictPretraining(none)
    expect([wordLoss, regionLoss]).toEqual([0, 0])
    expect(loss).toBeCloseTo(alignmentLoss, 6)
  })
})

describe('training with the eager engine', () => {
  it.each(['vqa', 'coco', 'guesswhat', 'nlvr2', 'snli-ve'] as const)('lowers the loss of %s', async (id) => {
    const engine = await createEagerEngine(tinyOptions())
    const batch = tinyBatch(id)
    const start = (await engine.predict(batch)).loss
    for (let i = 0; i < 5; i++) await engine.train(batch, STEP)
    expect((await engine.predict(batch)).loss).toBeLessThan(start * 0.95)
    engine.dispose()
  })

  it('lowers the loss of pre-training and reports a gradient norm', async () => {
    const engine = await createEagerEngine(tinyOptions())
    const batch = tinyPretrainingBatch()
    const start = await engine.trainPretraining(batch, STEP)
    for (let i = 0; i < 5; i++) await engine.trainPretraining(batch, STEP)
    expect((await engine.predictPretraining(batch)).loss).toBeLessThan(start.loss * 0.95)
    expect(start.gradientNorm).toBeGreaterThan(0)
    engine.dispose()
  })

  it('moves only parameters with a gradient: a region task leaves the other heads and the poolers alone', async () => {
    const engine = await createEagerEngine(tinyOptions())
    const before = new Map((await engine.read('weights')).map(({ name, data }) => [name, data]))
    await engine.train(tinyBatch('refcoco'), STEP)
    const moved = (await engine.read('weights')).filter(({ name, data }) => data.some((value, i) => value !== before.get(name)?.[i])).map(({ name }) => name)
    expect(moved).toContain('vision_logit.weight')
    expect(moved).toContain('bert.embeddings.task_embeddings.weight')
    expect(moved.filter((name) => /^(vil_|cls\.|linguisic)|pooler/.test(name))).toEqual([])
    engine.dispose()
  })

  it('gives the same numbers for the same seeds, other numbers for another dropout seed', async () => {
    const run = async (dropoutSeed: readonly [number, number]): Promise<number[]> => {
      const engine = await createEagerEngine(tinyOptions({ dropout: 0.3 }))
      const losses: number[] = []
      for (let i = 0; i < 3; i++) losses.push((await engine.train(tinyBatch('vqa'), { ...STEP, dropoutSeed })).loss)
      engine.dispose()
      return losses
    }
    const first = await run([1, 2])
    expect(await run([1, 2])).toEqual(first)
    expect(await run([1, 3])).not.toEqual(first)
  })

  it('continues from written weights and moments exactly as if it had never stopped', async () => {
    const options = tinyOptions()
    const unbroken = await createEagerEngine(options)
    for (let i = 0; i < 3; i++) await unbroken.train(tinyBatch('vqa'), STEP)
    const resumed = await createEagerEngine({ ...options, seed: 99 })
    expect(await resumed.write([...(await unbroken.read('all')), { name: 'no.such', shape: [1], data: new Float32Array(1) }])).toEqual(['no.such'])
    expect((await resumed.train(tinyBatch('gqa'), STEP)).loss).toBe((await unbroken.train(tinyBatch('gqa'), STEP)).loss)
    expect((await resumed.train(tinyBatch('vqa'), STEP)).loss).toBe((await unbroken.train(tinyBatch('vqa'), STEP)).loss)
    unbroken.dispose()
    resumed.dispose()
  })

  it('refuses to write an array of another shape', async () => {
    const engine = await createEagerEngine(tinyOptions())
    await expect(engine.write([{ name: 'vil_logit.weight', shape: [1, 3], data: new Float32Array(3) }])).rejects.toThrow('this model needs [1, 32]')
    engine.dispose()
  })
})

describe('the task token', () => {
  it('lets two tasks with one head answer the same input differently, and only then', async () => {
    const answers = async (taskToken: 'dataset' | 'head' | 'none'): Promise<Float32Array[]> => {
      const engine = await createEagerEngine(tinyOptions({ taskToken }))
      const batch = tinyBatch('refcoco')
      const logits = [(await engine.predict(batch)).logits, (await engine.predict({ ...batch, task: 'refcoco+' })).logits]
      engine.dispose()
      return logits
    }
    const [first, second] = await answers('dataset')
    expect(first).not.toEqual(second)
    for (const taskToken of ['head', 'none'] as const) {
      const [one, other] = await answers(taskToken)
      expect(one).toEqual(other)
    }
  })
})
