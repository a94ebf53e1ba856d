// The steps of a compiled run: which there are, recorded into one graph, loaded into one session, and run once before
// training, since TensorFlow optimises a step's graph at its first run. Read next: compiled-engine.ts, ../compile/step-graph.ts.

import { examplesPerPart } from '../../contract/memory-forecast'
import { taskById } from '../../contract/task-catalog'
import { addClearing } from '../compile/accumulation'
import { createGraph } from '../compile/graph'
import { type TypedValues, nativeBackend } from '../compile/native-binding'
import { type Session, type SessionFeed, openSession } from '../compile/session'
import { DROPOUT_SEED, RECTIFIED_SETTINGS, type RecordedStep, SETTINGS, type StepKind, type StepTools, addSettings, recordPretraining, recordTask, recordUpdate } from '../compile/step-graph'
import type { UpdateRules } from '../compile/update'
import { addVariableAccess, createVariables, isMoment } from '../compile/variables'
import { frozenBy } from '../optimizer/frozen-parameters'
import { decaysUnder, rateFactorOf, usesHeadRate } from '../optimizer/parameter-groups'
import { kernelNumbers } from '../optimizer/rectified-step'
import { type EngineOptions, type Feed, type InputSpec, engineModel, pretrainingInputSpecs, taskInputSpecs } from './engine-options'
import { type IdleDrift, addIdleDrift, driftFeed } from './idle-drift'
import { LOSS_SHARES } from './micro-batch'
import type { StepSettings } from './step-engine'
import { stepProgram } from './step-program'
import { type SessionVariables, nextMessage } from './variable-transfer'

/** Told while the engine is being made: what is compiled now, and how many parts are done. */
export interface CompileProgress {
  /** The tasks that share the step, or `pretraining`. */
  readonly what: string
  readonly done: number
  readonly total: number
  /** Time of the part that was just finished. */
  readonly milliseconds: number
}

export type OnProgress = (progress: CompileProgress) => void

export const PRETRAINING = 'pretraining'

/** The recorded steps of a task or of pre-training; an engine for predictions has no training steps. */
export interface Steps {
  /** The whole step, or, where batches are computed in parts, the update that follows them. */
  readonly train: RecordedStep | undefined
  /** A part of a batch, with the most examples of one. */
  readonly part: { readonly step: RecordedStep; readonly examples: number } | undefined
  readonly predict: RecordedStep
}

export interface CompiledSteps extends SessionVariables {
  /** By task id or `pretraining`. Tasks of one head and one shape share their steps. */
  readonly steps: ReadonlyMap<string, Steps>
  /** With idleHeads=drift. */
  readonly drift: IdleDrift | undefined
  /** Fetch: all gradient accumulators are zero; undefined where there are none. */
  readonly clearing: string | undefined
}

/** Steps to record, and the tasks (or pre-training) that run them. */
export interface StepPlan {
  readonly names: string[]
  readonly specs: readonly InputSpec[]
  readonly examples: number
  readonly rowsPerExample: number
  record(tools: StepTools, kind: StepKind): RecordedStep
}

/** Tasks that differ in nothing but their data and their token, which is fed, share a plan. */
export function stepPlans(options: EngineOptions): StepPlan[] {
  const plans = new Map<string, StepPlan>()
  for (const shape of options.shapes) {
    const { head, objective, rowsPerExample } = taskById(shape.task)
    // Choices are regions with a smaller target mask: one graph serves both.
    const key = [head, objective === 'choices' ? 'regions' : objective, rowsPerExample, shape.words, shape.regions, shape.targetWidth].join()
    const known = plans.get(key)
    if (known) known.names.push(shape.task)
    else {
      const specs = taskInputSpecs(options, shape)
      plans.set(key, { names: [shape.task], specs, examples: shape.examples, rowsPerExample, record: (tools, kind) => recordTask(tools, options, shape, kind) })
    }
  }
  const { pretraining } = options
  if (pretraining) {
    const specs = pretrainingInputSpecs(options, pretraining)
    plans.set(PRETRAINING, { names: [PRETRAINING], specs, examples: pretraining.rows, rowsPerExample: 1, record: (tools, kind) => recordPretraining(tools, options, pretraining, kind) })
  }
  return [...plans.values()]
}

/** Records all steps and opens their session, whose variables have no values yet. */
export function compileSteps(options: EngineOptions, plans: readonly StepPlan[], purpose: 'train' | 'predict'): CompiledSteps {
  const graph = createGraph()
  addSettings(graph, options.optimizer.kind)
  const model = engineModel(options)
  const parameters = stepProgram.modelParameters(model)
  const { optimizer } = options
  const rules: UpdateRules = { ...optimizer, decays: (name) => decaysUnder(name, optimizer), isHead: usesHeadRate, rateFactor: (name) => rateFactorOf(name, optimizer) }
  const variables = createVariables(graph, parameters)
  const tools: StepTools = { graph, variables, parameters, rules, frozen: frozenBy(options.freeze ?? 'none', model) }
  const steps = new Map<string, Steps>()
  for (const plan of plans) {
    const recorded = recordPlan(tools, plan, options.microBatch, purpose)
    for (const name of plan.names) steps.set(name, recorded)
  }
  const drift = purpose === 'train' && options.optimizer.idleHeads === 'drift' ? addIdleDrift(graph, variables, steps, rules) : undefined
  const clearing = addClearing(graph, variables)
  const access = addVariableAccess(graph, variables, nativeBackend().isUsingGpuDevice, (name) => options.weights === 'loaded' || isMoment(name))
  return { session: openSession(graph.nodes), steps, variables: variables.all(), access, drift, clearing }
}

