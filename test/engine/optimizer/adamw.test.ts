import { type Tensor, memory, tensor, tidy, variable } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../../src/engine/backend'
import type { OptimizerOptions } from '../../../src/engine/execution/engine-options'
import { createAdamw } from '../../../src/engine/optimizer/adamw'

const REFERENCE: OptimizerOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0, clipNorm: 0 }

beforeAll(async () => {
  await loadBackend('auto')
})

/** Weights after each of the given gradients, from 1, at rates 0.1 (trunk) and 0.2 (heads). */
function run(options: Partial<OptimizerOptions>, name: string, gradients: readonly number[]): { weights: number[]; norms: number[] } {
  const weight = variable(tensor([1]))
  const optimizer = createAdamw({ ...REFERENCE, ...options })
  const weights: number[] = []
  const norms: number[] = []
  gradients.forEach((gradient, i) => tidy(() => {
    const norm = optimizer.apply(new Map([[name, weight]]), new Map<string, Tensor>([[name, tensor([gradient])]]), { learningRate: 0.1, headLearningRate: 0.2, update: i + 1 })
    norms.push(norm.dataSync()[0] ?? Number.NaN)
    weights.push(weight.dataSync()[0] ?? Number.NaN)
  }))
  optimizer.dispose()
  weight.dispose()
  return { weights, norms }
}

describe('RAdam', () => {
  // PyTorch 2.15: torch.optim.RAdam(lr 0.1, falling by a twentieth of it each step, eps 1e-8, decoupled_weight_decay), float32.
  const GRADIENTS = [[2, -0.5, 0.001], [1, 0.25, -0.002], [-0.5, 0.125, 0.003], [0.75, -1, 0], [3, 0.5, -0.001], [-2, 0.3, 0.002], [0.1, -0.2, 0.004], [1.5, 0.7, -0.003], [0, 0, 0], [-1, 2, 0.001]]
  const PYTORCH: Readonly<Record<string, readonly (readonly number[])[]>> = {
    0: [[0.80000001, -1.95000005, 0.49990001], [0.66000003, -1.94000006, 0.499955], [0.59291518, -1.93817353, 0.49988824], [0.52944326, -1.91223359, 0.49984354], [0.42568609, -1.90354908, 0.49983126],
      [0.42503738, -1.90347064, 0.49923548], [0.42434037, -1.90321267, 0.49799684], [0.42329383, -1.90358281, 0.49749231], [0.42231745, -1.90392816, 0.49702162], [0.42172909, -1.90516448, 0.4964036]],
    0.01: [[0.79900002, -1.94800007, 0.49940002], [0.65824103, -1.93614948, 0.49898058], [0.59056377, -1.93258047, 0.49846476], [0.52658987, -1.90499783, 0.49799636], [0.42241141, -1.89478934, 0.49758568],
      [0.42144591, -1.8932898, 0.49661672], [0.42045388, -1.89170659, 0.49503043], [0.41913405, -1.89084709, 0.49420413], [0.41790619, -1.89005792, 0.49343693], [0.417088, -1.89025474, 0.49254754]]
  }

  it.each([0, 0.01])('makes the updates of PyTorch’s, first without and then with the second moment: weight decay %f', (weightDecay) => {
    const weight = variable(tensor([1, -2, 0.5]))
    const optimizer = createAdamw({ ...REFERENCE, kind: 'radam', epsilon: 1e-8, weightDecay })
    GRADIENTS.forEach((gradient, i) => tidy(() => {
      const learningRate = 0.1 * (1 - i / 20)
      optimizer.apply(new Map([['w', weight]]), new Map<string, Tensor>([['w', tensor(gradient)]]), { learningRate, headLearningRate: 0, update: i + 1 })
      const made = [...weight.dataSync()]
      made.forEach((value, place) => expect(Math.abs(value - (PYTORCH[weightDecay]?.[i]?.[place] ?? Number.NaN)), `update ${i + 1}`).toBeLessThan(5e-7))
    }))
    optimizer.dispose()
    weight.dispose()
  })
})

