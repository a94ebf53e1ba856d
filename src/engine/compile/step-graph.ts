// The graph of a run: each task's training step and prediction, or those of pre-training, over shared variables.
// Spec 4.3–4.5 and 5. Read next: record.ts (how a step becomes nodes), update.ts, ../execution/compiled-engine.ts.

import * as tf from '@tensorflow/tfjs-core'
import { taskById } from '../../contract/task-catalog'
import {
  type GraphOptions, type InputSpec, type PretrainingShape, engineModel, pretrainingInputSpecs, taskInputSpecs,
} from '../execution/engine-options'
import type { ForwardPlan } from '../execution/forward-plan'
import { LOSS_SHARES, sharedLoss } from '../execution/micro-batch'
import type { TaskShape } from '../execution/step-engine'
import { type Inputs, input, stepProgram } from '../execution/step-program'
import { type ForwardContext, forwardContext } from '../nn/forward-context'
import { addAccumulation, recordApply } from './accumulation'
import { type Graph, FLOAT_TYPE, after } from './graph'
import { FLOAT, INT32 } from './native-binding'
import { OPEN, isOpen, openShape } from './open-batch'
import { type ExecMode, type Recording, record } from './record'
import { type FedSettings, type GradientOutput, type UpdateRules, addUpdate } from './update'
import type { Variable, Variables } from './variables'

/** What is fed and fetched to run one recorded step; all names are graph outputs. */
export interface RecordedStep {
  /** By the input's name. */
  readonly inputs: Readonly<Record<string, string>>
  readonly fetches: Readonly<Record<string, string>>
  /** Parameters that the step changes. */
  readonly updates: readonly string[]
}

/** `accumulate`: a part of a batch, whose gradients are added up until a run of `recordUpdate` applies them. */
export type StepKind = 'train' | 'accumulate' | 'predict'

/** A step before it is recorded: only a forward plan has no loss. */
interface StepPlan {
  readonly scope: string
  readonly specs: readonly InputSpec[]
  readonly rowsPerExample: number
  readonly kind: StepKind
  /** `objective`: what is differentiated, where it is not the loss. */
  forward(context: ForwardContext, inputs: Inputs): { loss?: tf.Tensor; objective?: tf.Tensor; fetched: Fetched }
}

type Fetched = Readonly<Record<string, tf.Tensor>>

export interface StepTools {
  readonly graph: Graph
  readonly variables: Variables
  readonly parameters: readonly Variable[]
  /** Parameters for which no gradient is computed; none if absent. */
  frozen?(name: string): boolean
  readonly rules: UpdateRules
  readonly exec?: ExecMode
}

/** Feeds shared by all steps; `settings/<name>:0`. */
export const SETTINGS = ['learningRate', 'headLearningRate', 'lossScale', 'beta1Power', 'beta2Power'] as const
/** Fed beside them with the optimizer RAdam. */
export const RECTIFIED_SETTINGS = ['stepFactor', 'epsilon'] as const
export const DROPOUT_SEED = 'settings/dropoutSeed:0'

export function addSettings(graph: Graph, kind?: UpdateRules['kind']): void {
  for (const name of kind === 'radam' ? [...SETTINGS, ...RECTIFIED_SETTINGS] : SETTINGS) graph.add('Placeholder', [], { dtype: { type: FLOAT }, shape: { shape: [] } }, `settings/${name}`)
  graph.add('Placeholder', [], { dtype: { type: INT32 }, shape: { shape: [2] } }, 'settings/dropoutSeed')
}

const settings: FedSettings = {
  learningRate: 'settings/learningRate:0', headLearningRate: 'settings/headLearningRate:0',
  beta1Power: 'settings/beta1Power:0', beta2Power: 'settings/beta2Power:0',
  stepFactor: 'settings/stepFactor:0', epsilon: 'settings/epsilon:0',
}
/** The same for nodes that are added behind the steps (idle-update.ts). */
export const FED_SETTINGS = settings

/** `refcoco+` cannot be a node name. */
function scopeOf(name: string, kind: StepKind | 'apply'): string {
  return `${name.replace(/\+/g, '-plus')}/${kind}`
}

