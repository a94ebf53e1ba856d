// What the training step is timed on: three models of fixed sizes and seeded random batches, the same for every machine.
// Spec 1.1 (full is bert_base_6layer_6conect with all heads). Read next: step-side.ts, train-step.ts.

import { WorkbenchError } from '../../contract/check'
import { type TaskId, taskById } from '../../contract/task-catalog'
import { type EngineOptions, type OptimizerOptions, type TaskToken, tokenRow } from '../execution/engine-options'
import type { TaskShape } from '../execution/step-engine'
import { randomStream } from '../random'
import type { TaskBatch } from '../tasks/task-batch'
import { type ModelConfig, checkedModelConfig, modelConfig } from '../trunk/trunk-config'

/** `tiny` is for tests of the program. */
export const STEP_SIZES = ['small', 'medium', 'full'] as const
export type StepSize = (typeof STEP_SIZES)[number] | 'tiny'

export const LEARNING_RATE = 1e-4
export const DROPOUT = 0.1

const OPTIMIZER: OptimizerOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0.01, clipNorm: 0 }

interface CaseSize {
  readonly model: ModelConfig
  readonly examples: number
  readonly words: number
  readonly regions: number
}

const few = (size: 'tiny' | 'mini', vocabularySize: number, featureSize: number): ModelConfig =>
  modelConfig(size, { vocabularySize, featureSize, answers: 10, gqaAnswers: 10, classes: 10 })

const SIZES: Readonly<Record<StepSize, () => CaseSize>> = {
  tiny: () => ({ model: few('tiny', 50, 8), examples: 4, words: 6, regions: 5 }),
  small: () => ({ model: few('mini', 1000, 64), examples: 32, words: 20, regions: 11 }),
  medium: () => ({ model: mediumModel(), examples: 32, words: 20, regions: 36 }),
  full: () => ({
    model: modelConfig('paper', { vocabularySize: 30522, featureSize: 2048, answers: 3129, gqaAnswers: 1533, classes: 1601 }),
    examples: 4, words: 36, regions: 101
  })
}

function mediumModel(): ModelConfig {
  return checkedModelConfig({
    ...few('mini', 5000, 512), hidden_size: 256, num_hidden_layers: 6, intermediate_size: 1024,
    v_hidden_size: 256, v_num_hidden_layers: 3, v_intermediate_size: 512,
    bi_hidden_size: 256, v_biattention_id: [0, 1, 2], t_biattention_id: [3, 4, 5]
  })
}

export function isStepSize(name: string): name is StepSize {
  return Object.keys(SIZES).includes(name)
}

/** The engine of a size: one step, that of VQA. */
export function stepCase(size: StepSize, dropout: number): EngineOptions {
  const { model, examples, words, regions } = SIZES[size]()
  return {
    model, shapes: [{ task: 'vqa', examples, words, regions, targetWidth: model.answers }],
    seed: 1, taskToken: 'dataset', dropout, optimizer: OPTIMIZER
  }
}

/** A full batch of seeded random numbers without padding. */
export function randomBatch({ task, examples, words, regions, targetWidth }: TaskShape, { vocab_size: vocabulary, v_feature_size: features }: ModelConfig): TaskBatch {
  const stream = randomStream(1, 'bench', task)
  const rows = examples * taskById(task).rowsPerExample
  const floats = (count: number, value: () => number): Float32Array => Float32Array.from({ length: count }, value)
  return {
    task, examples, rows, words, regions,
    wordIds: Int32Array.from({ length: rows * words }, () => stream.integer(vocabulary)),
    wordMask: new Float32Array(rows * words).fill(1), regionMask: new Float32Array(rows * regions).fill(1),
    features: floats(rows * regions * features, () => stream.normal()), boxes: floats(rows * regions * 5, () => stream.next()),
    weights: new Float32Array(examples).fill(1), targets: floats(examples * targetWidth, () => (stream.chance(0.1) ? 1 : 0)),
    targetMask: new Float32Array(examples * targetWidth).fill(1), targetWidth,
    indices: Int32Array.from({ length: examples }, (_, i) => i)
  }
}

/** A task of the step as the Python side needs to know it. */
export interface TorchTask extends TaskShape {
  readonly head: string
  readonly objective: string
  readonly rowsPerExample: number
  readonly token: number
  readonly lossScale: number
}

export interface TorchCase {
  readonly model: ModelConfig
  readonly tasks: readonly TorchTask[]
  readonly dropout: number
  readonly optimizer: OptimizerOptions & { readonly learningRate: number }
}

/** The same model, shapes and optimizer for the Python side. */
export function torchCase({ model, shapes, dropout, optimizer, taskToken }: EngineOptions, learningRate: number, lossScale: (task: TaskId) => number): TorchCase {
  if (model.dynamic_attention) throw new WorkbenchError('The PyTorch side has no dynamic attention; leave it off for a comparison.')
  const tasks = shapes.map((shape) => torchTask(shape, taskToken, lossScale(shape.task)))
  return { model: { ...model, task_specific_tokens: taskToken !== 'none' }, tasks, dropout, optimizer: { ...optimizer, learningRate } }
}

function torchTask(shape: TaskShape, taskToken: TaskToken, lossScale: number): TorchTask {
  const task = taskById(shape.task)
  const { head, objective, rowsPerExample } = task
  return { ...shape, head, objective, rowsPerExample, token: tokenRow(task, taskToken), lossScale }
}
