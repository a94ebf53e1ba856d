// Trains the small network behind the region features, once, on scenes of its own seed: descriptor → hidden → 64
// numbers → category, colour, facing. Plain typed arrays and Adam, so that it needs no TensorFlow and gives the same
// weights on every run. The result ships as resources/mini-world/detector.safetensors. Read next: data/pixel-features.ts.

import { at } from '../../contract/check'
import { writeSafetensors } from '../checkpoint/safetensors'
import { applyLayer, PIXEL_FEATURE_SIZE, toProbabilities, type DenseLayer, type Detector } from '../data/pixel-features'
import { DESCRIPTOR_SIZE } from '../data/region-descriptor'
import { randomStream, type RandomStream } from '../random'
import { CLASS_COUNT } from './catalog'
import { descriptorOf, detectorSamples, FACINGS, NO_COLOUR, type DetectorSamples } from './detector-samples'

export interface DetectorTraining {
  readonly seed: number
  readonly scenes: number
  readonly epochs: number
  readonly hidden: number
}

/** How the shipped detector was made. */
export const SHIPPED_TRAINING: DetectorTraining = { seed: 20, scenes: 3000, epochs: 8, hidden: 128 }

const BATCH = 64
const LEARNING_RATE = 2e-3
const WEIGHT_DECAY = 1e-5
const TRAINING_JITTER = 0.045

/** A layer with its gradient and Adam's two averages. */
interface TrainedLayer extends DenseLayer {
  readonly inputs: number
  readonly gradient: DenseLayer
  readonly mean: DenseLayer
  readonly square: DenseLayer
}

interface Network {
  readonly hidden: TrainedLayer
  readonly feature: TrainedLayer
  readonly heads: readonly TrainedLayer[]
}

const emptyLayer = (inputs: number, outputs: number): DenseLayer => ({
  weight: new Float32Array(inputs * outputs),
  bias: new Float32Array(outputs)
})

function makeLayer(stream: RandomStream, inputs: number, outputs: number, gain: number): TrainedLayer {
  const layer = emptyLayer(inputs, outputs)
  for (let i = 0; i < layer.weight.length; i++) layer.weight[i] = stream.normal() * Math.sqrt(gain / inputs)
  return { ...layer, inputs, gradient: emptyLayer(inputs, outputs), mean: emptyLayer(inputs, outputs), square: emptyLayer(inputs, outputs) }
}

/** Adds the gradient of one sample to a layer and returns it at the inputs, if asked. */
function backward(layer: TrainedLayer, input: Float32Array, atOutput: Float32Array, atInput?: Float32Array): void {
  const { inputs, weight, gradient } = layer
  for (let o = 0; o < layer.bias.length; o++) {
    const g = atOutput[o] as number
    if (g === 0) continue
    gradient.bias[o] = (gradient.bias[o] as number) + g
    const row = o * inputs
    const slots = gradient.weight
    for (let i = 0; i < inputs; i++) slots[row + i] = (slots[row + i] as number) + g * (input[i] as number)
    if (!atInput) continue
    for (let i = 0; i < inputs; i++) atInput[i] = (atInput[i] as number) + g * (weight[row + i] as number)
  }
}

/** One step of Adam over an array; clears the gradient. */
function adam(values: Float32Array, gradient: Float32Array, mean: Float32Array, square: Float32Array, rate: number, step: number): void {
  const scale = rate * (Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step))
  for (let i = 0; i < values.length; i++) {
    const g = (gradient[i] as number) / BATCH
    const m = (mean[i] = 0.9 * (mean[i] as number) + 0.1 * g)
    const s = (square[i] = 0.999 * (square[i] as number) + 0.001 * g * g)
    values[i] = (values[i] as number) * (1 - WEIGHT_DECAY) - (scale * m) / (Math.sqrt(s) + 1e-8)
    gradient[i] = 0
  }
}

function update(network: Network, rate: number, step: number): void {
  for (const layer of [network.hidden, network.feature, ...network.heads]) {
    adam(layer.weight, layer.gradient.weight, layer.mean.weight, layer.square.weight, rate, step)
    adam(layer.bias, layer.gradient.bias, layer.mean.bias, layer.square.bias, rate, step)
  }
}

/** Forward and backward for one sample; returns which heads were right. */
function learn(network: Network, input: Float32Array, labels: readonly number[], buffers: Buffers): boolean[] {
  const { hidden, feature, atHidden, atFeature } = buffers
  applyLayer(network.hidden, input, hidden)
  for (let i = 0; i < hidden.length; i++) hidden[i] = Math.max(0, hidden[i] as number)
  applyLayer(network.feature, hidden, feature)
  atFeature.fill(0)
  const right = network.heads.map((head, h) => {
    const out = at(buffers.outputs, h)
    applyLayer(head, feature, out)
    toProbabilities(out)
    const label = at(labels, h)
    const correct = out.every((value) => value <= at(out, label))
    out[label] = at(out, label) - 1
    const weight = at(HEAD_WEIGHTS, h)
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * weight
    backward(head, feature, out, atFeature)
    return correct
  })
  atHidden.fill(0)
  backward(network.feature, hidden, atFeature, atHidden)
  for (let i = 0; i < hidden.length; i++) if ((hidden[i] as number) <= 0) atHidden[i] = 0
  backward(network.hidden, input, atHidden)
  return right
}

