// The option idleHeads=drift as graph nodes (spec 4.1): in a step, parameters that only other steps give a gradient are
// updated with a zero gradient: their moments decay, the weights follow them and are decayed. A parameter that never had
// a gradient must rest: its moments are zero, so only its decay has to be switched off. Read next: update.ts.

import { type Graph, FLOAT_TYPE, after, float, integer, integers } from './graph'
import { FLOAT, INT32 } from './native-binding'
import type { RecordedStep } from './step-graph'
import { type FedSettings, type UpdateRules, addMove, rateOf } from './update'
import type { Variables } from './variables'

/** Fed with every training step: 1 for each of the steps (in the order given to `addIdleUpdates`) that has run before. */
export const STEPPED = 'settings/stepped:0'

/** The same steps, each with the idle updates behind its loss. */
export function addIdleUpdates(graph: Graph, variables: Variables, steps: readonly RecordedStep[], settings: FedSettings, rules: UpdateRules): RecordedStep[] {
  graph.enter('idle')
  graph.add('Placeholder', [], { dtype: { type: FLOAT }, shape: { shape: [steps.length] } }, 'settings/stepped')
  const owners = new Map<string, number[]>()
  steps.forEach(({ updates }, index) => updates.forEach((name) => owners.set(name, [...(owners.get(name) ?? []), index])))
  return steps.map((step, index) => {
    const idle = [...owners.keys()].filter((name) => !step.updates.includes(name))
    const loss = step.fetches['loss']
    if (loss === undefined) throw new Error('A training step fetches no loss, so nothing says that its updates are done.')
    if (idle.length === 0) return step
    const done = idle.map((name) => idleUpdate(graph, variables, name, steppedOf(graph, owners.get(name) ?? []), settings, rules, loss))
    return { ...step, fetches: { ...step.fetches, loss: graph.add('Identity', [loss, ...done.map(after)], FLOAT_TYPE, `idle/${index}/loss`) } }
  })
}

/** 1 if any of these steps has run. */
function steppedOf(graph: Graph, steps: readonly number[]): string {
  const flags = graph.share('GatherV2', [STEPPED, integers(graph, steps), integer(graph, 0)], {
    Tparams: { type: FLOAT }, Tindices: { type: INT32 }, Taxis: { type: INT32 }, batch_dims: { integer: 0 }
  })
  return graph.share('Max', [flags, integers(graph, [0])], { T: { type: FLOAT }, Tidx: { type: INT32 }, keep_dims: { truth: false } })
}

/** Runs after the step's own updates, behind its loss. */
function idleUpdate(graph: Graph, variables: Variables, name: string, stepped: string, settings: FedSettings, rules: UpdateRules, behind: string): string {
  const rate = rateOf(graph, name, settings, rules)
  const value = graph.add('ReadVariableOp', [variables.handle(name), after(behind)], { dtype: { type: FLOAT } })
  const gradient = graph.add('ZerosLike', [value], FLOAT_TYPE)
  const decay = graph.share('Mul', [graph.share('Mul', [rate, float(graph, rules.weightDecay)], FLOAT_TYPE), stepped], FLOAT_TYPE)
  return addMove(graph, variables, name, { gradient, rate, decay, behind: rules.kind === 'radam' ? [after(gradient)] : [] }, settings, rules)
}
