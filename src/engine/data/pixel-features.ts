// Features of a picture's regions from the pixels of each box and from nothing else: the same for drawn pictures and
// for photographs. A small network, trained once by mini-world/train-detector.ts and shipped in resources, turns
// the region's descriptor into 64 numbers and into class probabilities. Read next: region-descriptor.ts.

import { at, check } from '../../contract/check'
import { asFloat32, readSafetensors } from '../checkpoint/safetensors'
import { resourcePath } from '../resources'
import type { Pixels } from './picture-file'
import { describeRegion, DESCRIPTOR_SIZE, type RegionBox } from './region-descriptor'

/** Features per region of the small sizes. */
export const PIXEL_FEATURE_SIZE = 64

/** A fully connected layer: weight `[out, in]` row after row, bias `[out]`. */
export interface DenseLayer {
  readonly weight: Float32Array
  readonly bias: Float32Array
}

/** descriptor → hidden (rectified) → feature (mean 0, variance 1 over the training regions) → class logits. */
export interface Detector {
  readonly hidden: DenseLayer
  readonly feature: DenseLayer
  readonly category: DenseLayer
}

/** What the detector makes of a picture's boxes. */
export interface RegionReading {
  /** `[regions, featureSize]` */
  readonly features: Float32Array
  /** Probabilities `[regions, classes]`, the background last. */
  readonly classes: Float32Array
  readonly classCount: number
}

let shipped: Detector | null = null

/** The detector that ships with the program. */
export function shippedDetector(): Detector {
  shipped ??= readDetector(resourcePath('mini-world', 'detector.safetensors'))
  return shipped
}

/** Reads a detector file; throws a WorkbenchError if it does not fit the descriptor. */
export function readDetector(path: string): Detector {
  const { tensors } = readSafetensors(path)
  const layer = (name: string, inputs: number): DenseLayer => {
    const weight = tensors.get(`${name}.weight`)
    const bias = tensors.get(`${name}.bias`)
    if (!weight || !bias || weight.shape[1] !== inputs || weight.shape[0] !== bias.shape[0]) {
      throw new Error(`${path}: layer ${name} must have a weight [n, ${inputs}] and a bias [n]`)
    }
    return { weight: asFloat32(weight), bias: asFloat32(bias) }
  }
  const hidden = layer('hidden', DESCRIPTOR_SIZE)
  const feature = layer('feature', hidden.bias.length)
  check(feature.bias.length === PIXEL_FEATURE_SIZE, () => `${path}: features have ${feature.bias.length} numbers, not ${PIXEL_FEATURE_SIZE}`)
  return { hidden, feature, category: layer('category', PIXEL_FEATURE_SIZE) }
}

/** out = weight · input + bias. Four sums side by side: a processor adds them at once. */
export function applyLayer(layer: DenseLayer, input: Float32Array, out: Float32Array): void {
  const { weight, bias } = layer
  const inputs = weight.length / bias.length
  const whole = inputs - (inputs % 4)
  for (let o = 0; o < bias.length; o++) {
    const row = o * inputs
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let i = 0; i < whole; i += 4) {
      a += (weight[row + i] as number) * (input[i] as number)
      b += (weight[row + i + 1] as number) * (input[i + 1] as number)
      c += (weight[row + i + 2] as number) * (input[i + 2] as number)
      d += (weight[row + i + 3] as number) * (input[i + 3] as number)
    }
    for (let i = whole; i < inputs; i++) a += (weight[row + i] as number) * (input[i] as number)
    out[o] = a + b + c + d + (bias[o] as number)
  }
}

/** The largest to 0 and all others to their share, in place: softmax. */
export function toProbabilities(logits: Float32Array): void {
  let largest = -Infinity
  for (const value of logits) largest = Math.max(largest, value)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += logits[i] = Math.exp((logits[i] as number) - largest)
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] as number) / sum
}

/**
 * Features and class probabilities of a picture's boxes (x1, y1, x2, y2 in pixels).
 * A feature size above 64 repeats the 64 numbers: the full model's 2,048 inputs, no more information.
 */
export function readRegions(
  pixels: Pixels, boxes: readonly RegionBox[], featureSize = PIXEL_FEATURE_SIZE, detector: Detector = shippedDetector()
): RegionReading {
  const classCount = detector.category.bias.length
  const features = new Float32Array(boxes.length * featureSize)
  const classes = new Float32Array(boxes.length * classCount)
  const descriptor = new Float32Array(DESCRIPTOR_SIZE)
  const hidden = new Float32Array(detector.hidden.bias.length)
  const feature = new Float32Array(PIXEL_FEATURE_SIZE)
  const logits = new Float32Array(classCount)
  boxes.forEach((box, region) => {
    describeRegion(pixels, box, descriptor)
    applyLayer(detector.hidden, descriptor, hidden)
    for (let i = 0; i < hidden.length; i++) hidden[i] = Math.max(0, hidden[i] as number)
    applyLayer(detector.feature, hidden, feature)
    for (let i = 0; i < featureSize; i++) features[region * featureSize + i] = at(feature, i % PIXEL_FEATURE_SIZE)
    applyLayer(detector.category, feature, logits)
    toProbabilities(logits)
    classes.set(logits, region * classCount)
  })
  return { features, classes, classCount }
}

/** Features `[boxes, featureSize]` alone. */
export function regionFeatures(pixels: Pixels, boxes: readonly RegionBox[], featureSize = PIXEL_FEATURE_SIZE): Float32Array {
  return readRegions(pixels, boxes, featureSize).features
}
