// Times one training step of a fixed small model on seeded random numbers, so that machines, backends and the two engines
// can be compared: vocabulary 1,000, text 4 × 128, vision 2 × 128, 2 connections, features 64, batch 32, 20 words,
// 11 regions, 10 answers, no dropout. Spec: none (engine). Read next: compiled-engine.ts.

import { taskById } from '../../contract/task-catalog'
import { randomStream } from '../random'
import type { TaskBatch } from '../tasks/task-batch'
import { modelConfig } from '../trunk/trunk-config'
import { createCompiledEngine } from './compiled-engine'
import { createEagerEngine } from './eager-engine'
import type { EngineOptions } from './engine-options'
import type { StepEngine } from './step-engine'

export interface StepTiming {
  readonly engine: StepEngine['kind']
  readonly parameters: number
  /** Making the engine, in milliseconds. */
  readonly createMs: number
  /** The first step, which TensorFlow prepares, where it was not prepared before. */
  readonly firstStepMs: number
  readonly minMs: number
  readonly medianMs: number
  readonly steps: number
  /** Loss of the last step: equal on two runs of one machine. */
  readonly loss: number
}

const EXAMPLES = 32
const WORDS = 20
const REGIONS = 11
const FEATURES = 64
const ANSWERS = 10
const VOCABULARY = 1000

function benchOptions(): EngineOptions {
  return {
    model: modelConfig('mini', { vocabularySize: VOCABULARY, featureSize: FEATURES, answers: ANSWERS, gqaAnswers: ANSWERS, classes: ANSWERS }),
    shapes: [{ task: 'vqa', examples: EXAMPLES, words: WORDS, regions: REGIONS, targetWidth: ANSWERS }],
    seed: 1, taskToken: 'dataset', dropout: 0,
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0.01, clipNorm: 0 },
  }
}

function benchBatch(): TaskBatch {
  const stream = randomStream(1, 'bench')
  const rows = EXAMPLES * taskById('vqa').rowsPerExample
  const floats = (count: number, value: () => number): Float32Array => Float32Array.from({ length: count }, value)
  return {
    task: 'vqa', examples: EXAMPLES, rows, words: WORDS, regions: REGIONS,
    wordIds: Int32Array.from({ length: rows * WORDS }, () => stream.integer(VOCABULARY)),
    wordMask: new Float32Array(rows * WORDS).fill(1), regionMask: new Float32Array(rows * REGIONS).fill(1),
    features: floats(rows * REGIONS * FEATURES, () => stream.normal()), boxes: floats(rows * REGIONS * 5, () => stream.next()),
    weights: new Float32Array(EXAMPLES).fill(1), targets: floats(EXAMPLES * ANSWERS, () => (stream.chance(0.1) ? 1 : 0)),
    targetMask: new Float32Array(EXAMPLES * ANSWERS).fill(1), targetWidth: ANSWERS,
    indices: Int32Array.from({ length: EXAMPLES }, (_, i) => i),
  }
}

/** Runs one step to prepare and `steps` timed ones. The backend must have been loaded. */
export async function benchStep(kind: StepEngine['kind'], steps = 20): Promise<StepTiming> {
  const options = benchOptions()
  const start = performance.now()
  const engine = kind === 'compiled' ? await createCompiledEngine(options) : await createEagerEngine(options)
  const createMs = performance.now() - start
  try {
    const batch = benchBatch()
    const step = async (update: number): Promise<{ ms: number; loss: number }> => {
      const from = performance.now()
      const { loss } = await engine.train(batch, { learningRate: 1e-4, headLearningRate: 1e-4, lossScale: 1, dropoutSeed: [1, update], update })
      return { ms: performance.now() - from, loss }
    }
    const first = await step(1)
    const times: number[] = []
    let { loss } = first
    for (let i = 0; i < steps; i++) {
      const timed = await step(i + 2)
      times.push(timed.ms)
      loss = timed.loss
    }
    times.sort((a, b) => a - b)
    const weights = await engine.read('weights')
    return {
      engine: kind, parameters: weights.reduce((total, { data }) => total + data.length, 0), createMs, firstStepMs: first.ms,
      minMs: times[0] ?? Number.NaN, medianMs: times[Math.floor(times.length / 2)] ?? Number.NaN, steps, loss,
    }
  } finally {
    engine.dispose()
  }
}
