// The optimizer as graph nodes: AdamW with two learning rates, decoupled decay after the Adam update (RAdam: before),
// optional clipping of the global gradient norm (spec 4.3, 4.4). Only parameters with a gradient in the step are updated.
// Read next: step-graph.ts.

import { type Graph, FLOAT_TYPE, after, float } from './graph'
import { FLOAT } from './native-binding'
import type { Variables } from './variables'

/** Numbers fed with every step, as graph outputs. */
export interface FedSettings {
  readonly learningRate: string
  readonly headLearningRate: string
  /** β₁ᵗ and β₂ᵗ; 0 switches the bias correction off. */
  readonly beta1Power: string
  readonly beta2Power: string
  /** Of RAdam (optimizer/rectified-step.ts), which feeds powers of 0. */
  readonly stepFactor: string
  readonly epsilon: string
}

export interface UpdateRules {
  /** AdamW if absent. */
  readonly kind?: 'adamw' | 'radam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** 0 does not clip. */
  readonly clipNorm: number
  /** Whether a parameter is decayed (spec 4.4). */
  decays(name: string): boolean
  /** Whether a parameter has the learning rate of the heads (spec 4.3). */
  isHead(name: string): boolean
  /** Factor on a parameter's learning rate; 1 if absent. */
  rateFactor?(name: string): number
}

export interface GradientOutput {
  readonly name: string
  readonly output: string
}

/** The learning rate of a parameter. */
export function rateOf(graph: Graph, name: string, settings: FedSettings, rules: UpdateRules): string {
  const rate = rules.isHead(name) ? settings.headLearningRate : settings.learningRate
  const factor = rules.rateFactor?.(name) ?? 1
  return factor === 1 ? rate : graph.share('Mul', [rate, float(graph, factor)], FLOAT_TYPE)
}

/** The root of the sum of all squared gradient elements. */
function globalNorm(graph: Graph, gradients: readonly GradientOutput[]): string {
  const halves = gradients.map(({ output }) => graph.add('L2Loss', [output], FLOAT_TYPE))
  const half = halves.length === 1 ? halves[0] ?? '' : graph.add('AddN', halves, { N: { integer: halves.length }, ...FLOAT_TYPE })
  return graph.add('Sqrt', [graph.add('Mul', [half, float(graph, 2)], FLOAT_TYPE)], FLOAT_TYPE)
}

/** Gradients scaled so that their norm is at most `clipNorm`. */
function clipped(graph: Graph, gradients: readonly GradientOutput[], norm: string, clipNorm: number): GradientOutput[] {
  const safe = graph.add('AddV2', [norm, float(graph, 1e-6)], FLOAT_TYPE)
  const ratio = graph.add('RealDiv', [float(graph, clipNorm), safe], FLOAT_TYPE)
  const factor = graph.add('Minimum', [ratio, float(graph, 1)], FLOAT_TYPE)
  return gradients.map(({ name, output }) => ({ name, output: graph.add('Mul', [output, factor], FLOAT_TYPE) }))
}

/**
 * Adds the update of all parameters that have a gradient. Returns the norm before clipping and the nodes that must have
 * run when the step is over.
 */
export function addUpdate(
  graph: Graph, variables: Variables, gradients: readonly GradientOutput[], settings: FedSettings, rules: UpdateRules
): { norm: string; done: string[] } {
  const norm = globalNorm(graph, gradients)
  const applied = rules.clipNorm > 0 ? clipped(graph, gradients, norm, rules.clipNorm) : gradients
  const decay = (rate: string): string => graph.share('Mul', [rate, float(graph, rules.weightDecay)], FLOAT_TYPE)
  const done = applied.map(({ name, output }) => {
    const rate = rateOf(graph, name, settings, rules)
    return addMove(graph, variables, name, { gradient: output, rate, decay: decay(rate), behind: [after(variables.value(name)), ...(rules.kind === 'radam' ? [after(output)] : [])] }, settings, rules)
  })
  return { norm, done }
}

export interface Move {
  readonly gradient: string
  readonly rate: string
  /** Of the value; unused where the parameter is not decayed. */
  readonly decay: string
  /** What must have run before the value changes. */
  readonly behind: readonly string[]
}

/** Moments, value and decay of one parameter; the node that must have run when all is done. */
export function addMove(graph: Graph, variables: Variables, name: string, move: Move, settings: FedSettings, rules: UpdateRules): string {
  const handle = variables.handle(name)
  const rectified = rules.kind === 'radam'
  const decays = rules.weightDecay !== 0 && rules.decays(name)
  const shrink = (behind: readonly string[]): string => {
    const value = graph.add('ReadVariableOp', [handle, ...behind], { dtype: { type: FLOAT } })
    return graph.add('ResourceApplyGradientDescent', [handle, move.decay, value], { T: { type: FLOAT }, use_locking: { truth: false } })
  }
  const behind = rectified && decays ? [after(shrink(move.behind))] : move.behind
  const adam = graph.add(
    'ResourceApplyAdam',
    [
      handle, variables.moment('m', name), variables.moment('v', name), settings.beta1Power, settings.beta2Power,
      rectified ? graph.share('Mul', [move.rate, settings.stepFactor], FLOAT_TYPE) : move.rate,
      float(graph, rules.beta1), float(graph, rules.beta2), rectified ? settings.epsilon : float(graph, rules.epsilon), move.gradient, ...behind,
    ],
    { T: { type: FLOAT }, use_locking: { truth: false }, use_nesterov: { truth: false } }
  )
  return rectified || !decays ? adam : shrink([after(adam)])
}
