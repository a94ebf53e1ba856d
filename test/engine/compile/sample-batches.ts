// Small seeded batches of every task and of pre-training for the tests of the engines.

import { type Task, TASKS } from '../../../src/contract/task-catalog'
import type { EngineOptions, OptimizerOptions, PretrainingShape } from '../../../src/engine/execution/engine-options'
import type { StepSettings, TaskShape } from '../../../src/engine/execution/step-engine'
import type { PretrainingBatch } from '../../../src/engine/pretraining/pretraining-batch'
import { type RandomStream, randomStream } from '../../../src/engine/random'
import type { TaskBatch, TrunkInputs } from '../../../src/engine/tasks/task-batch'
import { modelConfig } from '../../../src/engine/trunk/trunk-config'

const VOCABULARY = 50
const FEATURES = 8
export const CLASSES = 7
const WIDTHS = { answers: 9, 'gqa-answers': 6, alignment: 4, region: 6, pair: 2, 'three-way': 3 } as const
export const WORDS = 7
export const REGIONS = 6

export const sampleModel = modelConfig('tiny', {
  vocabularySize: VOCABULARY, featureSize: FEATURES, answers: WIDTHS.answers, gqaAnswers: WIDTHS['gqa-answers'], classes: CLASSES,
})

export const plainOptimizer: OptimizerOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0.01, clipNorm: 0 }

export function sampleShape(task: Task, examples = 4): TaskShape {
  return { task: task.id, examples, words: WORDS, regions: REGIONS, targetWidth: WIDTHS[task.head] }
}

export const samplePretraining: PretrainingShape = { rows: 4, words: WORDS, regions: REGIONS, classes: CLASSES }

export function sampleOptions(changes: Partial<EngineOptions> = {}): EngineOptions {
  return {
    model: sampleModel, shapes: TASKS.map((task) => sampleShape(task)), seed: 1, optimizer: plainOptimizer,
    taskToken: 'dataset', dropout: 0, ...changes,
  }
}

export function pretrainingOptions(changes: Partial<EngineOptions> = {}): EngineOptions {
  return sampleOptions({ shapes: [], pretraining: samplePretraining, taskToken: 'none', ...changes })
}

export function settingsOf(update: number, changes: Partial<StepSettings> = {}): StepSettings {
  return { learningRate: 1e-4, headLearningRate: 2e-4, lossScale: 1, dropoutSeed: [11, update], update, ...changes }
}

function floats(count: number, value: (i: number) => number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => value(i))
}

function trunkInputs(stream: RandomStream, rows: number): TrunkInputs {
  const lengths = Array.from({ length: rows }, () => 3 + stream.integer(WORDS - 2))
  const boxes = Array.from({ length: rows }, () => 3 + stream.integer(REGIONS - 2))
  const isWord = (i: number): boolean => i % WORDS < (lengths[Math.floor(i / WORDS)] ?? 0)
  const isRegion = (i: number): boolean => i % REGIONS < (boxes[Math.floor(i / REGIONS)] ?? 0)
  return {
    wordIds: Int32Array.from({ length: rows * WORDS }, (_, i) => (isWord(i) ? 1 + stream.integer(VOCABULARY - 1) : 0)),
    wordMask: floats(rows * WORDS, (i) => (isWord(i) ? 1 : 0)),
    features: floats(rows * REGIONS * FEATURES, () => stream.normal()),
    boxes: floats(rows * REGIONS * 5, () => stream.next()),
    regionMask: floats(rows * REGIONS, (i) => (isRegion(i) ? 1 : 0)),
  }
}

function targetsOf(task: Task, stream: RandomStream, regionMask: Float32Array, examples: number): { targets: Float32Array; targetMask: Float32Array } {
  const width = WIDTHS[task.head]
  const targetMask = task.head === 'region' ? regionMask.slice(0, examples * width) : new Float32Array(examples * width).fill(1)
  const targets = new Float32Array(examples * width)
  for (let e = 0; e < examples; e++) {
    const right = task.objective === 'alternatives' ? 0 : stream.integer(Math.min(3, width))
    targets[e * width + right] = task.objective === 'answers' ? 0.3 + 0.7 * stream.next() : 1
  }
  return { targets, targetMask }
}

export function sampleBatch(task: Task, examples = 4, seed = 1): TaskBatch {
  const stream = randomStream(seed, 'batch', task.id)
  const rows = examples * task.rowsPerExample
  const inputs = trunkInputs(stream, rows)
  return {
    task: task.id, examples, rows, words: WORDS, regions: REGIONS, ...inputs, weights: new Float32Array(examples).fill(1),
    ...targetsOf(task, stream, inputs.regionMask, examples), targetWidth: WIDTHS[task.head],
    indices: Int32Array.from({ length: examples }, (_, i) => i),
  }
}

export function samplePretrainingBatch(rows = 4, seed = 1): PretrainingBatch {
  const stream = randomStream(seed, 'pretraining')
  const inputs = trunkInputs(stream, rows)
  const masked = floats(rows * REGIONS, (i) => (i % REGIONS > 0 && (inputs.regionMask[i] ?? 0) > 0 && stream.chance(0.4) ? 1 : 0))
  const regionTargets = new Float32Array(rows * REGIONS * CLASSES)
  for (let i = 0; i < rows * REGIONS; i++) {
    const shares = Array.from({ length: CLASSES }, () => stream.next())
    const total = shares.reduce((sum, share) => sum + share, 0)
    shares.forEach((share, c) => { regionTargets[i * CLASSES + c] = share / total })
  }
  return {
    ...inputs, rows, words: WORDS, regions: REGIONS, classes: CLASSES, regionTargets, regionLabels: masked,
    wordLabels: Int32Array.from(inputs.wordIds, (id) => (id > 0 && stream.chance(0.4) ? id : -1)),
    mismatched: Int32Array.from({ length: rows }, () => stream.integer(2)), weights: new Float32Array(rows).fill(1),
  }
}
