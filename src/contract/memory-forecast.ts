// The memory and the work of a run's steps from sizes alone: what a step keeps for its backward pass, the peak of the
// process, and the rows that fit. Pure, so that the window counts while a form is filled in. Constants are fitted to
// peaks of processes on the CPU (docs/benchmarks.md). Read next: expected-run.ts, engine/execution/forecast.ts.

import type { ModelDimensions } from './model-parts'
import type { RunForecast, TaskForecast } from './run-forecast'

const FLOAT_BYTES = 4
/** Node, TensorFlow's library and TensorFlow.js, loaded. */
const LIBRARY_BYTES = 264e6
/** A recorded, optimised step in TensorFlow and in JavaScript: for each layer of the model. */
const GRAPH_BYTES_PER_LAYER = 6.3e6
const FIRST_GRAPH_BYTES = 100e6
/** What a whole run has beside its training steps: the mini-world's data, checkpoints on their way, and for each layer of a graph its checks. */
const RUN_BYTES = 110e6
const CHECK_BYTES_PER_LAYER = 1.25e6
/** Arrays in use at once beside those that are kept: gradients on their way, copies of the batch, TensorFlow's reserve. */
const ACTIVATION_FACTOR = 1.4
/** Share of a device's memory that a run may take. */
export const USABLE_SHARE = 0.9

export interface AttentionHeads {
  readonly num_attention_heads: number
  readonly v_num_attention_heads: number
  readonly bi_num_attention_heads: number
}

/** One batch of a task, or of pre-training. */
export interface StepSize {
  readonly name: TaskForecast['task']
  /** Tasks with the same text share a compiled step. */
  readonly head: string
  readonly examples: number
  /** Rows of the trunk. */
  readonly rows: number
  readonly words: number
  readonly regions: number
  /** Numbers of an example that its loss keeps. */
  readonly targetNumbers: number
}

export interface ForecastSizes {
  readonly model: ModelDimensions & AttentionHeads
  readonly parameters: number
  readonly trainedParameters: number
  readonly steps: readonly StepSize[]
  readonly dropout: number
  /** A run with data, checks and checkpoints, or a process that only steps. */
  readonly of: 'run' | 'steps'
  /** Rows of the trunk in one pass; absent: the whole batch. */
  readonly microBatch?: number
}

/** Multiplications of one row's forward pass and numbers kept for its backward pass. */
interface RowCost {
  readonly kept: number
  readonly products: number
}

/** Bytes of a run, and the multiplications of each task's step (forward and both halves of backward). */
export function memoryForecast(sizes: ForecastSizes): RunForecast {
  const { model, parameters, trainedParameters } = sizes
  const tasks = sizes.steps.map((step) => taskForecast(sizes, step))
  const graphs = new Set(tasks.map(({ step }) => step)).size
  const parts = tasks.some(({ rowsAtOnce, rows }) => rowsAtOnce < rows)
  // In parts: those of a part beside their sums.
  const gradientBytes = FLOAT_BYTES * trainedParameters * (parts ? 2 : 1)
  const activationBytes = Math.max(0, ...tasks.map((task) => task.activationBytes))
  const weightBytes = FLOAT_BYTES * parameters
  const momentBytes = 2 * FLOAT_BYTES * trainedParameters
  const perLayer = GRAPH_BYTES_PER_LAYER + (sizes.of === 'run' ? CHECK_BYTES_PER_LAYER : 0)
  const programBytes = LIBRARY_BYTES + FIRST_GRAPH_BYTES + (sizes.of === 'run' ? RUN_BYTES : 0) + perLayer * layersOf(model) * graphs
  return {
    parameters, trainedParameters, weightBytes, gradientBytes, momentBytes, activationBytes, programBytes,
    peakBytes: programBytes + weightBytes + momentBytes + gradientBytes + activationBytes, tasks
  }
}

/**
 * The largest number of rows in one pass (halved from the whole batch) with which the run fits into so many bytes;
 * undefined: whole batches fit. If nothing fits, 1.
 */