describe('AdamW', () => {
  it('without bias correction takes a first step of about 3.16 learning rates', () => {
    // m = 0.1 g, v = 0.001 g²: the step is 0.1 / √0.001 of the learning rate.
    const [first] = run({}, 'w', [2]).weights
    expect(first).toBeCloseTo(1 - 0.1 * 0.2 / (Math.sqrt(0.004) + 1e-6), 5)
  })

  it('with bias correction takes a first step of one learning rate', () => {
    expect(run({ biasCorrection: true }, 'w', [2]).weights[0]).toBeCloseTo(0.9, 4)
  })

  it('gives BERT\'s weights a rate of their own, if asked', () => {
    const step = (name: string, bertRate: number): number => 1 - (run({ biasCorrection: true, bertRate }, name, [2]).weights[0] ?? Number.NaN)
    expect(step('bert.encoder.layer.3.output.dense.weight', 0.1)).toBeCloseTo(0.01, 5)
    for (const name of ['bert.encoder.layer.3.output.dense.weight', 'cls.predictions.bias']) expect(step(name, 1)).toBeCloseTo(0.1, 4)
    for (const name of ['bert.encoder.v_layer.0.output.dense.weight', 'bert.embeddings.task_embeddings.weight', 'bert.t_pooler.dense.weight']) expect(step(name, 0.1)).toBeCloseTo(0.1, 4)
  })

  it('decays the LayerNorms that the reference\'s names miss, or none', () => {
    const decayed = (name: string, decayRule: 'names' | 'norms'): boolean => (run({ weightDecay: 0.5, decayRule }, name, [0]).weights[0] ?? 1) < 1
    for (const name of ['bert.encoder.c_layer.0.biOutput.LayerNorm1.weight', 'vil_prediction.logit_fc.2.weight']) {
      expect([decayed(name, 'names'), decayed(name, 'norms')]).toEqual([true, false])
    }
    expect([decayed('bert.embeddings.LayerNorm.weight', 'names'), decayed('vil_logit.weight', 'norms')]).toEqual([false, true])
  })

  it('decays after the update, from the updated value, and not biases', () => {
    const [plain] = run({}, 'w', [2]).weights
    expect(run({ weightDecay: 0.5 }, 'w', [2]).weights[0]).toBeCloseTo((plain ?? 0) * (1 - 0.1 * 0.5), 5)
    expect(run({ weightDecay: 0.5 }, 'w.bias', [2]).weights[0]).toBeCloseTo(plain ?? 0, 6)
  })

  it('moves heads at their own rate', () => {
    const [trunk, head] = [run({}, 'vision_logit.weight', [2]).weights[0] ?? 0, run({}, 'vil_logit.weight', [2]).weights[0] ?? 0]
    expect((1 - head) / (1 - trunk)).toBeCloseTo(2, 4)
  })

  it('clips to the norm and reports the norm before', () => {
    const clipped = run({ clipNorm: 1, epsilon: 1 }, 'w', [-50])
    expect(clipped.norms[0]).toBeCloseTo(50, 4)
    expect(clipped.weights[0]).toBeCloseTo(run({ epsilon: 1 }, 'w', [-1]).weights[0] ?? 0, 5)
    expect(run({ clipNorm: 100, epsilon: 1 }, 'w', [-50]).weights[0]).toBe(run({ epsilon: 1 }, 'w', [-50]).weights[0])
  })

  it('leaves a weight without a gradient, and its moments, alone', () => {
    const [a, b] = [variable(tensor([1])), variable(tensor([1]))]
    const optimizer = createAdamw({ ...REFERENCE, weightDecay: 0.1 })
    tidy(() => { optimizer.apply(new Map([['a', a], ['b', b]]), new Map<string, Tensor>([['a', tensor([1])]]), { learningRate: 0.1, headLearningRate: 0.1, update: 1 }) })
    expect([b.dataSync()[0], [...optimizer.first.keys()]]).toEqual([1, ['a']])
    const before = memory().numTensors
    optimizer.dispose()
    expect(memory().numTensors).toBe(before - 2)
  })
})
