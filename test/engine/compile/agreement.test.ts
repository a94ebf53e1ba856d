// Every option of the model and of the step that changes the graph: the compiled engine has the eager engine's gradients
// (1e-6) and its losses over 20 steps (1e-6 of the loss). All tasks with their defaults: compiled-engine.test.ts.

import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { StepEngine } from '../../../src/engine/execution/step-engine'
import { frozenBy } from '../../../src/engine/optimizer/frozen-parameters'
import { plainOptimizer, sampleBatch, sampleModel, sampleOptions, sampleShape, settingsOf } from './sample-batches'

const open: StepEngine[] = []
// Adam makes a full step of a gradient that is only rounding (a key's bias); with this epsilon it does not, and rounding
// stays rounding over 20 steps. TensorFlow's Adam computes 1 − β₂ in float32, which is 1.3e-5 off for 0.999: these decays
// are exact in float32.
const optimizer = { ...plainOptimizer, epsilon: 1e-4, beta1: 0.875, beta2: 0.9921875 }

beforeAll(async () => {
  await loadBackend('cpu')
})
afterEach(() => {
  for (const engine of open.splice(0)) engine.dispose()
})

/** First moments of one update from zero are an eighth of the gradient; those that are only rounding are left out. */
async function gradients(engine: StepEngine): Promise<Map<string, Float32Array>> {
  const moments = (await engine.read('all')).filter(({ name, data }) => name.startsWith('m/') && data.some((value) => Math.abs(value) > 1e-8))
  return new Map(moments.map(({ name, data }) => [name.slice(2), data]))
}

const OPTIONS: [string, 'vqa' | 'refcoco' | 'nlvr2', Partial<EngineOptions>][] = [
  ['without task tokens', 'vqa', { taskToken: 'none' }],
  ['one token per head, the streams added', 'vqa', { taskToken: 'head', model: { ...sampleModel, fusion_method: 'sum' } }],
  ['dynamic attention, dropout', 'refcoco', { dropout: 0.1, model: { ...sampleModel, dynamic_attention: true } }],
  ['no co-attention, clipping', 'nlvr2', { model: { ...sampleModel, with_coattention: false }, optimizer: { ...optimizer, clipNorm: 0.1 } }],
  ['RAdam, with its first updates and its later ones', 'vqa', { optimizer: { ...optimizer, kind: 'radam', weightDecay: 0.1 } }],
  ['a frozen prefix of both streams', 'refcoco', { freeze: 'text:1,vision:0', dropout: 0.1 }],
  ['the heads alone, in parts', 'nlvr2', { freeze: 'trunk', microBatch: 4 }],
]

describe('both engines', { timeout: 120_000 }, () => {
  it.each(OPTIONS)('agree: %s', async (_, id, changes) => {
    const options = sampleOptions({ shapes: [sampleShape(taskById(id))], optimizer, ...changes })
    const [compiled, eager] = [await createCompiledEngine(options), await createEagerEngine(options)]
    open.push(compiled, eager)
    const start = await compiled.read('weights')
    for (let step = 1; step <= 20; step++) {
      const batch = sampleBatch(taskById(id), 4, step)
      const [ours, theirs] = [await compiled.train(batch, settingsOf(step)), await eager.train(batch, settingsOf(step))]
      expect(Math.abs(ours.loss - theirs.loss) / Math.max(1, theirs.loss), `loss of step ${step}`).toBeLessThan(1e-6)
      if (step > 1) continue
      const [a, b] = [await gradients(compiled), await gradients(eager)]
      expect([...a.keys()].sort()).toEqual([...b.keys()].sort())
      for (const [name, values] of a) {
        const largest = Math.max(1, ...values.map((value) => Math.abs(8 * value)))
        values.forEach((value, i) => expect(8 * Math.abs(value - (b.get(name)?.[i] ?? Number.NaN)) / largest, name).toBeLessThan(1e-6))
      }
    }
    const frozen = frozenBy(options.freeze ?? 'none', options.model)
    const now = new Map((await compiled.read('all')).map(({ name, data }) => [name, data]))
    for (const { name, data } of start.filter((array) => frozen(array.name))) {
      expect(now.get(name), name).toEqual(data)
      expect(now.has(`m/${name}`), name).toBe(false)
    }
  })
})
