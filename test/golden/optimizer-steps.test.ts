// Parameters after steps of the reference's own optimizer and loops, against ours. A single element with a gradient near
// zero amplifies rounding, so a tensor is judged by its mean difference and, loosely, by its largest.
import { join } from 'node:path'
import { mul, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'
import { type StoredTensor, asFloat32, readSafetensors } from '../../src/engine/checkpoint/safetensors'
import { valueAndGradients } from '../../src/engine/execution/gradients'
import { createAdamw } from '../../src/engine/optimizer/adamw'
import { fixtureInputs, fixtureLoss, taskOfPrefix } from '../../src/engine/parity/parity-losses'
import { type ParityModel, readJson, readParityModel } from '../../src/engine/parity/parity-model'

const TINY = join(__dirname, 'fixtures', 'tiny')
const PREFIX: Readonly<Record<string, string>> = { TASK1: 'vqa', TASK7: 'retrieval', TASK9: 'refcoco', TASK12: 'nlvr2' }

interface Scenario {
  readonly tasks: readonly string[]
  readonly steps: readonly { step: number; lr_base: number; lr_vil: number }[]
  readonly snapshots: readonly number[]
}

beforeAll(async () => {
  await loadBackend('auto')
})

function differences(model: ParityModel, expected: ReadonlyMap<string, StoredTensor>, prefix: string): { name: string; mean: number; largest: number }[] {
  return [...expected].filter(([name]) => name.startsWith(prefix)).map(([name, stored]) => {
    const actual = model.parameters(name.slice(prefix.length)).dataSync()
    const off = Array.from(asFloat32(stored), (value, i) => Math.abs(value - (actual[i] ?? Number.NaN)))
    return { name, mean: off.reduce((sum, value) => sum + value, 0) / off.length, largest: Math.max(...off) }
  })
}

describe.each(['vqa_warmup0', 'vqa_warmup2of10', 'multitask_none'])('the reference scenario %s', (name) => {
  it('ends at the same parameters', () => {
    const scenario = readJson(join(TINY, 'grads', 'optimizer.json'))[name] as Scenario
    const expected = readSafetensors(join(TINY, 'grads', 'optimizer.safetensors')).tensors
    const batches = readSafetensors(join(TINY, 'grads', 'grads.safetensors')).tensors
    const model = readParityModel(join(TINY, 'config.json'), join(TINY, 'model.safetensors'))
    const optimizer = createAdamw({ beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0.01, clipNorm: 0 })
    let compared = 0
    for (const { step, lr_base: learningRate, lr_vil: headLearningRate } of scenario.steps.slice(0, Math.max(...scenario.snapshots))) {
      const prefix = PREFIX[scenario.tasks[(step - 1) % scenario.tasks.length] ?? ''] ?? ''
      tidy(() => {
        const task = taskOfPrefix(prefix)
        const inputs = fixtureInputs(model, batches, prefix, task)
        // In the multi-task scenario VQA's learning rate is twice the base rate: its loss counts double.
        const scale = scenario.tasks.length > 1 && prefix === 'vqa' ? 2 : 1
        const { gradients } = valueAndGradients(() => mul(fixtureLoss(model, task, inputs), scale), model.weights)
        optimizer.apply(model.weights, gradients, { learningRate, headLearningRate, update: step })
      })
      if (!scenario.snapshots.includes(step)) continue
      const rows = differences(model, expected, `${name}.step${step}.`)
      compared += rows.length
      expect(rows.filter(({ mean, largest }) => !(mean < 2e-6 && largest < 2e-4))).toEqual([])
    }
    expect(compared).toBeGreaterThan(20)
    optimizer.dispose()
    model.dispose()
  })
})
