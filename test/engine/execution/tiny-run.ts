// A tiny model and random batches of every task, for the tests of both engines.

import { type TaskId, TASK_IDS, taskById } from '../../../src/contract/task-catalog'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { StepSettings, TaskShape } from '../../../src/engine/execution/step-engine'
import type { PretrainingBatch } from '../../../src/engine/pretraining/pretraining-batch'
import { type RandomStream, randomStream } from '../../../src/engine/random'
import type { TaskBatch, TrunkInputs } from '../../../src/engine/tasks/task-batch'
import { modelConfig } from '../../../src/engine/trunk/trunk-config'

export const SIZES = { vocabularySize: 50, featureSize: 12, answers: 9, gqaAnswers: 7, classes: 6 } as const
const WORDS = 7
const REGIONS = 6

export function tinyShape(id: TaskId, examples = 3): TaskShape {
  const task = taskById(id)
  const width = { answers: task.head === 'answers' ? SIZES.answers : SIZES.gqaAnswers, alternatives: 4, regions: REGIONS, choices: REGIONS, classes: task.head === 'pair' ? 2 : 3 }
  return { task: id, examples, words: WORDS, regions: REGIONS, targetWidth: width[task.objective] }
}

/** All twelve tasks, no dropout, the reference's optimizer, unless said otherwise. */
export function tinyOptions(changes: Partial<EngineOptions> = {}): EngineOptions {
  return {
    model: modelConfig('tiny', SIZES), shapes: TASK_IDS.map((id) => tinyShape(id)), seed: 1, taskToken: 'dataset', dropout: 0,
    pretraining: { rows: 4, words: WORDS, regions: REGIONS, classes: SIZES.classes },
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0.01, clipNorm: 0 },
    ...changes
  }
}

export const STEP: StepSettings = { learningRate: 1e-3, headLearningRate: 1e-3, lossScale: 1, dropoutSeed: [1, 2], update: 1 }

/** Two padding words and two padding regions in each row. */
function trunkInputs(stream: RandomStream, rows: number): TrunkInputs {
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => stream.normal())
  const mask = (width: number): Float32Array => Float32Array.from({ length: rows * width }, (_, i) => (i % width < width - 2 ? 1 : 0))
  return {
    wordIds: Int32Array.from({ length: rows * WORDS }, (_, i) => (i % WORDS < WORDS - 2 ? 1 + stream.integer(SIZES.vocabularySize - 1) : 0)),
    wordMask: mask(WORDS), features: numbers(rows * REGIONS * SIZES.featureSize), boxes: Float32Array.from({ length: rows * REGIONS * 5 }, () => stream.next()),
    regionMask: mask(REGIONS)
  }
}

/** Random inputs; the first logit of each example is the right one (the second for odd examples of `classes`). */
export function tinyBatch(id: TaskId, examples = 3, seed = 1): TaskBatch {
  const shape = tinyShape(id, examples)
  const task = taskById(id)
  const rows = examples * task.rowsPerExample
  const inputs = trunkInputs(randomStream(seed, 'batch', id), rows)
  const count = examples * shape.targetWidth
  const regional = task.objective === 'regions' || task.objective === 'choices'
  const right = (example: number): number => (task.objective === 'alternatives' ? 0 : example % 2)
  return {
    ...inputs, task: id, examples, rows, words: WORDS, regions: REGIONS, targetWidth: shape.targetWidth, weights: new Float32Array(examples).fill(1),
    targets: Float32Array.from({ length: count }, (_, i) => (i % shape.targetWidth === right(Math.floor(i / shape.targetWidth)) ? 1 : 0)),
    targetMask: regional ? inputs.regionMask.slice(0, count) : new Float32Array(count).fill(1),
    indices: Int32Array.from({ length: examples }, (_, i) => i)
  }
}

export function tinyPretrainingBatch(rows = 4, seed = 1): PretrainingBatch {
  const stream = randomStream(seed, 'pretraining')
  const inputs = trunkInputs(stream, rows)
  const probabilities = new Float32Array(rows * REGIONS * SIZES.classes)
  for (let start = 0; start < probabilities.length; start += SIZES.classes) {
    const scores = Array.from({ length: SIZES.classes }, () => Math.exp(stream.normal()))
    const total = scores.reduce((sum, score) => sum + score, 0)
    scores.forEach((score, i) => { probabilities[start + i] = score / total })
  }
  return {
    ...inputs, rows, words: WORDS, regions: REGIONS, classes: SIZES.classes,
    wordLabels: Int32Array.from({ length: rows * WORDS }, (_, i) => (i % WORDS === 2 ? (inputs.wordIds[i] ?? 0) : -1)),
    regionLabels: Float32Array.from({ length: rows * REGIONS }, (_, i) => (i % REGIONS === 1 ? 1 : 0)),
    regionTargets: probabilities, mismatched: Int32Array.from({ length: rows }, (_, i) => i % 2), weights: new Float32Array(rows).fill(1)
  }
}
