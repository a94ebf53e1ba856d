import { type Tensor, add, mul, tensor, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { type EngineOptions, engineModel, taskFeeds } from '../../../src/engine/execution/engine-options'
import { valueAndGradients } from '../../../src/engine/execution/gradients'
import { initialArray } from '../../../src/engine/execution/initial-weights'
import { type Inputs, input, stepProgram } from '../../../src/engine/execution/step-program'
import { forwardContext } from '../../../src/engine/nn/forward-context'
import { modelParameters } from '../../../src/engine/trunk/parameters'
import type { ModelConfig } from '../../../src/engine/trunk/trunk-config'
import { tinyBatch, tinyOptions } from '../execution/tiny-run'

beforeAll(async () => {
  await loadBackend('auto')
})

function weightsOf(config: ModelConfig, seed = 1): Map<string, Tensor> {
  return new Map(modelParameters(config).map((spec) => [spec.name, tensor(initialArray(spec, seed), [...spec.shape])]))
}

const inputsOf = (options: EngineOptions, task: 'vqa' | 'refcoco' | 'nlvr2'): Inputs =>
  Object.fromEntries(taskFeeds(options, tinyBatch(task)).map(({ name, dtype, shape, data }) => [name, tensor(data, [...shape], dtype)]))

function loss(config: ModelConfig, weights: ReadonlyMap<string, Tensor>, task: 'vqa' | 'refcoco' | 'nlvr2', inputs: Inputs): Tensor {
  const parameters = (name: string): Tensor => {
    const weight = weights.get(name)
    if (!weight) throw new Error(`No weight ${name}`)
    return weight
  }
  const row = taskById(task)
  const { logits } = stepProgram.taskForward(forwardContext(config, parameters), row, inputs)
  return stepProgram.taskLoss(logits, input(inputs, 'targets'), input(inputs, 'targetMask'), input(inputs, 'weights'), row.objective)
}

describe('the gradient of the whole model', () => {
  it.each(['vqa', 'refcoco', 'nlvr2'] as const)('agrees with finite differences for %s', (task) => {
    const options = tinyOptions()
    const config = engineModel(options)
    const weights = weightsOf(config)
    const inputs = inputsOf(options, task)
    const { gradients } = valueAndGradients(() => loss(config, weights, task, inputs), weights)
    const names = [
      'bert.embeddings.position_embeddings.weight', 'bert.embeddings.task_embeddings.weight', 'bert.encoder.layer.0.attention.self.query.weight',
      'bert.encoder.c_layer.0.biattention.value2.weight', 'bert.encoder.c_layer.0.biOutput.LayerNorm1.weight', 'bert.encoder.v_layer.0.intermediate.dense.weight',
      'bert.v_embeddings.image_location_embeddings.weight',
    ]
    for (const name of names) {
      const weight = weights.get(name) as Tensor
      const gradient = (gradients.get(name) as Tensor).dataSync() as Float32Array
      // Along the gradient itself the slope is its squared length.
      const squared = gradient.reduce((sum, value) => sum + value * value, 0)
      const step = 3e-4 / Math.sqrt(squared)
      const along = (sign: number): number => tidy(() => {
        const moved = new Map(weights).set(name, add(weight, mul(tensor(gradient, weight.shape), sign * step)))
        return loss(config, moved, task, inputs).dataSync()[0] ?? Number.NaN
      })
      const slope = (along(1) - along(-1)) / (2 * step)
      expect([name, Math.abs(slope / squared - 1) < 0.02]).toEqual([name, true])
    }
  })
})

describe('variants of the trunk', () => {
  const lossOf = (changes: Partial<ModelConfig>): number => {
    const options = tinyOptions()
    const config = { ...engineModel(options), ...changes }
    return tidy(() => loss(config, weightsOf(config), 'vqa', inputsOf(options, 'vqa')).dataSync()[0] ?? Number.NaN)
  }

  it('differ where fusion, dynamic attention or the connections differ', () => {
    const losses = [lossOf({}), lossOf({ fusion_method: 'sum' }), lossOf({ dynamic_attention: true }), lossOf({ with_coattention: false })]
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(new Set(losses).size).toBe(4)
  })

  it('with dynamic attention and its gates at zero equal those with gates of 1.5', () => {
    const options = tinyOptions()
    const config = { ...engineModel(options), dynamic_attention: true }
    const weights = weightsOf(config)
    for (const [name, weight] of weights) if (name.includes('dyLinear')) weights.set(name, mul(weight, 0))
    const plain = new Map(weights)
    for (const part of ['query', 'key']) for (const end of ['weight', 'bias']) {
      const name = `bert.encoder.v_layer.0.attention.self.${part}.${end}`
      plain.set(name, mul(plain.get(name) as Tensor, 1.5))
    }
    const inputs = inputsOf(options, 'vqa')
    const gated = loss(config, weights, 'vqa', inputs).dataSync()[0]
    expect(loss({ ...config, dynamic_attention: false }, plain, 'vqa', inputs).dataSync()[0]).toBeCloseTo(gated ?? Number.NaN, 5)
  })

  it('refuse a text that is longer than the position table', () => {
    expect(() => lossOf({ max_position_embeddings: 5 })).toThrow('exceed the model\'s 5 positions')
  })
})
