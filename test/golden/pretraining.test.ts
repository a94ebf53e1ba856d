// Masked pre-training against the reference: outputs, the three losses under each objective, gradients, optimizer steps.
import { join } from 'node:path'
import { type Tensor, mul, tensor, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'
import { type StoredTensor, asFloat32, readSafetensors } from '../../src/engine/checkpoint/safetensors'
import { valueAndGradients } from '../../src/engine/execution/gradients'
import { type Inputs, type PretrainingLoss, stepProgram } from '../../src/engine/execution/step-program'
import { forwardContext } from '../../src/engine/nn/forward-context'
import { createAdamw } from '../../src/engine/optimizer/adamw'
import { type ParityModel, fixtureTensor, readJson, readParityModel } from '../../src/engine/parity/parity-model'

const FOLDER = join(__dirname, 'fixtures', 'pretrain')
const FILE = join(FOLDER, 'fixture.safetensors')
const OBJECTIVES = [0, 1, 2] as const

beforeAll(async () => {
  await loadBackend('auto')
})

function modelOf(visualTarget: 0 | 1): ParityModel {
  return readParityModel(join(FOLDER, `config_vt${visualTarget}.json`), join(FOLDER, visualTarget === 0 ? 'model_vt0.safetensors' : 'model_vt1_vt2.safetensors'))
}

/** The fixture's batch as ours: labels and targets get a row for region 0; objective 1 takes the labels of mismatched pairs away. */
function inputsOf(tensors: ReadonlyMap<string, StoredTensor>, visualTarget: 0 | 1, objective: 0 | 1 | 2): Inputs {
  const read = (name: string, dtype: 'float32' | 'int32'): Tensor => fixtureTensor(FILE, tensors, `in.${name}`, dtype)
  const numbers = (name: string): Float32Array => {
    const stored = tensors.get(`in.${name}`)
    if (!stored) throw new Error(`No tensor in.${name}`)
    return asFloat32(stored)
  }
  const mismatched = numbers('is_next')
  const counts = (row: number): boolean => objective !== 1 || mismatched[row] === 0
  const wordLabels = Int32Array.from(numbers('lm_label_ids'), (label, i) => (counts(Math.floor(i / 10)) ? label : -1))
  const label = numbers('image_label')
  const regionLabels = Float32Array.from({ length: 4 * 8 }, (_, i) => (i % 8 > 0 && counts(Math.floor(i / 8)) && label[Math.floor(i / 8) * 7 + (i % 8) - 1] === 1 ? 1 : 0))
  const target = numbers(visualTarget === 0 ? 'image_target.vt0' : 'image_target.vt1_vt2')
  const width = target.length / 28
  const regionTargets = new Float32Array(4 * 8 * width)
  for (let row = 0; row < 4; row++) regionTargets.set(target.subarray(row * 7 * width, (row + 1) * 7 * width), (row * 8 + 1) * width)
  return {
    wordIds: read('input_ids', 'int32'), wordMask: read('input_mask', 'float32'), segmentIds: read('segment_ids', 'int32'),
    features: read('image_feat', 'float32'), boxes: read('image_loc', 'float32'), regionMask: read('image_mask', 'float32'),
    wordLabels: tensor(wordLabels, [4, 10], 'int32'), regionLabels: tensor(regionLabels, [4, 8]), regionTargets: tensor(regionTargets, [4, 8, width]),
    mismatched: read('is_next', 'int32'), weights: tensor([1, 1, 1, 1])
  }
}

function lossOf(model: ParityModel, inputs: Inputs, objective: 0 | 1 | 2): PretrainingLoss {
  const output = stepProgram.pretrainingForward(forwardContext(model.config, model.parameters), inputs)
  return stepProgram.pretrainingLoss(model.config, output, inputs, objective === 2 ? 0 : 1)
}

const largest = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))), actual.length === expected.length ? 0 : Infinity)