function recordPlan(tools: StepTools, plan: StepPlan, microBatch: number | undefined, purpose: 'train' | 'predict'): Steps {
  if (purpose === 'predict') return { train: undefined, part: undefined, predict: plan.record(tools, 'predict') }
  const examples = examplesPerPart(plan.examples, plan.rowsPerExample, microBatch)
  if (examples === undefined) return { train: plan.record(tools, 'train'), part: undefined, predict: plan.record(tools, 'predict') }
  const step = plan.record(tools, 'accumulate')
  return { train: recordUpdate(tools, plan.names[0] ?? '', step.updates), part: { step, examples }, predict: plan.record(tools, 'predict') }
}

/** Numbers of all variables from which on a step without effect costs more than it is worth. */
const LARGE = 64 * 1024 * 1024

/**
 * The first run of every training step (or prediction), without effect: with fresh moments, a loss scale and learning
 * rates of 0 it leaves every variable as it is.
 */
export async function prepareSteps(
  options: EngineOptions, { session, steps, drift, clearing, variables }: CompiledSteps, plans: readonly StepPlan[], purpose: 'train' | 'predict', onProgress: OnProgress
): Promise<void> {
  const still = fedSettings(options, { learningRate: 0, headLearningRate: 0, lossScale: 0, dropoutSeed: [0, 0], update: 1 })
  if (clearing !== undefined) session.run([], [clearing])
  let done = 0
  // A whole batch shows whether it fits into a GPU's memory; on the CPU one example is enough and faster.
  const gpu = nativeBackend().isUsingGpuDevice
  const probed = (examples: number): number => (gpu ? examples : 1)
  // A run of a large model takes seconds: where there is one step, its first real run prepares it as well.
  const ready = !gpu && plans.length === 1 && variables.reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0) > LARGE
  if (ready) return onProgress({ what: plans[0]?.names.join(', ') ?? '', done: steps.size, total: steps.size, milliseconds: 0 })
  for (const { names, specs, examples, rowsPerExample } of plans) {
    const start = performance.now()
    const recorded = steps.get(names[0] ?? '')
    const part = recorded?.part?.step
    if (recorded?.part && part) runStep(session, part, plainFeeds(part.inputs.has(LOSS_SHARES.name) ? [...specs, LOSS_SHARES] : specs, rowsPerExample, probed(recorded.part.examples)), still)
    const step = recorded?.[purpose]
    const feeds = part && purpose === 'train' ? [] : plainFeeds(specs, rowsPerExample, probed(examples))
    if (step) runStep(session, step, feeds, purpose === 'train' ? [...still, ...driftFeed(drift)] : [])
    done += names.length
    onProgress({ what: names.join(', '), done, total: steps.size, milliseconds: performance.now() - start })
    await nextMessage()
  }
}

/** Examples of zero ids and ones. */
function plainFeeds(specs: readonly InputSpec[], rowsPerExample: number, examples = 1): Feed[] {
  return specs.map(({ name, dtype, shape }) => {
    const sized = shape.map((size) => (size === 'e' ? examples : size === 'b' ? examples * rowsPerExample : size))
    const count = sized.reduce((product, size) => product * size, 1)
    return { name, dtype, shape: sized, data: dtype === 'int32' ? new Int32Array(count) : new Float32Array(count).fill(1) }
  })
}

/** Fetched arrays by name. */
export type Fetched = ReadonlyMap<string, TypedValues>

/** Runs a step on its batch and further feeds. */
export function runStep(session: Session, step: RecordedStep, feeds: readonly Feed[], settings: readonly SessionFeed[]): Fetched {
  const fed = feeds.map(({ name, shape, data }) => {
    const node = step.inputs.get(name)
    if (node === undefined) throw new Error(`The recorded step has no input '${name}'.`)
    return { name: node, shape, data }
  })
  const names = Object.keys(step.fetches)
  const values = session.run([...fed, ...settings], Object.values(step.fetches))
  return new Map(names.map((name, i) => [name, values[i] as TypedValues]))
}

/** What every training step is fed beside its batch. */
export function fedSettings({ optimizer }: EngineOptions, settings: StepSettings): SessionFeed[] {
  const { beta1, beta2, kind } = optimizer
  const rectified = kind === 'radam'
  const biasCorrection = optimizer.biasCorrection && !rectified
  const { rateFactor: stepFactor, epsilon } = kernelNumbers(optimizer, optimizer.epsilon, settings.update)
  const numbers: Record<(typeof SETTINGS)[number] | (typeof RECTIFIED_SETTINGS)[number], number> = {
    learningRate: settings.learningRate, headLearningRate: settings.headLearningRate, lossScale: settings.lossScale,
    // Powers of 0 leave the moments as they are: no bias correction, as in the reference.
    beta1Power: biasCorrection ? beta1 ** settings.update : 0,
    beta2Power: biasCorrection ? beta2 ** settings.update : 0,
    stepFactor, epsilon,
  }
  return [
    ...[...SETTINGS, ...(rectified ? RECTIFIED_SETTINGS : [])].map((name) => ({ name: `settings/${name}:0`, shape: [], data: Float32Array.of(numbers[name]) })),
    { name: DROPOUT_SEED, shape: [2], data: Int32Array.from(settings.dropoutSeed) },
  ]
}