const HEAD_WEIGHTS = [1, 0.7, 0.3]

interface Buffers {
  readonly hidden: Float32Array
  readonly feature: Float32Array
  readonly atHidden: Float32Array
  readonly atFeature: Float32Array
  readonly outputs: readonly Float32Array[]
}

/** Trains on the samples; `report` is called after each epoch with the shares of right categories, colours, facings. */
export function trainDetector(
  samples: DetectorSamples, training: DetectorTraining, report: (epoch: number, right: readonly number[]) => void = () => undefined
): Detector {
  const stream = randomStream(training.seed, 'detector weights')
  const network: Network = {
    hidden: makeLayer(stream, DESCRIPTOR_SIZE, training.hidden, 2),
    feature: makeLayer(stream, training.hidden, PIXEL_FEATURE_SIZE, 1),
    heads: [CLASS_COUNT, NO_COLOUR + 1, FACINGS.length].map((outputs) => makeLayer(stream, PIXEL_FEATURE_SIZE, outputs, 1))
  }
  const buffers: Buffers = {
    hidden: new Float32Array(training.hidden),
    feature: new Float32Array(PIXEL_FEATURE_SIZE),
    atHidden: new Float32Array(training.hidden),
    atFeature: new Float32Array(PIXEL_FEATURE_SIZE),
    outputs: network.heads.map((head) => new Float32Array(head.bias.length))
  }
  const batches = Math.floor(samples.count / BATCH)
  const steps = batches * training.epochs
  const warmUp = Math.min(200, steps / 10)
  let step = 0
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    const order = stream.shuffle(Array.from({ length: samples.count }, (_, i) => i))
    const right = [0, 0, 0]
    for (let batch = 0; batch < batches; batch++) {
      for (const index of order.slice(batch * BATCH, (batch + 1) * BATCH)) {
        const labels = [at(samples.category, index), at(samples.colour, index), at(samples.facing, index)]
        learn(network, descriptorOf(samples, index), labels, buffers).forEach((ok, h) => (right[h] = at(right, h) + Number(ok)))
      }
      step++
      const progress = step / steps
      update(network, LEARNING_RATE * Math.min(1, step / warmUp) * Math.max(0.01, 1 - progress), step)
    }
    report(epoch, right.map((count) => count / (batches * BATCH)))
  }
  return standardised(network, samples, buffers)
}

/** Folds the scaling to mean 0 and variance 1 (over the samples) into the feature layer and takes it back in the head. */
function standardised(network: Network, samples: DetectorSamples, { hidden, feature }: Buffers): Detector {
  const sum = new Float64Array(PIXEL_FEATURE_SIZE)
  const squares = new Float64Array(PIXEL_FEATURE_SIZE)
  for (let n = 0; n < samples.count; n++) {
    applyLayer(network.hidden, descriptorOf(samples, n), hidden)
    for (let i = 0; i < hidden.length; i++) hidden[i] = Math.max(0, hidden[i] as number)
    applyLayer(network.feature, hidden, feature)
    feature.forEach((value, i) => {
      sum[i] = at(sum, i) + value
      squares[i] = at(squares, i) + value * value
    })
  }
  const means = Array.from(sum, (value) => value / samples.count)
  const deviations = Array.from(squares, (value, i) => Math.sqrt(value / samples.count - at(means, i) ** 2))
  const head = at(network.heads, 0)
  const scaleRow = (weight: Float32Array, o: number): number[] =>
    Array.from(weight.subarray(o * PIXEL_FEATURE_SIZE, (o + 1) * PIXEL_FEATURE_SIZE), (value, i) => value * at(deviations, i))
  const shiftOf = (o: number): number => means.reduce((total, mean, i) => total + mean * at(head.weight, o * PIXEL_FEATURE_SIZE + i), 0)
  const inputs = network.feature.inputs
  return {
    hidden: { weight: network.hidden.weight, bias: network.hidden.bias },
    feature: {
      weight: network.feature.weight.map((value, i) => value / at(deviations, Math.floor(i / inputs))),
      bias: network.feature.bias.map((value, i) => (value - at(means, i)) / at(deviations, i))
    },
    category: {
      weight: Float32Array.from(Array.from(head.bias, (_, o) => scaleRow(head.weight, o)).flat()),
      bias: head.bias.map((value, o) => value + shiftOf(o))
    }
  }
}

/** Trains as given and writes the detector file; prints nothing. */
export function makeDetector(
  path: string, training: DetectorTraining = SHIPPED_TRAINING, report: (epoch: number, right: readonly number[]) => void = () => undefined
): Detector {
  const samples = detectorSamples(training.seed, training.scenes, 2, TRAINING_JITTER)
  const detector = trainDetector(samples, training, report)
  const layers = { hidden: detector.hidden, feature: detector.feature, category: detector.category }
  writeSafetensors(
    path,
    Object.entries(layers).flatMap(([name, { weight, bias }]) => [
      { name: `${name}.weight`, shape: [bias.length, weight.length / bias.length], data: weight },
      { name: `${name}.bias`, shape: [bias.length], data: bias }
    ]),
    { made_by: 'data train-detector', ...Object.fromEntries(Object.entries(training).map(([key, value]) => [key, String(value)])) }
  )
  return detector
}
