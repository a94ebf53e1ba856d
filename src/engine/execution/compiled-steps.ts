// The steps of a compiled run: loaded into one session, and run once before training, since TensorFlow optimises a step's
// graph at its first run. Read next: record-program.ts, compiled-engine.ts.

import { type TypedValues, nativeBackend } from '../compile/native-binding'
import { type Session, type SessionFeed, openSession } from '../compile/session'
import { DROPOUT_SEED, RECTIFIED_SETTINGS, type RecordedStep, SETTINGS } from '../compile/step-graph'
import { countOf } from '../count-of'
import { kernelNumbers } from '../optimizer/rectified-step'
import type { EngineOptions, Feed, InputSpec } from './engine-options'
import { type IdleDrift, driftFeed, idleDrift } from './idle-drift'
import { LOSS_SHARES } from './micro-batch'
import { type Purpose, type RecordedProgram, type StepPlan, type Steps, trainingSteps } from './record-program'
import type { StepSettings } from './step-engine'
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

export interface CompiledSteps extends SessionVariables {
  /** By task id or `pretraining`. Tasks of one head and one shape share their steps. */
  readonly steps: ReadonlyMap<string, Steps>
  /** With idleHeads=drift. */
  readonly drift: IdleDrift | undefined
  /** Fetch: all gradient accumulators are zero; undefined where there are none. */
  readonly clearing: string | undefined
}

/** Opens the session of recorded steps; its variables have no values yet. */
export function openProgram({ graph, layout }: RecordedProgram): CompiledSteps {
  const steps = new Map(layout.steps.flatMap(({ names, steps: recorded }) => names.map((name) => [name, recorded] as const)))
  const drift = layout.drifts ? idleDrift(trainingSteps(layout.steps)) : undefined
  return { session: openSession(graph), steps, variables: layout.variables, access: layout.access, drift, clearing: layout.clearing }
}

/** Numbers of all variables from which on a step without effect costs more than it is worth. */
const LARGE = 64 * 1024 * 1024

/**
 * The first run of every training step (or prediction), without effect: with fresh moments, a loss scale and learning
 * rates of 0 it leaves every variable as it is.
 */
export async function prepareSteps(
  options: EngineOptions, { session, steps, drift, clearing, variables }: CompiledSteps, plans: readonly StepPlan[], purpose: Purpose, onProgress: OnProgress
): Promise<void> {
  const still = fedSettings(options, { learningRate: 0, headLearningRate: 0, lossScale: 0, dropoutSeed: [0, 0], update: 1 })
  if (clearing !== undefined) session.run([], [clearing])
  let done = 0
  // A whole batch shows whether it fits into a GPU's memory; on the CPU one example is enough and faster.
  const gpu = nativeBackend().isUsingGpuDevice
  const probed = (examples: number): number => (gpu ? examples : 1)
  // A run of a large model takes seconds: where there is one step, its first real run prepares it as well.
  const ready = !gpu && plans.length === 1 && variables.reduce((total, { shape }) => total + countOf(shape), 0) > LARGE
  if (ready) return onProgress({ what: plans[0]?.names.join(', ') ?? '', done: steps.size, total: steps.size, milliseconds: 0 })
  for (const { names, specs, examples, rowsPerExample } of plans) {
    const start = performance.now()
    const recorded = steps.get(names[0] ?? '')
    const part = recorded?.part?.step
    if (recorded?.part && part) runStep(session, part, plainFeeds(part.inputs[LOSS_SHARES.name] !== undefined ? [...specs, LOSS_SHARES] : specs, rowsPerExample, probed(recorded.part.examples)), still)
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
    const count = countOf(sized)
    return { name, dtype, shape: sized, data: dtype === 'int32' ? new Int32Array(count) : new Float32Array(count).fill(1) }
  })
}

/** Fetched arrays by name. */
export type Fetched = ReadonlyMap<string, TypedValues>

/** Runs a step on its batch and further feeds. */
export function runStep(session: Session, step: RecordedStep, feeds: readonly Feed[], settings: readonly SessionFeed[]): Fetched {
  const fed = feeds.map(({ name, shape, data }) => {
    const node = step.inputs[name]
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
