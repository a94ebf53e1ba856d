// A step that does not fit into memory: smaller parts, the same result, a note. The failure is injected where TensorFlow's
// error would come out, at the native binding or at the engine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { type NativeBinding, nativeBackend } from '../../../src/engine/compile/native-binding'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import { isOutOfMemory, withSmallerParts } from '../../../src/engine/execution/out-of-memory'
import type { StepEngine } from '../../../src/engine/execution/step-engine'
import { plainOptimizer, sampleBatch, sampleOptions, sampleShape, settingsOf } from '../compile/sample-batches'

const coco = taskById('coco')
const options = sampleOptions({ shapes: [sampleShape(coco)], optimizer: { ...plainOptimizer, epsilon: 1e-3 } })
const open: StepEngine[] = []

beforeAll(async () => {
  await loadBackend('cpu')
})
afterAll(() => {
  for (const engine of open) engine.dispose()
})

/** An engine whose steps hold at most so many rows, as a device's memory would. */
function limited(engine: StepEngine, { microBatch }: EngineOptions, mostRows: number): StepEngine {
  return {
    ...engine,
    async train(batch, settings) {
      if (Math.min(batch.rows, microBatch ?? batch.rows) > mostRows) throw new Error('OOM when allocating tensor with shape[16,2]')
      return engine.train(batch, settings)
    }
  }
}

describe('a step without enough memory', { timeout: 60_000 }, () => {
  it('is made again in smaller parts until it fits, with the update of the whole batch', async () => {
    const notes: string[] = []
    const made: (number | undefined)[] = []
    const engine = await withSmallerParts(options, async (chosen) => {
      made.push(chosen.microBatch)
      return limited(await createEagerEngine(chosen), chosen, 4)
    }, (text) => notes.push(text))
    const plain = await createEagerEngine(options)
    open.push(engine, plain)
    const batch = sampleBatch(coco)
    const [result, expected] = [await engine.train(batch, settingsOf(1)), await plain.train(batch, settingsOf(1))]
    expect(made).toEqual([undefined, 8, 4])
    expect(notes).toHaveLength(2)
    expect(notes[1]).toContain('microBatch=4')
    expect(result.loss).toBeCloseTo(expected.loss, 5)
    const weights = new Map((await plain.read('all')).map(({ name, data }) => [name, data]))
    for (const { name, data } of await engine.read('all')) data.forEach((value, i) => expect(Math.abs(value - (weights.get(name)?.[i] ?? Number.NaN))).toBeLessThan(1e-5))
  })

  it('is answered in the compiled engine too, also while it is being prepared', async () => {
    const backend = nativeBackend()
    const { binding } = backend
    let failAt = 0
    const runSavedModel: NativeBinding['runSavedModel'] = (...given) => {
      if (--failAt === 0) throw new Error('Session fail to run with error: OOM when allocating tensor with shape[64,7,32]')
      return binding.runSavedModel(...given)
    }
    backend.binding = Object.create(binding, { runSavedModel: { value: runSavedModel } }) as NativeBinding
    try {
      const notes: string[] = []
      failAt = 3
      const engine = await withSmallerParts(options, (chosen) => createCompiledEngine(chosen), (text) => notes.push(text))
      open.push(engine)
      expect(notes).toHaveLength(1)
      expect(notes[0]).toContain('microBatch=8')
      failAt = 1
      const { loss } = await engine.train(sampleBatch(coco), settingsOf(1))
      expect(notes[1]).toContain('microBatch=4')
      const plain = await createEagerEngine(options)
      open.push(plain)
      expect(loss).toBeCloseTo((await plain.train(sampleBatch(coco), settingsOf(1))).loss, 5)
    } finally {
      backend.binding = binding
    }
  })

  it('ends with what to do where a single row does not fit, and other errors pass through', async () => {
    const make = (mostRows: number) => async (chosen: EngineOptions): Promise<StepEngine> => limited(await createEagerEngine(chosen), chosen, mostRows)
    const never = await withSmallerParts(options, make(0), () => undefined)
    await expect(never.train(sampleBatch(coco), settingsOf(1))).rejects.toThrow(WorkbenchError)
    const broken = await withSmallerParts(options, async (chosen) => ({ ...(await createEagerEngine(chosen)), train: () => Promise.reject(new Error('No such op')) }), () => undefined)
    await expect(broken.train(sampleBatch(coco), settingsOf(1))).rejects.toThrow('No such op')
    expect(isOutOfMemory(new Error('CUDA_ERROR_OUT_OF_MEMORY: out of memory'))).toBe(true)
    expect(isOutOfMemory(new Error('RESOURCE_EXHAUSTED: failed to allocate 2.00GiB'))).toBe(true)
    expect(isOutOfMemory(new Error('Shapes do not fit'))).toBe(false)
  })
})
