// What the training loop asks of an engine. Two implementations: compiled (a TensorFlow graph recorded from the model,
// compiled-engine.ts) and eager (plain TensorFlow.js, eager-engine.ts); both run the same model functions.

import type { TaskId } from '../../contract/task-catalog'
import type { TaskBatch } from '../tasks/task-batch'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'

/** Numbers that change from step to step; all are fed, so one compiled step serves a whole run. */
export interface StepSettings {
  readonly learningRate: number
  readonly headLearningRate: number
  /** Multiplies the loss before the gradient (spec 4.3); the reported loss is raw. */
  readonly lossScale: number
  /** Seeds of this step's dropout: two int32. */
  readonly dropoutSeed: readonly [number, number]
  /** 1-based count of updates so far plus one, for bias correction. */
  readonly update: number
}

export interface StepResult {
  /** Weighted mean over examples, not scaled. */
  readonly loss: number
  /** Global norm of the gradient before clipping. */
  readonly gradientNorm: number
  /** [e, n] like the batch's targets. */
  readonly logits: Float32Array
}

export interface Prediction {
  /** [e, n] */
  readonly logits: Float32Array
  readonly loss: number
  /** Mean over features of the standard deviation over rows of the fused vector: 0 is a collapsed trunk. */
  readonly spread: number
}

export interface PretrainingResult {
  readonly loss: number
  readonly wordLoss: number
  readonly regionLoss: number
  readonly alignmentLoss: number
  readonly gradientNorm: number
  /** [b, w] int32: the most likely word at each position (task-token-free positions). */
  readonly wordGuess: Int32Array
  /** [b, r] int32: the most likely class of each region, region 0 included. */
  readonly regionGuess: Int32Array
  /** [b, 2] */
  readonly alignmentLogits: Float32Array
}

/** A named array of the model or the optimizer: `bert.…` weights, `m/…`, `v/…` moments. */
export interface NamedArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Milliseconds inside a step: handing the batch over, computing, reading the results. */
export interface StepTimes {
  readonly upload: number
  readonly run: number
  readonly read: number
}

export interface StepEngine {
  readonly kind: 'compiled' | 'eager'
  /** Of the last step or prediction, where the engine can tell them apart. */
  readonly times?: StepTimes | undefined
  /** Tensors that are alive: a number that grows is a leak. */
  readonly tensors: number
  /** One training step: forward, backward, update. */
  train(batch: TaskBatch, settings: StepSettings): Promise<StepResult>
  predict(batch: TaskBatch): Promise<Prediction>
  trainPretraining(batch: PretrainingBatch, settings: StepSettings): Promise<PretrainingResult>
  predictPretraining(batch: PretrainingBatch): Promise<PretrainingResult>
  /** Names and shapes of the weights, or of weights and moments, in the order of `read`. */
  list(what: 'weights' | 'all'): readonly Omit<NamedArray, 'data'>[]
  /** As `read`, array by array: each is a copy that `visit` may keep or give away, and all are of the same moment. */
  readEach(what: 'weights' | 'all', visit: (array: NamedArray) => void | Promise<void>): Promise<void>
  /** Weights only, or weights and moments. Copies. */
  read(what: 'weights' | 'all'): Promise<NamedArray[]>
  /** Overwrites the named arrays; returns the names it does not have. Moments absent from the list stay as they are. */
  write(arrays: readonly NamedArray[]): Promise<string[]>
  dispose(): void
}

/** Shapes of a task's batches: fixed for the run, so that each task is compiled once. */
export interface TaskShape {
  readonly task: TaskId
  /** Examples of a full batch. */
  readonly examples: number
  readonly words: number
  readonly regions: number
  readonly targetWidth: number
}
