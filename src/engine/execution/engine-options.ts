// What both engines are made from, and the names and shapes of everything that is fed into a step.
// Read next: step-program.ts (the functions that are run), eager-engine.ts.

import { type Task, TASKS, taskById } from '../../contract/task-catalog'
import { countOf } from '../count-of'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import type { TaskBatch } from '../tasks/task-batch'
import type { ModelConfig } from '../trunk/trunk-config'
import type { TaskShape } from './step-engine'

export type TaskToken = 'dataset' | 'head' | 'none'

export interface OptimizerOptions {
  /** AdamW if absent. */
  readonly kind?: 'adamw' | 'radam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly biasCorrection: boolean
  readonly weightDecay: number
  /** Largest global norm; 0 does not clip. */
  readonly clipNorm: number
  /** What a parameter does in a step that gives it no gradient, once it had one (spec 4.1); `rest` if absent. */
  readonly idleHeads?: 'rest' | 'drift'
  /** See optimizer/parameter-groups.ts. */
  readonly bertRate?: number
  readonly decayRule?: 'names' | 'norms'
}

export interface PretrainingShape {
  readonly rows: number
  readonly words: number
  readonly regions: number
  readonly classes: number
}

/** What decides the graph of a run. */
export interface GraphOptions {
  readonly model: ModelConfig
  /** One a task; empty in pre-training. */
  readonly shapes: readonly TaskShape[]
  /** Present in pre-training only. */
  readonly pretraining?: PretrainingShape
  /** `loaded`: all weights will be written (a checkpoint), so none are drawn, which takes long at full size; they are 0 until then. */
  readonly weights?: 'random' | 'loaded'
  readonly optimizer: OptimizerOptions
  readonly taskToken: TaskToken
  readonly dropout: number
  /** Parameters that stay as they are: `none`, `trunk`, `text:N`, `vision:N` (optimizer/frozen-parameters.ts); none if absent. */
  readonly freeze?: string
  /** Rows of the trunk in one pass: a larger batch is computed in parts (micro-batch.ts); absent: the whole batch at once. */
  readonly microBatch?: number
  /** Factor of the alignment loss: 0 in pre-training objective 2, else 1. */
  readonly alignmentFactor?: number
}

export interface EngineOptions extends GraphOptions {
  /** Seed of the initial weights. */
  readonly seed: number
}

/** The model of a run: without task tokens it has no token table. */
export function engineModel(options: Pick<GraphOptions, 'model' | 'taskToken'>): ModelConfig {
  return options.taskToken === 'none' ? { ...options.model, task_specific_tokens: false } : options.model
}

/** Row of the task-token table that a task's examples get: its own number, or the lowest number among the tasks of its head. */
export function tokenRow(task: Task, taskToken: TaskToken): number {
  if (taskToken !== 'head') return task.number
  return Math.min(...TASKS.filter((other) => other.head === task.head).map((other) => other.number))
}

/** A fed input. Dimensions that depend on the batch are letters: `e` examples, `b` rows of the trunk. */
export interface InputSpec {
  readonly name: string
  readonly dtype: 'float32' | 'int32'
  readonly shape: readonly (number | 'e' | 'b')[]
}