/** Adds a task's training step, part of a step, or prediction to the graph. */
export function recordTask(tools: StepTools, options: GraphOptions, shape: TaskShape, kind: StepKind): RecordedStep {
  const task = taskById(shape.task)
  return recordStep(tools, options, {
    scope: scopeOf(shape.task, kind), specs: taskInputSpecs(options, shape), rowsPerExample: task.rowsPerExample, kind,
    forward(context, inputs) {
      const { logits, fused } = stepProgram.taskForward(context, task, inputs)
      const weights = input(inputs, 'weights')
      const loss = stepProgram.taskLoss(logits, input(inputs, 'targets'), input(inputs, 'targetMask'), weights, task.objective)
      if (kind !== 'predict') return { loss, fetched: { logits } }
      const fetched: Fetched = { logits, spread: stepProgram.fusedSpread(fused, weights, task.rowsPerExample) }
      return { loss, fetched }
    },
  })
}

/** Adds pre-training's step, part of a step, or prediction to the graph. */
export function recordPretraining(tools: StepTools, options: GraphOptions, shape: PretrainingShape, kind: StepKind): RecordedStep {
  const specs = pretrainingInputSpecs(options, shape)
  return recordStep(tools, options, {
    scope: scopeOf('pretraining', kind), specs: kind === 'accumulate' ? [...specs, LOSS_SHARES] : specs, rowsPerExample: 1, kind,
    forward(context, inputs) {
      const output = stepProgram.pretrainingForward(context, inputs)
      const factor = options.alignmentFactor ?? 1
      const loss = stepProgram.pretrainingLoss(context.config, output, inputs, factor)
      const fetched = {
        wordLoss: loss.wordLoss, regionLoss: loss.regionLoss, alignmentLoss: loss.alignmentLoss, alignmentLogits: output.alignmentLogits,
        wordGuess: tf.argMax(output.wordLogits, 2), regionGuess: tf.argMax(output.regionLogits, 2),
      }
      return { loss: loss.total, fetched, ...(kind === 'accumulate' ? { objective: sharedLoss(loss, input(inputs, LOSS_SHARES.name), factor) } : {}) }
    },
  })
}

/** Adds the update that follows the parts of a task's (or pre-training's) batch. */
export function recordUpdate({ graph, variables, rules }: StepTools, name: string, updates: readonly string[]): RecordedStep {
  return recordApply(graph, variables, scopeOf(name, 'apply'), updates, settings, rules)
}

/** Adds a forward pass of its own to the graph. */
export function recordForward(tools: StepTools, options: Pick<GraphOptions, 'model' | 'taskToken'>, { name, specs, run }: ForwardPlan): RecordedStep {
  return recordStep(tools, { ...options, dropout: 0 }, {
    scope: name, specs, rowsPerExample: 1, kind: 'predict', forward: (context, inputs) => ({ fetched: run(context, inputs) }),
  })
}

function recordStep(tools: StepTools, options: Pick<GraphOptions, 'model' | 'taskToken' | 'dropout'>, plan: StepPlan): RecordedStep {
  const { graph, variables } = tools
  graph.enter(plan.scope)
  const inputs: Record<string, string> = {}
  return record(graph, (recording) => {
    const fed = feedInputs(graph, recording, plan, inputs)
    const byName = new Map(tools.parameters.map(({ name, shape }) => [name, recording.tensor(() => variables.value(name), shape, FLOAT)]))
    const parameters = (name: string): tf.Tensor => {
      const weight = byName.get(name)
      if (weight === undefined) throw new Error(`The model has no parameter '${name}'.`)
      return weight
    }
    const seed = recording.tensor(DROPOUT_SEED, [2], INT32)
    const dropout = plan.kind === 'predict' ? null : { rate: options.dropout, seed }
    const forward = (): ReturnType<StepPlan['forward']> => plan.forward(forwardContext(engineModel(options), parameters, dropout), fed)
    if (plan.kind === 'predict') return prediction(graph, recording, plan, inputs, forward)
    return trainingStep(tools, recording, plan, inputs, byName, forward)
  }, tools.exec)
}

