// Cosines of known gradients, then of a tiny model's; and that measuring leaves the engine as it was to the last bit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConflictTask, COORDINATES, cosine, gradientConflict } from '../../../src/engine/analysis/gradient-conflict'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { NamedArray, StepEngine } from '../../../src/engine/execution/step-engine'
import { STEP, tinyBatch, tinyOptions, tinyShape } from '../execution/tiny-run'

/** An engine of two shared numbers, a head and a token, whose steps leave a tenth of a given gradient in the moments. */
function handMade(): { engine: Pick<StepEngine, 'read' | 'write'>; step(gradient: readonly number[]): () => Promise<void>; arrays: Map<string, Float32Array> } {
  const arrays = new Map<string, Float32Array>([
    ['bert.a', Float32Array.of(5, 6)], ['vil_head', Float32Array.of(7)], ['bert.embeddings.task_embeddings.weight', Float32Array.of(8)],
    ['m/bert.a', Float32Array.of(1, 2)], ['v/bert.a', Float32Array.of(3, 4)]
  ])
  return {
    arrays,
    engine: {
      read: async () => [...arrays].map(([name, data]): NamedArray => ({ name, shape: [data.length], data: Float32Array.from(data) })),
      write: async (given) => (given.forEach(({ name, data }) => arrays.set(name, Float32Array.from(data))), [])
    },
    step: ([x = 0, y = 0, head = 0, token = 0]) => async () => {
      const add = (name: string, values: readonly number[]): void => void arrays.set(name, Float32Array.from(values, (value, i) => 0.9 * (arrays.get(name)?.[i] ?? 0) + 0.1 * value))
      add('m/bert.a', [x, y])
      add('m/vil_head', [head])
      add('m/bert.embeddings.task_embeddings.weight', [token])
    }
  }
}

describe('of hand-made gradients', () => {
  it('gives the cosines of the shared parameters alone', async () => {
    const { engine, step } = handMade()
    const tasks = [['vqa', [1, 0, 9, 9]], ['gqa', [0, 2, -9, -9]], ['coco', [1, 1]], ['nlvr2', [-3, 0]]] as const
    const { cosines, parameters, compared } = await gradientConflict(engine, tasks.map(([task, gradient]) => ({ task, step: step(gradient) })))
    const half = Number(Math.SQRT1_2.toFixed(5))
    expect(cosines).toEqual([[1, 0, half, -1], [0, 1, half, 0], [half, half, 1, -half], [-1, 0, -half, 1]])
    expect([parameters, compared]).toEqual([2, 2])
  })

  it('takes the mean of the batches, and says how far their halves agree', async () => {
    const { engine, step } = handMade()
    const gradients = [[1, 0], [1, 0], [0, 1], [0, 1]]
    const { cosines, agreement } = await gradientConflict(engine, [
      { task: 'vqa', step: (batch: number) => step(gradients[batch] ?? [])() }, { task: 'gqa', step: step([1, 1]) }
    ])
    expect([cosines[0]?.[1], agreement]).toEqual([1, [0, 1]])
  })

  it('puts the engine back, moments that were not there yet as zeros', async () => {
    const { engine, step, arrays } = handMade()
    const before = new Map([...arrays].map(([name, data]) => [name, [...data]]))
    await gradientConflict(engine, [{ task: 'vqa', step: step([1, 2, 3, 4]) }])
    for (const [name, data] of arrays) expect([...data], name).toEqual(before.get(name) ?? [0])
  })

  it('has no cosine with a gradient of zero', async () => {
    const { engine, step } = handMade()
    const { cosines } = await gradientConflict(engine, [{ task: 'vqa', step: step([0, 0]) }, { task: 'gqa', step: step([1, 0]) }])
    expect(cosines).toEqual([[null, null], [null, 1]])
    expect(cosine(Float32Array.of(1), Float32Array.of(Number.NaN))).toBeNull()
  })

  it('compares evenly spaced parameters of a large trunk', async () => {
    const size = COORDINATES + 3
    const { engine, arrays, step } = handMade()
    arrays.set('m/bert.large', new Float32Array(size).fill(1))
    arrays.set('bert.large', new Float32Array(size))
    const { parameters, compared } = await gradientConflict(engine, [{ task: 'vqa', step: step([1, 1]) }])
    expect([parameters, compared]).toEqual([size + 2, Math.ceil((size + 2) / 2)])
  }, 60_000)
})

describe.each(['compiled', 'eager'] as const)('of a tiny model on the %s engine', (kind) => {
  let engine: StepEngine
  const options = tinyOptions({ shapes: (['vqa', 'refcoco', 'nlvr2'] as const).map((id) => tinyShape(id)), pretraining: undefined })
  beforeAll(async () => {
    await loadBackend('cpu')
    engine = await (kind === 'compiled' ? createCompiledEngine(options) : createEagerEngine(options))
    for (const id of ['vqa', 'refcoco', 'nlvr2'] as const) await engine.train(tinyBatch(id), STEP)
  })
  afterAll(() => engine.dispose())

  const taskOf = <T extends string>(task: T, id: 'vqa' | 'refcoco' | 'nlvr2'): ConflictTask<T> => ({
    task, step: (batch) => engine.train(tinyBatch(id, 3, batch + 1), { ...STEP, learningRate: 0, headLearningRate: 0 })
  })

  it('is symmetric, 1 on the diagonal, and 1 for a task with itself under another name', async () => {
    const { cosines, agreement } = await gradientConflict(engine, [taskOf('vqa', 'vqa'), taskOf('again', 'vqa'), taskOf('refcoco', 'refcoco'), taskOf('nlvr2', 'nlvr2')])
    cosines.forEach((row, i) => row.forEach((value, j) => {
      expect(value).toBe(cosines[j]?.[i])
      expect(Math.abs(value ?? 2)).toBeLessThanOrEqual(1)
      if (i === j) expect(value).toBe(1)
    }))
    expect(cosines[0]?.[1]).toBeGreaterThan(0.99999)
    expect(cosines[0]?.[2]).toBeLessThan(0.99)
    for (const value of agreement) expect(Math.abs(value ?? 2)).toBeLessThanOrEqual(1)
  })

  it('leaves weights and moments as they were, and the next step the same', async () => {
    const before = await engine.read('all')
    await gradientConflict(engine, [taskOf('vqa', 'vqa'), taskOf('refcoco', 'refcoco')])
    const after = new Map((await engine.read('all')).map(({ name, data }) => [name, data]))
    for (const { name, data } of before) expect(after.get(name), name).toEqual(data)
    const { loss } = await engine.train(tinyBatch('vqa', 3, 9), { ...STEP, update: 4 })
    await engine.write(before)
    expect((await engine.train(tinyBatch('vqa', 3, 9), { ...STEP, update: 4 })).loss).toBe(loss)
  })
})
