// Forward plans recorded into a TensorFlow graph, with variables for the parameters that they use. Each plan is
// optimised by TensorFlow at its first run. Read next: ../compile/step-graph.ts.

import { createGraph } from '../compile/graph'
import { encodeSavedModel } from '../compile/graph-def'
import { nativeBackend } from '../compile/native-binding'
import { openSession } from '../compile/session'
import { addSettings, recordForward } from '../compile/step-graph'
import { addVariableAccess, createVariables } from '../compile/variables'
import { decays, usesHeadRate } from '../optimizer/parameter-groups'
import type { ForwardEngine, ForwardRequest } from './forward-engine'
import { forwardFeeds, planOf } from './forward-plan'
import { assignments } from './variable-transfer'

const NO_UPDATES = { beta1: 0, beta2: 0, epsilon: 1, biasCorrection: false, weightDecay: 0, clipNorm: 0, decays, isHead: usesHeadRate } as const

export function compiledForward({ options, plans, weights }: ForwardRequest): ForwardEngine {
  const graph = createGraph()
  addSettings(graph)
  const parameters = weights.map(({ name, shape }) => ({ name, shape }))
  const variables = createVariables(graph, parameters)
  const recorded = new Map(plans.map((plan) => [plan.name, recordForward({ graph, variables, parameters, rules: NO_UPDATES }, options, plan)]))
  const access = addVariableAccess(graph, variables, nativeBackend().isUsingGpuDevice, () => false)
  const session = openSession(encodeSavedModel(graph.nodes))
  for (const { feeds, fetches } of assignments({ variables: variables.all(), access }, weights)) session.run(feeds, fetches)
  return {
    kind: 'compiled',
    async run(name, arrays) {
      const step = recorded.get(name)
      const plan = planOf(plans, name)
      if (!step) throw new Error(`'${name}' was not recorded`)
      const feeds = forwardFeeds(plan, arrays).map(({ name: input, shape, data }) => ({ name: step.inputs[input] ?? input, shape, data }))
      const values = session.run(feeds, Object.values(step.fetches))
      return Object.fromEntries(Object.keys(step.fetches).map((key, i) => [key, Float32Array.from(values[i] ?? [])]))
    },
    dispose: () => session.close()
  }
}