describe.each([0, 1] as const)('pre-training with visual target %i', (visualTarget) => {
  const { tensors } = readSafetensors(FILE)

  it('has the reference\'s outputs within 1e-4', () => {
    const model = modelOf(visualTarget)
    tidy(() => {
      const output = stepProgram.pretrainingForward(forwardContext(model.config, model.parameters), inputsOf(tensors, visualTarget, 0))
      const pairs: [Tensor, string][] = [[output.regionLogits, `out.${visualTarget === 0 ? 'vt0' : 'vt1_vt2'}.prediction_scores_v`]]
      if (visualTarget === 0) pairs.push([output.wordLogits, 'out.vt0.prediction_scores_t'], [output.alignmentLogits, 'out.vt0.seq_relationship_score'])
      for (const [actual, name] of pairs) expect([name, largest(actual.dataSync(), asFloat32(tensors.get(name) as StoredTensor)) < 1e-4]).toEqual([name, true])
    })
    model.dispose()
  })

  it.each(OBJECTIVES)('has the reference\'s losses under objective %i', (objective) => {
    const model = modelOf(visualTarget)
    const losses = tidy(() => {
      const loss = lossOf(model, inputsOf(tensors, visualTarget, objective), objective)
      return [loss.wordLoss, loss.regionLoss, mul(loss.alignmentLoss, objective === 2 ? 0 : 1), loss.total].map((value) => value.dataSync()[0] ?? Number.NaN)
    })
    expect(largest(losses, asFloat32(tensors.get(`loss.vt${visualTarget}.objective${objective}`) as StoredTensor))).toBeLessThan(1e-5)
    model.dispose()
  })

  it.each(visualTarget === 0 ? ([0, 1] as const) : ([1] as const))('has the reference\'s gradients under objective %i within 1e-3', (objective) => {
    const model = modelOf(visualTarget)
    const prefix = `vt${visualTarget}.objective${objective}.grad.`
    const expected = [...readSafetensors(join(FOLDER, 'grads.safetensors')).tensors].filter(([name]) => name.startsWith(prefix))
    tidy(() => {
      const inputs = inputsOf(tensors, visualTarget, objective)
      const { gradients } = valueAndGradients(() => lossOf(model, inputs, objective).total, model.weights)
      for (const [name, stored] of expected) {
        const numbers = asFloat32(stored)
        const scale = Math.max(1e-5, numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0))
        expect([name, largest(gradients.get(name.slice(prefix.length))?.dataSync() ?? [], numbers) / scale < 1e-3]).toEqual([name, true])
      }
    })
    expect(expected.length).toBeGreaterThanOrEqual(9)
    model.dispose()
  })
})

it('takes the reference\'s pre-training steps: bias correction, its own betas and rates', () => {
  const { tensors } = readSafetensors(FILE)
  const expected = readSafetensors(join(FOLDER, 'optimizer.safetensors')).tensors
  const { steps } = readJson(join(FOLDER, 'losses.json'))['optimizer'] as { steps: { step: number; lr_max: number; masked_lm_loss: number }[] }
  const model = modelOf(0)
  const optimizer = createAdamw({ beta1: 0.9, beta2: 0.98, epsilon: 1e-8, biasCorrection: true, weightDecay: 0.01, clipNorm: 0 })
  for (const { step, lr_max: rate, masked_lm_loss: wordLoss } of steps.slice(0, 3)) {
    tidy(() => {
      const inputs = inputsOf(tensors, 0, 1)
      expect(Math.abs((lossOf(model, inputs, 1).wordLoss.dataSync()[0] ?? Number.NaN) - wordLoss)).toBeLessThan(1e-3)
      const { gradients } = valueAndGradients(() => lossOf(model, inputs, 1).total, model.weights)
      optimizer.apply(model.weights, gradients, { learningRate: rate, headLearningRate: rate, update: step })
    })
    for (const [name, stored] of expected) {
      if (!name.startsWith(`step${step}.`)) continue
      const actual = model.parameters(name.slice(`step${step}.`.length)).dataSync()
      const off = Array.from(asFloat32(stored), (value, i) => Math.abs(value - (actual[i] ?? Number.NaN)))
      expect([name, off.reduce((sum, value) => sum + value, 0) / off.length < 2e-6]).toEqual([name, true])
    }
  }
  optimizer.dispose()
  model.dispose()
})
