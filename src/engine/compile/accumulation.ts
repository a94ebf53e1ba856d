// Gradient accumulation as graph nodes: a part of a batch adds its gradients to accumulators, and a run of its own applies
// them and clears the accumulators. Read next: ../execution/micro-batch.ts, update.ts.

import { type Graph, FLOAT_TYPE, after, float } from './graph'
import { FLOAT, INT32 } from './native-binding'
import type { RecordedStep } from './step-graph'
import { type FedSettings, type GradientOutput, type UpdateRules, addUpdate } from './update'
import type { Variables } from './variables'

/** Adds gradients to their accumulators; returns the nodes that must have run when the part is over. */
export function addAccumulation(graph: Graph, variables: Variables, gradients: readonly GradientOutput[]): string[] {
  return gradients.map(({ name, output }) =>
    graph.add('AssignAddVariableOp', [variables.accumulator(name), output, after(variables.value(name))], { dtype: { type: FLOAT } }))
}

/** The update with what the accumulators of these parameters hold, which are zero afterwards. It is fed settings only. */
export function recordApply(graph: Graph, variables: Variables, scope: string, updates: readonly string[], settings: FedSettings, rules: UpdateRules): RecordedStep {
  graph.enter(scope)
  const gradients = updates.map((name) => ({ name, output: graph.add('ReadVariableOp', [variables.accumulator(name)], { dtype: { type: FLOAT } }) }))
  const { norm, done } = addUpdate(graph, variables, gradients, settings, rules)
  const cleared = gradients.map(({ name, output }) => clear(graph, variables, name, [output]))
  const gradientNorm = graph.add('Identity', [norm], FLOAT_TYPE, `${scope}/fetch/gradientNorm`)
  // As in a whole step, the fetch `loss` waits for all that the step does; here it has no number of its own.
  const loss = graph.add('Identity', [norm, ...[...done, ...cleared].map(after)], FLOAT_TYPE, `${scope}/fetch/loss`)
  return { inputs: {}, fetches: { gradientNorm, loss }, updates }
}

/** A fetch that sets all accumulators to zero, or undefined where there are none. Call it after all steps. */
export function addClearing(graph: Graph, variables: Variables): string | undefined {
  const accumulators = variables.accumulated()
  if (accumulators.length === 0) return undefined
  graph.enter('clear')
  const cleared = accumulators.map(({ name }) => clear(graph, variables, name, []))
  return graph.add('Identity', [float(graph, 1), ...cleared.map(after)], FLOAT_TYPE, 'clear/done')
}

function clear(graph: Graph, variables: Variables, name: string, before: readonly string[]): string {
  const shape = variables.shapeOf(name)
  const sizes = graph.constant(INT32, [shape.length], Int32Array.from(shape))
  const zeros = graph.share('Fill', [sizes, float(graph, 0)], { T: { type: FLOAT }, index_type: { type: INT32 } })
  return graph.add('AssignVariableOp', [variables.accumulator(name), zeros, ...before.map(after)], { dtype: { type: FLOAT }, validate_shape: { truth: false } })
}