/** Placeholders `<scope>/feed/<name>`; the step's are entered into `names`. */
function feedInputs(graph: Graph, recording: Recording, plan: StepPlan, names: Record<string, string>): Inputs {
  const sizes = { e: OPEN, b: OPEN * plan.rowsPerExample }
  return Object.fromEntries(
    plan.specs.map(({ name, dtype, shape }) => {
      const sized = shape.map((size) => (typeof size === 'number' ? size : sizes[size]))
      const type = dtype === 'float32' ? FLOAT : INT32
      const output = graph.add('Placeholder', [], { dtype: { type }, shape: { shape: openShape(sized) } }, `${plan.scope}/feed/${name}`)
      names[name] = output
      const axis = sized.findIndex(isOpen)
      if (axis >= 0) recording.batchFrom({ output, dtype: type, axis, factor: (sized[axis] ?? OPEN) / OPEN })
      return [name, recording.tensor(output, sized, type)]
    })
  )
}

type Forward = () => ReturnType<StepPlan['forward']>

function prediction(graph: Graph, recording: Recording, plan: StepPlan, inputs: RecordedStep['inputs'], forward: Forward): RecordedStep {
  const { loss, fetched } = forward()
  return { inputs, fetches: named(graph, recording, plan, loss ? { ...fetched, loss } : fetched, []), updates: [] }
}

function trainingStep(
  tools: StepTools, recording: Recording, plan: StepPlan, inputs: RecordedStep['inputs'], weights: ReadonlyMap<string, tf.Tensor>, forward: Forward
): RecordedStep {
  const { graph, variables, rules } = tools
  const { loss, fetched, gradients } = differentiated(tools, recording, plan, weights, forward)
  const update = plan.kind === 'train' ? addUpdate(graph, variables, gradients, settings, rules) : { norm: undefined, done: addAccumulation(graph, variables, gradients) }
  const fetches = named(graph, recording, plan, { ...fetched, loss }, update.done)
  for (const tensor of [loss, ...Object.values(fetched)]) tensor.dispose()
  const norm: Record<string, string> = update.norm === undefined ? {} : { gradientNorm: identity(graph, update.norm, [], `${plan.scope}/fetch/gradientNorm`) }
  return { inputs, fetches: { ...fetches, ...norm }, updates: gradients.map(({ name }) => name) }
}

/** The forward pass and the gradients of the parameters that are not frozen and have one. */
function differentiated(
  tools: StepTools, recording: Recording, plan: StepPlan, weights: ReadonlyMap<string, tf.Tensor>, forward: Forward
): { loss: tf.Tensor; fetched: Fetched; gradients: GradientOutput[] } {
  const trained = [...weights].filter(([name]) => !tools.frozen?.(name))
  const lossScale = recording.tensor('settings/lossScale:0', [], FLOAT)
  let outputs: { loss: tf.Tensor; fetched: Fetched } | undefined
  const { grads } = tf.engine().gradients(
    () => {
      const { loss, objective, fetched } = forward()
      if (loss === undefined) throw new Error(`The training step '${plan.scope}' gave no loss.`)
      outputs = { loss: tf.keep(loss), fetched: Object.fromEntries(Object.entries(fetched).map(([name, value]) => [name, tf.keep(value)])) }
      return objective ?? loss
    },
    trained.map(([, weight]) => weight), lossScale, true
  )
  if (outputs === undefined) throw new Error('The training step gave no loss.')
  const gradients = trained.flatMap(([name], i) => {
    const gradient: tf.Tensor | null | undefined = grads[i]
    return gradient ? [{ name, output: recording.outputOf(gradient) }] : []
  })
  return { ...outputs, gradients }
}

/** Fetched values as `<scope>/fetch/<name>`; the loss waits for the nodes in `done`. */
function named(
  graph: Graph, recording: Recording, plan: StepPlan, tensors: Readonly<Record<string, tf.Tensor>>, done: readonly string[]
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const type = tensor.dtype === 'int32' ? INT32 : FLOAT
      const output = recording.outputOf(tensor)
      return [name, identity(graph, output, name === 'loss' ? done : [], `${plan.scope}/fetch/${name}`, type)]
    })
  )
}

function identity(graph: Graph, output: string, done: readonly string[], name: string, type = FLOAT): string {
  return graph.add('Identity', [output, ...done.map(after)], type === FLOAT ? FLOAT_TYPE : { T: { type } }, name)
}

