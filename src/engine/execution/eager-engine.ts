// The engine without a compiled graph: plain TensorFlow.js, op by op. Slower, but it runs on every backend and every
// value can be looked at; the compiled engine must agree with it. Read next: step-program.ts, ../optimizer/adamw.ts.

import { type Tensor, type Variable, add, argMax, cast, concat, dispose, keep, memory, mul, reshape, tensor, tensor1d, tidy, variable } from '@tensorflow/tfjs-core'
import { check } from '../../contract/check'
import { examplesPerPart } from '../../contract/memory-forecast'
import { taskById } from '../../contract/task-catalog'
import { forwardContext } from '../nn/forward-context'
import { createAdamw, momentOf } from '../optimizer/adamw'
import { frozenBy } from '../optimizer/frozen-parameters'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import type { TaskBatch } from '../tasks/task-batch'
import { type EngineOptions, type Feed, engineModel, pretrainingFeeds, pretrainingInputSpecs, taskFeeds, taskInputSpecs } from './engine-options'
import { valueAndGradients } from './gradients'
import { initialWeights } from './initial-weights'
import {
  LOSS_SHARES, type Part, joined, joinedPretraining, partSeed, pretrainingParts, sharedLoss, sharedMean, taskParts,
} from './micro-batch'
import type { NamedArray, PretrainingResult, StepEngine, StepSettings } from './step-engine'
import { type Inputs, input, stepProgram } from './step-program'

