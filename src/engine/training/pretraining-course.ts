// Masked multi-modal pre-training as the loop's course: one place a round, three losses in one step (spec section 5).
// Read next: ../pretraining/pretraining-data.ts.

import type { RunConfig } from '../../contract/run-config'
import type { EngineOptions } from '../execution/engine-options'
import type { PretrainingResult, StepEngine } from '../execution/step-engine'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import { type PretrainingData, openPretrainingData } from '../pretraining/pretraining-data'
import { modelConfig } from '../trunk/trunk-config'
import type { Course, Gate, Validation } from './course'
import type { OpenedData } from './prepare-run'
import { optimizerOptions } from './task-course'

/** Reads the captions. Throws a WorkbenchError if they are missing or damaged. */
export function openPretraining(config: RunConfig): OpenedData {
  const data = openPretrainingData({ root: config.data, config })
  const [first] = data.problems
  return {
    options: engineOptions(config, data),
    notes: [...data.notes, ...(first ? [`${data.problems.length} captions left out; the first: ${first.file}, ${first.where}: ${first.message}`] : [])],
    course: (engine) => pretrainingCourse(config, data, engine)
  }
}

function engineOptions(config: RunConfig, data: PretrainingData): EngineOptions {
  return {
    // The answer heads have no part in pre-training; the smallest there can be.
    model: modelConfig(config.model, { ...data, answers: 1, gqaAnswers: 1 }, config.visualTarget), shapes: [], pretraining: data.shape, seed: config.seed,
    optimizer: optimizerOptions(config), taskToken: 'none', dropout: config.dropout, alignmentFactor: config.objective === 2 ? 0 : 1
  }
}

function pretrainingCourse(config: RunConfig, data: PretrainingData, engine: StepEngine): Course {
  const pass = data.train.batchesPerPass
  return {
    tasks: ['pretraining'],
    epochRounds: pass,
    hasTest: () => false,
    calendar: () => (config.validateEvery === 'epoch' ? { every: pass } : { every: config.validateEvery }),
    lossScale: () => 1,
    // Pre-training moves the schedule before the step: the first one has a rate above 0, the last one 0.
    scheduleStep: (scheduleSteps) => scheduleSteps + 1,
    async train(_task, number, settings, laps) {
      const batch = data.train.batch(number)
      laps.lap('data')
      const { loss, gradientNorm, alignmentLogits } = await engine.trainPretraining(batch, settings)
      laps.engine(engine.times)
      const score = alignmentScore(batch, alignmentLogits)
      laps.lap('score')
      return { loss, gradientNorm, score, examples: batch.rows }
    },
    validate: (_task, _split, _iteration, gate) => validate(config, data, engine, gate)
  }
}

/** Share of the rows whose pair was judged rightly. */
function alignmentScore(batch: PretrainingBatch, logits: Float32Array): number {
  let right = 0
  for (let row = 0; row < batch.rows; row++) if ((logits[row * 2 + 1] ?? 0) > (logits[row * 2] ?? 0) === (batch.mismatched[row] === 1)) right += 1
  return right / batch.rows
}

const LOSSES = ['loss', 'wordLoss', 'regionLoss', 'alignmentLoss'] as const

async function validate(config: RunConfig, data: PretrainingData, engine: StepEngine, gate: Gate): Promise<Validation | undefined> {
  const scores = data.startScores()
  const sums = { loss: 0, wordLoss: 0, regionLoss: 0, alignmentLoss: 0 }
  let rows = 0
  for (const batch of data.val.all(config.validationExamples)) {
    if (!(await gate())) return undefined
    const result: PretrainingResult = await engine.predictPretraining(batch)
    const count = batch.weights.reduce((sum, weight) => sum + weight, 0)
    for (const name of LOSSES) sums[name] += result[name] * count
    scores.add(batch, result)
    rows += count
  }
  const losses = Object.fromEntries(LOSSES.map((name) => [name, sums[name] / Math.max(1, rows)]))
  return {
    numbers: {
      metrics: { ...scores.metrics(), ...losses }, examples: scores.examples(),
      // Words alone do not tell whether they belong to the picture: the text-only guess is the constant one.
      constantGuess: scores.constantGuess(), textOnlyGuess: scores.constantGuess(), spread: 0
    },
    samples: []
  }
}
