// The engine that trains: the model functions are recorded once into a TensorFlow graph, and a step is one run of it.
// All tasks share the graph's variables. Spec 4.3–4.5, 5. Read next: compile/step-graph.ts, compile/session.ts.

import { WorkbenchError } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import { type Graph, createGraph } from '../compile/graph'
import { type TypedValues, nativeBackend } from '../compile/native-binding'
import { type Session, type SessionFeed, openSession } from '../compile/session'
import { DROPOUT_SEED, type RecordedStep, SETTINGS, type StepTools, addSettings, recordPretraining, recordTask } from '../compile/step-graph'
import { type Variable, type VariableAccess, addVariableAccess, createVariables } from '../compile/variables'
import type { UpdateRules } from '../compile/update'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import type { TaskBatch } from '../tasks/task-batch'
import {
  type EngineOptions, type Feed, type InputSpec, engineModel, pretrainingFeeds, pretrainingInputSpecs, taskFeeds, taskInputSpecs,
} from './engine-options'
import { decays, usesHeadRate } from '../optimizer/parameter-groups'
import { initialWeights } from './initial-weights'
import type { NamedArray, Prediction, PretrainingResult, StepEngine, StepSettings } from './step-engine'
import { stepProgram } from './step-program'

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

const PRETRAINING = 'pretraining'
/** Largest amount of numbers fed or fetched in one run outside of steps. */
const CHUNK = 64 * 1024 * 1024

/** The recorded steps of a task or of pre-training; an engine for predictions has no training steps. */
interface Steps {
  readonly train: RecordedStep | undefined
  readonly predict: RecordedStep
}

interface Compiled {
  readonly session: Session
  /** By task id or `pretraining`. Tasks of one head and one shape share their steps. */
  readonly steps: ReadonlyMap<string, Steps>
  readonly variables: readonly Variable[]
  readonly access: VariableAccess
}

/**
 * Records, loads, initialises and prepares the steps. With the purpose `predict` there are no training steps and no
 * moments. Throws a WorkbenchError that names `--set engine=eager` where TensorFlow's native library is missing, and one
 * that names the model's line where a step cannot be recorded.
 */
export async function createCompiledEngine(
  options: EngineOptions, onProgress: OnProgress = () => undefined, purpose: 'train' | 'predict' = 'train'
): Promise<StepEngine> {
  nativeBackend()
  const plans = stepPlans(options)
  const compiled = compile(options, plans, purpose)
  try {
    await assign(compiled, initialWeights(options))
    if (compiled.access.zeroMoments !== undefined) compiled.session.run([], [compiled.access.zeroMoments])
    await prepare(options, compiled, plans, purpose, onProgress)
  } catch (error) {
    compiled.session.close()
    throw error
  }
  return engineOf(options, compiled)
}

/** A pair of steps to record, and the tasks (or pre-training) that run it. */
interface StepPlan {
  readonly names: string[]
  readonly specs: readonly InputSpec[]
  readonly rowsPerExample: number
  record(tools: StepTools, kind: 'train' | 'predict'): RecordedStep
}

/** Tasks that differ in nothing but their data and their token, which is fed, share a plan. */
function stepPlans(options: EngineOptions): StepPlan[] {
  const plans = new Map<string, StepPlan>()
  for (const shape of options.shapes) {
    const { head, objective, rowsPerExample } = taskById(shape.task)
    // Choices are regions with a smaller target mask: one graph serves both.
    const key = [head, objective === 'choices' ? 'regions' : objective, rowsPerExample, shape.words, shape.regions, shape.targetWidth].join()
    const known = plans.get(key)
    if (known) known.names.push(shape.task)
    else {
      const specs = taskInputSpecs(options, shape)
      plans.set(key, { names: [shape.task], specs, rowsPerExample, record: (tools, kind) => recordTask(tools, options, shape, kind) })
    }
  }
  const { pretraining } = options
  if (pretraining) {
    const specs = pretrainingInputSpecs(options, pretraining)
    plans.set(PRETRAINING, { names: [PRETRAINING], specs, rowsPerExample: 1, record: (tools, kind) => recordPretraining(tools, options, pretraining, kind) })
  }
  return [...plans.values()]
}