export function fittingRows(sizes: ForecastSizes, bytes: number): number | undefined {
  if (memoryForecast(sizes).peakBytes <= bytes) return undefined
  let microBatch = Math.max(1, ...sizes.steps.map(({ rows }) => rows))
  do microBatch = Math.max(1, Math.floor(microBatch / 2))
  while (microBatch > 1 && memoryForecast({ ...sizes, microBatch }).peakBytes > bytes)
  return microBatch
}

/** Bytes of the memory that a backend computes in: a GPU's as its driver states it, or the machine's. */
export function deviceBytes(backend: { readonly name: string; readonly device: string } | null, machineBytes: number): number {
  const megabytes = backend?.name === 'cuda' ? Number(/(\d+) MiB/.exec(backend.device)?.[1] ?? 0) : 0
  return megabytes > 0 ? megabytes * 2 ** 20 : machineBytes
}

/** Examples of one part; undefined where the whole batch fits. */
export function examplesPerPart(examples: number, rowsPerExample: number, microBatch: number | undefined): number | undefined {
  if (microBatch === undefined || examples * rowsPerExample <= microBatch) return undefined
  return Math.max(1, Math.floor(microBatch / rowsPerExample))
}

/** Text, vision and connection layers that are run. */
function layersOf({ num_hidden_layers, v_num_hidden_layers, v_biattention_id, with_coattention }: ModelDimensions): number {
  return num_hidden_layers + v_num_hidden_layers + (with_coattention ? v_biattention_id.length : 0)
}

function taskForecast({ model, dropout, microBatch }: ForecastSizes, step: StepSize): TaskForecast {
  const perExample = step.rows / step.examples
  const atOnce = (examplesPerPart(step.examples, perExample, microBatch) ?? step.examples) * perExample
  const { kept } = rowCost(model, step, dropout)
  return {
    task: step.name, rows: step.rows, rowsAtOnce: atOnce, step: [step.head, step.words, step.regions, step.targetNumbers].join(' '),
    activationBytes: FLOAT_BYTES * ACTIVATION_FACTOR * (atOnce * kept + (atOnce / perExample) * step.targetNumbers),
    products: 3 * step.rows * rowCost(model, step, 0).products
  }
}

function rowCost(model: ModelDimensions & AttentionHeads, { words, regions }: StepSize, dropout: number): RowCost {
  const text = words + (model.task_specific_tokens ? 1 : 0)
  const { hidden_size: h, v_hidden_size: v, bi_hidden_size: b, intermediate_size: f, v_intermediate_size: vf } = model
  const noise = dropout > 0 ? 1 : 0
  const attention = (heads: number, queries: number, keys: number): number => heads * queries * keys * (1 + 2 * noise)
  const outer = (length: number, width: number, inner: number): number => length * ((4 + 2 * noise) * width + 3 * inner)
  const self = (length: number, width: number, inner: number, heads: number): RowCost => ({
    kept: 4 * length * width + attention(heads, length, length) + outer(length, width, inner),
    products: length * (4 * width * width + 2 * width * inner) + 2 * length * length * width
  })
  const connection: RowCost = {
    kept: 4 * (text + regions) * b + 2 * attention(model.bi_num_attention_heads, text, regions) + outer(text, h, f) + outer(regions, v, vf),
    products: text * (4 * h * b + 2 * h * f) + regions * (4 * v * b + 2 * v * vf) + 4 * text * regions * b
  }
  const layers: readonly (readonly [number, RowCost])[] = [
    [model.num_hidden_layers, self(text, h, f, model.num_attention_heads)],
    [model.v_num_hidden_layers, self(regions, v, vf, model.v_num_attention_heads)],
    [model.with_coattention ? model.v_biattention_id.length : 0, connection]
  ]
  return {
    kept: layers.reduce((sum, [count, { kept }]) => sum + count * kept, 3 * text * h + regions * (3 * v + 2 * model.v_feature_size)),
    products: layers.reduce((sum, [count, { products }]) => sum + count * products, regions * v * model.v_feature_size)
  }
}