/** Builds the model with its initial weights on the current backend. */
export async function createEagerEngine(options: EngineOptions): Promise<StepEngine> {
  const model = engineModel(options)
  const weights = new Map(initialWeights(options).map(({ name, shape, data }) => [name, tidy(() => variable(tensor(data, [...shape])))]))
  const optimizer = createAdamw(options.optimizer)
  const parameters = (name: string): Tensor => {
    const weight = weights.get(name)
    if (!weight) throw new Error(`The model has no parameter '${name}'`)
    return weight
  }
  const contextOf = (seed: Tensor | null): ReturnType<typeof forwardContext> =>
    forwardContext(model, parameters, seed && { rate: options.dropout, seed })

  const frozen = frozenBy(options.freeze ?? 'none', model)
  const trained = new Map([...weights].filter(([name]) => !frozen(name)))

  /** Forward and backward of a batch or a part of one: packed outputs, and gradients that the caller disposes of. */
  const passes = (feeds: readonly Feed[], settings: StepSettings, forward: Forward): { packed: Packed; gradients: ReadonlyMap<string, Tensor> } => {
    let gradients: ReadonlyMap<string, Tensor> = new Map()
    const packed = tidy(() => {
      const inputs = feedTensors(feeds)
      const seed = tensor1d([...settings.dropoutSeed], 'int32')
      let outputs: Tensor[] = []
      const found = valueAndGradients(() => {
        const made = forward(contextOf(seed), inputs)
        const [loss] = made
        if (!loss) throw new Error('A step returned no loss')
        // The tape's own scope ends with this function: what is read later is kept and disposed of below.
        outputs = made.map((output) => keep(output))
        return mul(inputs[LOSS_SHARES.name] ? partObjective(outputs, inputs) : loss, settings.lossScale)
      }, trained)
      gradients = new Map([...found.gradients].map(([name, gradient]) => [name, keep(gradient)]))
      const result = pack(outputs)
      dispose(outputs)
      return result
    })
    return { packed, gradients }
  }
  /** Of pre-training's outputs: the part's contribution to the batch's loss. */
  const partObjective = ([total, wordLoss, regionLoss, alignmentLoss]: readonly Tensor[], inputs: Inputs): Tensor => {
    if (!total || !wordLoss || !regionLoss || !alignmentLoss) throw new Error('Pre-training returned no losses')
    return sharedLoss({ total, wordLoss, regionLoss, alignmentLoss }, input(inputs, LOSS_SHARES.name), options.alignmentFactor ?? 1)
  }

  /** The update; the gradients are used up. Returns their norm. */
  const update = async (gradients: ReadonlyMap<string, Tensor>, settings: StepSettings): Promise<number> => {
    const norm = optimizer.apply(weights, gradients, settings)
    dispose([...gradients.values()])
    const [value] = await norm.data()
    norm.dispose()
    return value ?? Number.NaN
  }

  /** Runs forward, backward and update; `forward` returns the loss first and what else is to be read. Numbers come back in that order, the gradient norm last. */
  async function trainStep(feeds: readonly Feed[], settings: StepSettings, forward: Forward): Promise<Float32Array[]> {
    const { packed, gradients } = passes(feeds, settings, forward)
    const norm = await update(gradients, settings)
    return [...(await unpack(packed)), Float32Array.of(norm)]
  }

  /** The same in parts of the batch. */
  async function trainParts(parts: readonly Part[], settings: StepSettings, forward: Forward, scaleOf: (part: Part) => number): Promise<{ outputs: Float32Array[][]; norm: number }> {
    const outputs: Float32Array[][] = []
    let sums = new Map<string, Tensor>()
    for (const [i, part] of parts.entries()) {
      const own = { ...settings, lossScale: settings.lossScale * scaleOf(part), dropoutSeed: partSeed(settings.dropoutSeed, i) }
      const { packed, gradients } = passes(part.feeds, own, forward)
      sums = new Map([...gradients].map(([name, gradient]) => {
        const before = sums.get(name)
        if (before === undefined) return [name, gradient]
        const sum = add(before, gradient)
        dispose([before, gradient])
        return [name, sum]
      }))
      outputs.push(await unpack(packed))
    }
    return { outputs, norm: await update(sums, settings) }
  }

  async function predictStep(feeds: readonly Feed[], forward: Forward): Promise<Float32Array[]> {
    return unpack(tidy(() => pack(forward(contextOf(null), feedTensors(feeds)))))
  }

  const taskStep = (batch: TaskBatch, spread: boolean): Forward => (context, inputs) => {
    const task = taskById(batch.task)
    const { logits, fused } = stepProgram.taskForward(context, task, inputs)
    const weight = input(inputs, 'weights')
    const loss = stepProgram.taskLoss(logits, input(inputs, 'targets'), input(inputs, 'targetMask'), weight, task.objective)
    return spread ? [loss, logits, stepProgram.fusedSpread(fused, weight, task.rowsPerExample)] : [loss, logits]
  }

  const pretrainingStep: Forward = (context, inputs) => {
    const output = stepProgram.pretrainingForward(context, inputs)
    const loss = stepProgram.pretrainingLoss(model, output, inputs, options.alignmentFactor ?? 1)
    return [loss.total, loss.wordLoss, loss.regionLoss, loss.alignmentLoss, output.alignmentLogits,
      argMax(output.wordLogits, 2), argMax(output.regionLogits, 2)]
  }

  const variablesOf = (what: 'weights' | 'all'): [string, Variable][] =>
    what === 'weights' ? named('', weights) : [...named('', weights), ...named('m/', optimizer.first), ...named('v/', optimizer.second)]

  return {
    kind: 'eager',
    get tensors() {
      return memory().numTensors
    },
    async train(batch, settings) {
      const size = examplesPerPart(batch.examples, batch.rows / batch.examples, options.microBatch)
      if (size !== undefined) {
        const parts = taskParts(taskInputSpecs(options, batch), taskFeeds(options, batch), batch, size)
        const { outputs, norm } = await trainParts(parts, settings, taskStep(batch, false), ({ shares }) => shares[0] ?? 0)
        const logits = joined(parts, outputs.map((each) => all(each[1])), batch.examples, (length) => new Float32Array(length))
        return { loss: sharedMean(parts, outputs.map((each) => first(each[0]))), gradientNorm: norm, logits }
      }
      const [loss, logits, norm] = await trainStep(taskFeeds(options, batch), settings, taskStep(batch, false))
      return { loss: first(loss), gradientNorm: first(norm), logits: all(logits) }
    },
    async predict(batch) {
      const [loss, logits, spread] = await predictStep(taskFeeds(options, batch), taskStep(batch, true))
      return { loss: first(loss), logits: all(logits), spread: first(spread) }
    },
    async trainPretraining(batch, settings) {
      const size = examplesPerPart(batch.rows, 1, options.microBatch)
      if (size === undefined) return pretrainingResult(await trainStep(pretrainingFeeds(options, batch), settings, pretrainingStep))
      const parts = pretrainingParts(pretrainingInputSpecs(options, batch), pretrainingFeeds(options, batch), batch, size)
      const { outputs, norm } = await trainParts(parts, settings, pretrainingStep, () => 1)
      return joinedPretraining(parts, outputs.map((each) => pretrainingResult([...each, Float32Array.of(norm)])), batch.rows, options.alignmentFactor ?? 1)
    },
    predictPretraining: async (batch: PretrainingBatch) => pretrainingResult(await predictStep(pretrainingFeeds(options, batch), pretrainingStep)),
    list: (what) => variablesOf(what).map(([name, { shape }]) => ({ name, shape })),
    async readEach(what, visit) {
      for (const [name, value] of variablesOf(what)) await visit({ name, shape: value.shape, data: Float32Array.from(value.dataSync()) })
    },
    async read(what) {
      return variablesOf(what).map(([name, value]) => ({ name, shape: value.shape, data: Float32Array.from(value.dataSync()) }))
    },
    async write(arrays) {
      return arrays.filter((array) => !writeArray(array, weights, optimizer)).map(({ name }) => name)
    },
    dispose() {
      for (const weight of weights.values()) weight.dispose()
      optimizer.dispose()
    }
  }
}