function compile(options: EngineOptions, plans: readonly StepPlan[], purpose: 'train' | 'predict'): Compiled {
  const graph: Graph = createGraph()
  addSettings(graph)
  const parameters = stepProgram.modelParameters(engineModel(options))
  const rules: UpdateRules = { ...options.optimizer, decays, isHead: usesHeadRate }
  const variables = createVariables(graph, parameters)
  const tools: StepTools = { graph, variables, parameters, rules }
  const steps = new Map<string, Steps>()
  for (const plan of plans) {
    const recorded: Steps = { train: purpose === 'train' ? plan.record(tools, 'train') : undefined, predict: plan.record(tools, 'predict') }
    for (const name of plan.names) steps.set(name, recorded)
  }
  const access = addVariableAccess(graph, variables)
  return { session: openSession(graph.nodes), steps, variables: variables.all(), access }
}

/**
 * TensorFlow optimises a step's graph at its first run; that run is made here, without effect: with fresh moments, a loss
 * scale and learning rates of 0 it leaves every variable as it is.
 */
async function prepare(
  options: EngineOptions, { session, steps }: Compiled, plans: readonly StepPlan[], purpose: 'train' | 'predict', onProgress: OnProgress
): Promise<void> {
  const without: StepSettings = { learningRate: 0, headLearningRate: 0, lossScale: 0, dropoutSeed: [0, 0], update: 1 }
  let done = 0
  for (const { names, specs, rowsPerExample } of plans) {
    const start = performance.now()
    const step = steps.get(names[0] ?? '')?.[purpose]
    if (step) runStep(session, step, plainFeeds(specs, rowsPerExample), purpose === 'train' ? fedSettings(options, without) : [])
    done += names.length
    onProgress({ what: names.join(', '), done, total: steps.size, milliseconds: performance.now() - start })
    await nextMessage()
  }
}

/** One example of zero ids and ones. */
function plainFeeds(specs: readonly InputSpec[], rowsPerExample: number): Feed[] {
  return specs.map(({ name, dtype, shape }) => {
    const sized = shape.map((size) => (size === 'e' ? 1 : size === 'b' ? rowsPerExample : size))
    const count = sized.reduce((product, size) => product * size, 1)
    return { name, dtype, shape: sized, data: dtype === 'int32' ? new Int32Array(count) : new Float32Array(count).fill(1) }
  })
}

