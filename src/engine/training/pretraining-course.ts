// Masked multi-modal pre-training as the loop's course: one place a round, three losses in one step (spec section 5).
// Built like task-course.ts. Read next: ../pretraining/pretraining-data.ts.

import type { RunConfig } from '../../contract/run-config'
import type { EngineOptions } from '../execution/engine-options'
import type { PretrainingResult, StepEngine } from '../execution/step-engine'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import { type PretrainingData, openPretrainingData } from '../pretraining/pretraining-data'
import { modelConfig } from '../trunk/trunk-config'
import type { Course, Validation } from './course'
import { type CourseData, type DataSource, checkSplit } from './course-data'
import { optimizerOptions } from './task-course'

/** Reads the captions. Throws a WorkbenchError if they are missing or damaged. */
export function openPretraining(config: RunConfig): CourseData<PretrainingBatch, PretrainingResult> {
  const data = openPretrainingData({ root: config.data, config })
  const [first] = data.problems
  const { train, val } = data
  let check = startCheck(data)
  return {
    options: engineOptions(config, data),
    notes: [...data.notes, ...(first ? [`${data.problems.length} captions left out; the first: ${first.file}, ${first.where}: ${first.message}`] : [])],
    tasks: [{ task: 'pretraining', batchesPerPass: train.batchesPerPass, checks: { val: val.checkBatches(config.validationExamples), test: 0 } }],
    batch: ({ split, number }) => (split === 'train' ? train.batch(number) : val.checkBatch(number, config.validationExamples)),
    score({ number }, batch, result) {
      if (number === 0) check = startCheck(data)
      check.add(batch, result)
    },
    finish: () => check.result()
  }
}

function engineOptions(config: RunConfig, data: PretrainingData): EngineOptions {
  return {
    // The answer heads have no part in pre-training; the smallest there can be.
    model: modelConfig(config.model, { ...data, answers: 1, gqaAnswers: 1 }, config.visualTarget), shapes: [], pretraining: data.shape, seed: config.seed,
    optimizer: optimizerOptions(config), taskToken: 'none', dropout: config.dropout, alignmentFactor: config.objective === 2 ? 0 : 1
  }
}

/** The course of pre-training on an engine. */
export function pretrainingCourse(config: RunConfig, source: DataSource<PretrainingBatch, PretrainingResult>, engine: StepEngine): Course {
  const pass = Math.max(...source.tasks.map(({ batchesPerPass }) => batchesPerPass))
  return {
    tasks: ['pretraining'],
    epochRounds: pass,
    hasTest: () => false,
    calendar: () => (config.validateEvery === 'epoch' ? { every: pass } : { every: config.validateEvery }),
    lossScale: () => 1,
    // Pre-training moves the schedule before the step: the first one has a rate above 0, the last one 0.
    scheduleStep: (scheduleSteps) => scheduleSteps + 1,
    async train(task, number, settings, laps) {
      const batch = await source.batch({ task, split: 'train', number })
      laps.lap('data')
      const { loss, gradientNorm, alignmentLogits } = await engine.trainPretraining(batch, settings)
      laps.engine(engine.times)
      const score = alignmentScore(batch, alignmentLogits)
      laps.lap('score')
      return { loss, gradientNorm, score, examples: batch.rows }
    },
    validate: (task, split, iteration, gate) => checkSplit(source, { task, split, iteration }, (batch) => engine.predictPretraining(batch), gate)
  }
}

/** Share of the rows whose pair was judged rightly. */
function alignmentScore(batch: PretrainingBatch, logits: Float32Array): number {
  let right = 0
  for (let row = 0; row < batch.rows; row++) if ((logits[row * 2 + 1] ?? 0) > (logits[row * 2] ?? 0) === (batch.mismatched[row] === 1)) right += 1
  return right / batch.rows
}

const LOSSES = ['loss', 'wordLoss', 'regionLoss', 'alignmentLoss'] as const

interface CaptionCheck {
  add(batch: PretrainingBatch, result: PretrainingResult): void
  result(): Validation
}

/** Collects a validation: scores, and losses weighted by the rows of their batch. */
function startCheck(data: PretrainingData): CaptionCheck {
  const scores = data.startScores()
  const sums = { loss: 0, wordLoss: 0, regionLoss: 0, alignmentLoss: 0 }
  let rows = 0
  return {
    add(batch, result) {
      const count = batch.weights.reduce((sum, weight) => sum + weight, 0)
      for (const name of LOSSES) sums[name] += result[name] * count
      scores.add(batch, result)
      rows += count
    },
    result() {
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
  }
}