type Forward = (context: ReturnType<typeof forwardContext>, inputs: Inputs) => Tensor[]

function feedTensors(feeds: readonly Feed[]): Inputs {
  return Object.fromEntries(feeds.map(({ name, dtype, shape, data }) => [name, tensor(data, [...shape], dtype)]))
}

interface Packed {
  readonly numbers: Tensor
  readonly sizes: number[]
}

/** All values in one tensor, so that a step waits for the device once. */
function pack(values: readonly Tensor[]): Packed & { [key: string]: Tensor | number[] } {
  const flat = values.map((value) => cast(reshape(value, [-1]), 'float32'))
  return { numbers: concat(flat), sizes: values.map(({ size }) => size) }
}

async function unpack({ numbers, sizes }: Packed): Promise<Float32Array[]> {
  const data = Float32Array.from(await numbers.data())
  numbers.dispose()
  let start = 0
  return sizes.map((size) => data.slice(start, (start += size)))
}

function first(values: Float32Array | undefined): number {
  return all(values)[0] ?? Number.NaN
}

function all(values: Float32Array | undefined): Float32Array {
  if (!values) throw new Error('A step returned fewer values than it should')
  return values
}

function pretrainingResult(values: readonly Float32Array[]): PretrainingResult {
  const [loss, wordLoss, regionLoss, alignmentLoss, alignmentLogits, wordGuess, regionGuess, norm] = values
  return {
    loss: first(loss), wordLoss: first(wordLoss), regionLoss: first(regionLoss), alignmentLoss: first(alignmentLoss),
    gradientNorm: norm ? first(norm) : 0, alignmentLogits: all(alignmentLogits),
    wordGuess: Int32Array.from(all(wordGuess)), regionGuess: Int32Array.from(all(regionGuess))
  }
}

function named(prefix: string, variables: ReadonlyMap<string, Variable>): [string, Variable][] {
  return [...variables].map(([name, value]) => [prefix + name, value])
}

/** Overwrites a weight or a moment; false if the model has no such parameter. A wrong size throws. */
function writeArray({ name, shape, data }: NamedArray, weights: ReadonlyMap<string, Variable>, optimizer: ReturnType<typeof createAdamw>): boolean {
  const [, kind, parameter] = /^(?:([mv])\/)?(.*)$/.exec(name) ?? []
  const weight = weights.get(parameter ?? '')
  if (!weight || parameter === undefined) return false
  check(weight.shape.join() === shape.join(), () => `'${name}' has the shape [${shape.join(', ')}]; this model needs [${weight.shape.join(', ')}].`)
  // A moment of zeros is that of a parameter that has had no gradient yet: it must not begin to drift.
  const moments = kind === 'm' ? optimizer.first : optimizer.second
  if (kind !== undefined && !moments.has(parameter) && data.every((value) => value === 0)) return true
  const target = kind === undefined ? weight : momentOf(moments, parameter, weight)
  tidy(() => target.assign(tensor(data, [...shape])))
  return true
}