/** One fed input with its numbers. */
export interface Feed {
  readonly name: string
  readonly dtype: 'float32' | 'int32'
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

function trunkInputs(words: number, regions: number, features: number): InputSpec[] {
  return [
    { name: 'wordIds', dtype: 'int32', shape: ['b', words] },
    { name: 'wordMask', dtype: 'float32', shape: ['b', words] },
    { name: 'features', dtype: 'float32', shape: ['b', regions, features] },
    { name: 'boxes', dtype: 'float32', shape: ['b', regions, 5] },
    { name: 'regionMask', dtype: 'float32', shape: ['b', regions] }
  ]
}

/** What a task's step is fed; `tokenRows` only with task tokens. */
export function taskInputSpecs(options: GraphOptions, shape: TaskShape): InputSpec[] {
  const token: InputSpec[] = engineModel(options).task_specific_tokens ? [{ name: 'tokenRows', dtype: 'int32', shape: ['b'] }] : []
  return [
    ...trunkInputs(shape.words, shape.regions, options.model.v_feature_size),
    ...token,
    { name: 'weights', dtype: 'float32', shape: ['e'] },
    { name: 'targets', dtype: 'float32', shape: ['e', shape.targetWidth] },
    { name: 'targetMask', dtype: 'float32', shape: ['e', shape.targetWidth] }
  ]
}

/** What a pre-training step is fed; there is no task token in pre-training and e = b. Candidates only with visual target 2. */
export function pretrainingInputSpecs(options: GraphOptions, shape: PretrainingShape): InputSpec[] {
  const candidates = shape.rows * shape.regions
  const choice: InputSpec[] = options.model.visual_target !== 2 ? [] : [
    { name: 'candidates', dtype: 'float32', shape: [candidates, shape.classes] },
    { name: 'candidateWeights', dtype: 'float32', shape: ['b', shape.regions, candidates] },
    { name: 'regionPlaces', dtype: 'int32', shape: ['b', shape.regions] }
  ]
  return [
    ...trunkInputs(shape.words, shape.regions, options.model.v_feature_size),
    { name: 'wordLabels', dtype: 'int32', shape: ['b', shape.words] },
    { name: 'regionLabels', dtype: 'float32', shape: ['b', shape.regions] },
    { name: 'regionTargets', dtype: 'float32', shape: ['b', shape.regions, shape.classes] },
    { name: 'mismatched', dtype: 'int32', shape: ['b'] },
    { name: 'weights', dtype: 'float32', shape: ['b'] },
    ...choice
  ]
}

/** The inputs with their sizes put in and the batch's arrays; an array of another length throws. */
function filled(specs: readonly InputSpec[], sizes: { e: number; b: number }, arrays: Readonly<Record<string, Float32Array | Int32Array>>): Feed[] {
  return specs.map(({ name, dtype, shape }) => {
    const sized = shape.map((size) => (typeof size === 'number' ? size : sizes[size]))
    const data = arrays[name]
    const count = countOf(sized)
    if (!data || data.length !== count) {
      throw new Error(`Input '${name}' has ${data ? data.length : 'no'} numbers; its shape [${sized.join(', ')}] needs ${count}`)
    }
    return { name, dtype, shape: sized, data }
  })
}

/** The feeds of a batch in the order of `taskInputSpecs`. */
export function taskFeeds(options: EngineOptions, batch: TaskBatch): Feed[] {
  const shape: TaskShape = { task: batch.task, examples: batch.examples, words: batch.words, regions: batch.regions, targetWidth: batch.targetWidth }
  const tokenRows = new Int32Array(batch.rows).fill(tokenRow(taskById(batch.task), options.taskToken))
  const { wordIds, wordMask, features, boxes, regionMask, weights, targets, targetMask } = batch
  return filled(taskInputSpecs(options, shape), { e: batch.examples, b: batch.rows },
    { wordIds, wordMask, features, boxes, regionMask, tokenRows, weights, targets, targetMask })
}

/** The feeds of a pre-training batch in the order of `pretrainingInputSpecs`. */
export function pretrainingFeeds(options: EngineOptions, batch: PretrainingBatch): Feed[] {
  const shape: PretrainingShape = { rows: batch.rows, words: batch.words, regions: batch.regions, classes: batch.classes }
  const { wordIds, wordMask, features, boxes, regionMask, wordLabels, regionLabels, regionTargets, mismatched, weights } = batch
  const choice: Readonly<Record<string, Float32Array | Int32Array>> = batch.choice ? { candidates: regionTargets, candidateWeights: batch.choice.weights, regionPlaces: batch.choice.places } : {}
  return filled(pretrainingInputSpecs(options, shape), { e: batch.rows, b: batch.rows },
    { wordIds, wordMask, features, boxes, regionMask, wordLabels, regionLabels, regionTargets, mismatched, weights, ...choice })
}
