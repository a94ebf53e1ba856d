// The optimizer as graph nodes: AdamW with two learning rates, decoupled decay after the Adam update, optional clipping of
// the global gradient norm (spec 4.3, 4.4). Only parameters with a gradient in the step are updated.
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
}

export interface UpdateRules {
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
    const handle = variables.handle(name)
    const adam = graph.add(
      'ResourceApplyAdam',
      [
        handle, variables.moment('m', name), variables.moment('v', name), settings.beta1Power, settings.beta2Power, rate,
        float(graph, rules.beta1), float(graph, rules.beta2), float(graph, rules.epsilon), output, after(variables.value(name)),
      ],
      { T: { type: FLOAT }, use_locking: { truth: false }, use_nesterov: { truth: false } }
    )
    if (rules.weightDecay === 0 || !rules.decays(name)) return adam
    const updated = graph.add('ReadVariableOp', [handle, after(adam)], { dtype: { type: FLOAT } })
    return graph.add('ResourceApplyGradientDescent', [handle, decay(rate), updated], { T: { type: FLOAT }, use_locking: { truth: false } })
  })
  return { norm, done }
}

