// What a run will need, from its configuration alone: numbers and bytes of parameters, gradients, moments and of what a
// step keeps for its backward pass, the peak of the process, and the time of a step where a rate was measured before.
// Constants are fitted to peaks of processes on the CPU (docs/benchmarks.md). Read next: micro-batch.ts.

import { type TaskId, taskById } from '../../contract/task-catalog'
import type { RunForecast, TaskForecast } from '../../contract/run-forecast'
import { frozenBy } from '../optimizer/frozen-parameters'
import type { ModelConfig } from '../trunk/trunk-config'
import { layerSchedule } from '../trunk/trunk'
import { type EngineOptions, engineModel } from './engine-options'
import { examplesPerPart } from './micro-batch'
import { stepProgram } from './step-program'

const FLOAT_BYTES = 4
/** Node, TensorFlow's library and TensorFlow.js, loaded. */
const LIBRARY_BYTES = 264e6
/** A task's recorded, optimised graph in TensorFlow and in JavaScript. */
const GRAPH_BYTES = 62e6
const FIRST_GRAPH_BYTES = 100e6
/** Arrays in use at once beside those that are kept: gradients on their way, copies of the batch, TensorFlow's reserve. */
const ACTIVATION_FACTOR = 1.4

interface RowSizes {
  readonly words: number
  readonly regions: number
}

/** Multiplications of one row's forward pass and numbers kept for its backward pass. */
interface RowCost {
  readonly kept: number
  readonly products: number
}

/** The forecast of a run. `productsPerSecond`: a measured rate of this machine, see `measuredRate`. */
export function forecast(options: EngineOptions, productsPerSecond?: number): RunForecast {
  const model = engineModel(options)
  const parameters = stepProgram.modelParameters(model)
  const frozen = frozenBy(options.freeze ?? 'none', model)
  const count = (wanted: (name: string) => boolean): number =>
    parameters.filter(({ name }) => wanted(name)).reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  const trained = count((name) => !frozen(name) && !/q_dense/.test(name) && usedBy(options, name))
  const tasks = partsOf(options).map((part) => taskForecast(model, options, part, productsPerSecond))
  const weights = count(() => true)
  const graphs = new Set(tasks.map(({ step }) => step)).size
  const parts = tasks.some(({ rowsAtOnce, rows }) => rowsAtOnce < rows)
  // In parts: those of a part beside their sums.
  const gradientBytes = FLOAT_BYTES * trained * (parts ? 2 : 1)
  const activationBytes = Math.max(0, ...tasks.map((task) => task.activationBytes))
  const fixed = LIBRARY_BYTES + FIRST_GRAPH_BYTES + GRAPH_BYTES * graphs
  return {
    parameters: weights, trainedParameters: trained,
    weightBytes: FLOAT_BYTES * weights, gradientBytes, momentBytes: 2 * FLOAT_BYTES * trained, activationBytes,
    peakBytes: fixed + FLOAT_BYTES * weights + 2 * FLOAT_BYTES * trained + gradientBytes + activationBytes,
    tasks,
    ...(productsPerSecond === undefined ? {} : { roundSeconds: tasks.reduce((sum, { stepSeconds }) => sum + (stepSeconds ?? 0), 0) })
  }
}

/**
 * The largest `microBatch` (halved from the whole batch) with which the run fits into so many bytes; undefined: the whole
 * batch fits. If nothing fits, 1.
 */
export function fittingMicroBatch(options: EngineOptions, bytes: number): number | undefined {
  if (forecast(options).peakBytes <= bytes) return undefined
  let microBatch = Math.max(1, ...partsOf(options).map(({ rows }) => rows))
  do microBatch = Math.max(1, Math.floor(microBatch / 2))
  while (microBatch > 1 && forecast({ ...options, microBatch }).peakBytes > bytes)
  return microBatch
}

/** The rate that a measured step of a task implies, for `forecast`. */
export function measuredRate(options: EngineOptions, task: TaskId | 'pretraining', stepSeconds: number): number {
  const part = partsOf(options).find(({ name }) => name === task)
  if (!part) throw new Error(`The run has no ${task}`)
  return productsOf(engineModel(options), part) / stepSeconds
}

interface StepPart extends RowSizes {
  readonly name: TaskId | 'pretraining'
  readonly rows: number
  readonly examples: number
  readonly targetNumbers: number
}

function partsOf({ shapes, pretraining, model }: EngineOptions): StepPart[] {
  const tasks = shapes.map(({ task, examples, words, regions, targetWidth }) =>
    ({ name: task, words, regions, examples, rows: examples * taskById(task).rowsPerExample, targetNumbers: 4 * targetWidth }))
  if (!pretraining) return tasks
  const { rows, words, regions, classes } = pretraining
  // Logits, shares and targets of every word and region, and their gradients.
  return [...tasks, { name: 'pretraining', words, regions, examples: rows, rows, targetNumbers: 4 * (words * model.vocab_size + regions * classes) }]
}

function taskForecast(model: ModelConfig, options: EngineOptions, part: StepPart, rate: number | undefined): TaskForecast {
  const perExample = part.rows / part.examples
  const atOnce = (examplesPerPart(part.examples, perExample, options.microBatch) ?? part.examples) * perExample
  const { kept } = rowCost(model, part, options.dropout)
  const bytes = FLOAT_BYTES * ACTIVATION_FACTOR * (atOnce * kept + (atOnce / perExample) * part.targetNumbers)
  const head = part.name === 'pretraining' ? part.name : taskById(part.name).head
  return {
    task: part.name, rows: part.rows, rowsAtOnce: atOnce, activationBytes: bytes, step: [head, part.words, part.regions, part.targetNumbers].join(' '),
    ...(rate === undefined ? {} : { stepSeconds: productsOf(model, part) / rate })
  }
}

/** Forward and both halves of backward. */
function productsOf(model: ModelConfig, part: StepPart): number {
  return 3 * part.rows * rowCost(model, part, 0).products
}

function rowCost(model: ModelConfig, { words, regions }: RowSizes, dropout: number): RowCost {
  const text = words + (model.task_specific_tokens ? 1 : 0)
  const { hidden_size: h, v_hidden_size: v, bi_hidden_size: b, intermediate_size: f, v_intermediate_size: vf } = model
  const noise = dropout > 0 ? 1 : 0
  const attention = (heads: number, queries: number, keys: number): number => heads * queries * keys * (1 + 2 * noise)
  const outer = (length: number, width: number, inner: number): number => length * ((4 + 2 * noise) * width + 3 * inner)
  const self = (length: number, width: number, inner: number, heads: number): RowCost => ({
    kept: 4 * length * width + attention(heads, length, length) + outer(length, width, inner),
    products: length * (4 * width * width + 2 * width * inner) + 2 * length * length * width
  })
  const cost: Readonly<Record<'text' | 'vision' | 'connection', RowCost>> = {
    text: self(text, h, f, model.num_attention_heads),
    vision: self(regions, v, vf, model.v_num_attention_heads),
    connection: {
      kept: 4 * (text + regions) * b + 2 * attention(model.bi_num_attention_heads, text, regions) + outer(text, h, f) + outer(regions, v, vf),
      products: text * (4 * h * b + 2 * h * f) + regions * (4 * v * b + 2 * v * vf) + 4 * text * regions * b
    }
  }
  const layers = layerSchedule(model).map(({ kind }) => cost[kind])
  return {
    kept: layers.reduce((sum, { kept }) => sum + kept, 3 * text * h + regions * (3 * v + 2 * model.v_feature_size)),
    products: layers.reduce((sum, { products }) => sum + products, regions * v * model.v_feature_size)
  }
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
