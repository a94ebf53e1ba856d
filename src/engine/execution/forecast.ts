// What a run will need, from the engine's options: parameters counted by name and the steps' sizes, handed to the
// arithmetic of contract/memory-forecast.ts, which the window shares. Read next: micro-batch.ts.

import { type ForecastSizes, type StepSize, fittingRows, memoryForecast } from '../../contract/memory-forecast'
import type { RunForecast } from '../../contract/run-forecast'
import { taskById } from '../../contract/task-catalog'
import { countOf } from '../count-of'
import { frozenBy } from '../optimizer/frozen-parameters'
import { type EngineOptions, engineModel } from './engine-options'
import { stepProgram } from './step-program'

/** The forecast of a process that only steps, or of a run with data, checks and checkpoints. */
export function forecast(options: EngineOptions, of: ForecastSizes['of'] = 'steps'): RunForecast {
  return memoryForecast(sizesOf(options, of))
}

/**
 * The largest `microBatch` (halved from the whole batch) with which a run fits into so many bytes; undefined: the whole
 * batch fits. If nothing fits, 1.
 */
export function fittingMicroBatch(options: EngineOptions, bytes: number): number | undefined {
  return fittingRows(sizesOf(options, 'run'), bytes)
}

function sizesOf(options: EngineOptions, of: ForecastSizes['of']): ForecastSizes {
  const model = engineModel(options)
  const parameters = stepProgram.modelParameters(model)
  const frozen = frozenBy(options.freeze ?? 'none', model)
  const count = (wanted: (name: string) => boolean): number =>
    parameters.filter(({ name }) => wanted(name)).reduce((sum, { shape }) => sum + countOf(shape), 0)
  const { dropout, microBatch } = options
  return {
    of, model, parameters: count(() => true), trainedParameters: count((name) => !frozen(name) && !/q_dense/.test(name) && usedBy(options, name)),
    steps: stepsOf(options), dropout, ...(microBatch === undefined ? {} : { microBatch })
  }
}

function stepsOf({ shapes, pretraining, model }: EngineOptions): StepSize[] {
  const tasks = shapes.map(({ task, examples, words, regions, targetWidth }): StepSize => {
    const { head, rowsPerExample } = taskById(task)
    return { name: task, head, words, regions, examples, rows: examples * rowsPerExample, targetNumbers: 4 * targetWidth }
  })
  if (!pretraining) return tasks
  const { rows, words, regions, classes } = pretraining
  // Logits, shares and targets of every word and region, and their gradients.
  const targetNumbers = 4 * (words * model.vocab_size + regions * classes)
  return [...tasks, { name: 'pretraining', head: 'pretraining', words, regions, examples: rows, rows, targetNumbers }]
}

/** Whether a parameter has a part in the run's steps: only the heads of its tasks, or those of pre-training, have. */
function usedBy({ shapes, pretraining }: EngineOptions, name: string): boolean {
  if (name.startsWith('bert.')) return true
  if (pretraining) return name.startsWith('cls.')
  return shapes.some(({ task }) => name.startsWith(HEAD_NAMES[taskById(task).head]))
}

const HEAD_NAMES = {
  answers: 'vil_prediction.', 'gqa-answers': 'vil_prediction_gqa.', alignment: 'vil_logit.', pair: 'vil_binary_prediction.',
  'three-way': 'vil_tri_prediction.', region: 'vision_logit.'
} as const