/** Lets messages in: a run blocks its process. */
function nextMessage(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function engineOf(options: EngineOptions, compiled: Compiled): StepEngine {
  const { session } = compiled
  const run = (what: string, kind: 'train' | 'predict', feeds: readonly Feed[], settings: readonly SessionFeed[]): Fetched => {
    const pair = compiled.steps.get(what)
    if (pair === undefined) {
      throw new WorkbenchError(`This engine was made for ${[...compiled.steps.keys()].join(', ')}; it has no step of '${what}'.`, 'work')
    }
    const step = pair[kind]
    if (step === undefined) throw new WorkbenchError('This engine was made for predictions; it cannot train.', 'work')
    return runStep(session, step, feeds, settings)
  }
  return {
    kind: 'compiled',
    get times() {
      return session.times
    },
    get tensors() {
      return nativeBackend().binding.getNumOfTensors()
    },
    async train(batch: TaskBatch, settings: StepSettings) {
      const fetched = run(batch.task, 'train', taskFeeds(options, batch), fedSettings(options, settings))
      return { loss: scalar(fetched, 'loss'), gradientNorm: scalar(fetched, 'gradientNorm'), logits: floats(fetched, 'logits') }
    },
    async predict(batch: TaskBatch): Promise<Prediction> {
      const fetched = run(batch.task, 'predict', taskFeeds(options, batch), [])
      return { loss: scalar(fetched, 'loss'), spread: scalar(fetched, 'spread'), logits: floats(fetched, 'logits') }
    },
    async trainPretraining(batch: PretrainingBatch, settings: StepSettings) {
      const fetched = run(PRETRAINING, 'train', pretrainingFeeds(options, batch), fedSettings(options, settings))
      return pretrainingResult(fetched, scalar(fetched, 'gradientNorm'))
    },
    async predictPretraining(batch: PretrainingBatch) {
      return pretrainingResult(run(PRETRAINING, 'predict', pretrainingFeeds(options, batch), []), 0)
    },
    list: (what) => wanted(compiled, what).map(({ name, shape }) => ({ name, shape })),
    readEach: (what, visit) => readEach(compiled, what, visit),
    async read(what) {
      const arrays: NamedArray[] = []
      await readEach(compiled, what, (array) => void arrays.push(array))
      return arrays
    },
    async write(arrays) {
      return assign(compiled, arrays)
    },
    dispose: () => session.close(),
  }
}

type Fetched = ReadonlyMap<string, TypedValues>

function runStep(session: Session, step: RecordedStep, feeds: readonly Feed[], settings: readonly SessionFeed[]): Fetched {
  const fed = feeds.map(({ name, shape, data }) => {
    const node = step.inputs.get(name)
    if (node === undefined) throw new Error(`The recorded step has no input '${name}'.`)
    return { name: node, shape, data }
  })
  const names = Object.keys(step.fetches)
  const values = session.run([...fed, ...settings], Object.values(step.fetches))
  return new Map(names.map((name, i) => [name, values[i] as TypedValues]))
}

function fedSettings({ optimizer }: EngineOptions, settings: StepSettings): SessionFeed[] {
  const { beta1, beta2, biasCorrection } = optimizer
  const numbers: Record<(typeof SETTINGS)[number], number> = {
    learningRate: settings.learningRate, headLearningRate: settings.headLearningRate, lossScale: settings.lossScale,
    // Powers of 0 leave the moments as they are: no bias correction, as in the reference.
    beta1Power: biasCorrection ? beta1 ** settings.update : 0,
    beta2Power: biasCorrection ? beta2 ** settings.update : 0,
  }
  return [
    ...SETTINGS.map((name) => ({ name: `settings/${name}:0`, shape: [], data: Float32Array.of(numbers[name]) })),
    { name: DROPOUT_SEED, shape: [2], data: Int32Array.from(settings.dropoutSeed) },
  ]
}

function floats(fetched: Fetched, name: string): Float32Array {
  const values = fetched.get(name)
  if (!(values instanceof Float32Array)) throw new Error(`The step gave no float array '${name}'.`)
  return values
}

function scalar(fetched: Fetched, name: string): number {
  return floats(fetched, name)[0] ?? Number.NaN
}

function guesses(fetched: Fetched, name: string): Int32Array {
  const values = fetched.get(name)
  if (!(values instanceof Int32Array)) throw new Error(`The step gave no integer array '${name}'.`)
  return values
}

function pretrainingResult(fetched: Fetched, gradientNorm: number): PretrainingResult {
  return {
    loss: scalar(fetched, 'loss'), wordLoss: scalar(fetched, 'wordLoss'), regionLoss: scalar(fetched, 'regionLoss'),
    alignmentLoss: scalar(fetched, 'alignmentLoss'), gradientNorm, wordGuess: guesses(fetched, 'wordGuess'),
    regionGuess: guesses(fetched, 'regionGuess'), alignmentLogits: floats(fetched, 'alignmentLogits'),
  }
}

/** Splits a list so that each part holds at most CHUNK numbers (or one array). */
function chunks<T extends { readonly shape: readonly number[] }>(list: readonly T[]): T[][] {
  const parts: T[][] = []
  let room = 0
  for (const each of list) {
    const size = each.shape.reduce((product, length) => product * length, 1)
    const last = parts[parts.length - 1]
    if (last === undefined || size > room) {
      parts.push([each])
      room = CHUNK - size
    } else {
      last.push(each)
      room -= size
    }
  }
  return parts
}

function wanted({ variables }: Compiled, what: 'weights' | 'all'): readonly Variable[] {
  return what === 'all' ? variables : variables.filter(({ name }) => !/^[mv]\//.test(name))
}

async function readEach(compiled: Compiled, what: 'weights' | 'all', visit: (array: NamedArray) => void | Promise<void>): Promise<void> {
  const { session, access } = compiled
  for (const part of chunks(wanted(compiled, what))) {
    let place = 0
    for (const values of session.each(part.map(({ name }) => access.read(name)))) {
      const { name, shape } = part[place++] as Variable
      await visit({ name, shape, data: values as Float32Array })
    }
    await nextMessage()
  }
}

async function assign({ session, variables, access }: Compiled, arrays: readonly NamedArray[]): Promise<string[]> {
  const shapes = new Map(variables.map(({ name, shape }) => [name, shape]))
  const known = arrays.filter(({ name }) => shapes.has(name))
  for (const { name, shape, data } of known) {
    const own = shapes.get(name) ?? []
    if (own.join() !== shape.join() || data.length !== own.reduce((product, size) => product * size, 1)) {
      throw new WorkbenchError(
        `The array '${name}' has the shape [${shape.join(', ')}] and ${data.length} numbers; the model's is [${own.join(', ')}]. ` +
          'It belongs to a model of another size.'
      )
    }
  }
  for (const part of chunks(known)) {
    session.run(part.map(({ name, shape, data }) => ({ name: access.assign(name).feed, shape, data })), part.map(({ name }) => access.assign(name).done))
    await nextMessage()
  }
  return arrays.filter(({ name }) => !shapes.has(name)).map(({ name }) => name)
}
