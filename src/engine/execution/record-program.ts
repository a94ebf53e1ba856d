// Records the steps of a run into one TensorFlow graph. What comes out is plain: the graph's bytes, and the names by which
// a session feeds and fetches it. Spec 4.3–4.5, 5. Read next: ../compile/step-graph.ts, program-cache.ts, compiled-steps.ts.

import path from 'node:path'
import { examplesPerPart } from '../../contract/memory-forecast'
import { taskById } from '../../contract/task-catalog'
import { addClearing } from '../compile/accumulation'
import { createGraph } from '../compile/graph'
import { encodeSavedModel } from '../compile/graph-def'
import { nativeBackend } from '../compile/native-binding'
import { type RecordedStep, type StepKind, type StepTools, addSettings, recordPretraining, recordTask, recordUpdate } from '../compile/step-graph'
import type { UpdateRules } from '../compile/update'
import { type Variable, type VariableAccess, addVariableAccess, createVariables, isMoment } from '../compile/variables'
import { frozenBy } from '../optimizer/frozen-parameters'
import { decaysUnder, rateFactorOf, usesHeadRate } from '../optimizer/parameter-groups'
import { type GraphOptions, type InputSpec, engineModel, pretrainingInputSpecs, taskInputSpecs } from './engine-options'
import { addIdleDrift } from './idle-drift'
import { stepProgram } from './step-program'

export const PRETRAINING = 'pretraining'

/** `predict`: without training steps and moments. */
export type Purpose = 'train' | 'predict'

/** The recorded steps of a task or of pre-training; an engine for predictions has no training steps. */
export interface Steps {
  /** The whole step, or, where batches are computed in parts, the update that follows them. */
  readonly train?: RecordedStep | undefined
  /** A part of a batch, with the most examples of one. */
  readonly part?: { readonly step: RecordedStep; readonly examples: number } | undefined
  readonly predict: RecordedStep
}

/** Tasks of one head and one shape share their steps. */
export interface SharedSteps {
  /** Task ids, or `pretraining`. */
  readonly names: readonly string[]
  readonly steps: Steps
}

/** What a session needs to know of a graph; plain data that survives JSON. */
export interface ProgramLayout {
  readonly steps: readonly SharedSteps[]
  /** Weights in their own order, then moments. */
  readonly variables: readonly Variable[]
  readonly access: VariableAccess
  /** Whether idle updates stand behind the training steps (idleHeads=drift). */
  readonly drifts: boolean
  /** Fetch: all gradient accumulators are zero; absent where there are none. */
  readonly clearing?: string | undefined
}

export interface RecordedProgram {
  /** The bytes of a SavedModel. */
  readonly graph: Uint8Array
  readonly layout: ProgramLayout
}

/**
 * The built file that this code is in, such as `compiled-engine-DDVzbu3f.cjs`: its name has a hash of it and of all it
 * loads, the model and the recorder among them. Undefined when running from the sources.
 */
export function recorderChunk(file = __filename): string | undefined {
  return /^chunks[/\\](.+-[\w-]{8}\.cjs)$/.exec(path.join(path.basename(path.dirname(file)), path.basename(file)))?.[1]
}

/** The training steps among them, in order. */
export function trainingSteps(steps: readonly SharedSteps[]): RecordedStep[] {
  return steps.flatMap(({ steps: { train } }) => (train ? [train] : []))
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
export function stepPlans(options: GraphOptions): StepPlan[] {
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

/** Records all steps. Throws a WorkbenchError that names the model's line where one cannot be recorded. */
export function recordProgram(options: GraphOptions, plans: readonly StepPlan[], purpose: Purpose): RecordedProgram {
  const graph = createGraph()
  addSettings(graph, options.optimizer.kind)
  const model = engineModel(options)
  const parameters = stepProgram.modelParameters(model)
  const { optimizer } = options
  const rules: UpdateRules = { ...optimizer, decays: (name) => decaysUnder(name, optimizer), isHead: usesHeadRate, rateFactor: (name) => rateFactorOf(name, optimizer) }
  const variables = createVariables(graph, parameters)
  const tools: StepTools = { graph, variables, parameters, rules, frozen: frozenBy(options.freeze ?? 'none', model) }
  const recorded = plans.map((plan) => ({ names: plan.names, steps: recordPlan(tools, plan, options.microBatch, purpose) }))
  const drifts = purpose === 'train' && optimizer.idleHeads === 'drift'
  const steps = drifts ? withDrift(recorded, addIdleDrift(graph, variables, trainingSteps(recorded), rules)) : recorded
  const clearing = addClearing(graph, variables)
  const access = addVariableAccess(graph, variables, nativeBackend().isUsingGpuDevice, (name) => options.weights === 'loaded' || isMoment(name))
  return { graph: encodeSavedModel(graph.nodes), layout: { steps, variables: variables.all(), access, drifts, clearing } }
}

/** For training every plan has a training step, so that they are as many as the steps. */
function withDrift(recorded: readonly SharedSteps[], made: readonly RecordedStep[]): SharedSteps[] {
  return recorded.map(({ names, steps }, place) => ({ names, steps: { ...steps, train: made[place] } }))
}

function recordPlan(tools: StepTools, plan: StepPlan, microBatch: number | undefined, purpose: Purpose): Steps {
  if (purpose === 'predict') return { predict: plan.record(tools, 'predict') }
  const examples = examplesPerPart(plan.examples, plan.rowsPerExample, microBatch)
  if (examples === undefined) return { train: plan.record(tools, 'train'), predict: plan.record(tools, 'predict') }
  const step = plan.record(tools, 'accumulate')
  return { train: recordUpdate(tools, plan.names[0] ?? '', step.updates), part: { step, examples }, predict: plan.record(tools, 'predict') }
}
