// Runs forward plans on given weights: recorded into a graph of their own where the native library is there, else plain
// TensorFlow.js. Nothing can be trained here. Read next: forward-plan.ts, ../compile/step-graph.ts.

import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import type { RunConfig } from '../../contract/run-config'
import type { BackendReport } from '../backend'
import { forwardContext } from '../nn/forward-context'
import { type EngineOptions, engineModel } from './engine-options'
import { type ForwardArrays, type ForwardPlan, forwardFeeds, planOf } from './forward-plan'
import type { NamedArray } from './step-engine'

export interface ForwardEngine {
  readonly kind: 'compiled' | 'eager'
  /** What the plan of this name gives, by name. The order of numbers is that of the tensors. */
  run(plan: string, arrays: ForwardArrays): Promise<Readonly<Record<string, Float32Array>>>
  dispose(): void
}

export interface ForwardRequest {
  readonly options: Pick<EngineOptions, 'model' | 'taskToken'>
  readonly plans: readonly ForwardPlan[]
  /** Weights by the model's names: the plans' own and any others. */
  readonly weights: readonly NamedArray[]
}

/** The compiled engine where it can be, as in training. */
export async function createForwardEngine(config: Pick<RunConfig, 'engine'>, backend: Pick<BackendReport, 'name'>, request: ForwardRequest): Promise<ForwardEngine> {
  const native = backend.name === 'cuda' || backend.name === 'cpu'
  if (config.engine !== 'compiled' || !native) return eagerForward(request)
  const { compiledForward } = await import('./compiled-forward')
  return compiledForward(request)
}

function eagerForward({ options, plans, weights }: ForwardRequest): ForwardEngine {
  const model = engineModel(options)
  const tensors = new Map(weights.map(({ name, shape, data }) => [name, tensor(data, [...shape])]))
  const parameters = (name: string): Tensor => {
    const weight = tensors.get(name)
    if (!weight) throw new Error(`The model has no parameter '${name}'`)
    return weight
  }
  return {
    kind: 'eager',
    async run(name, arrays) {
      const plan = planOf(plans, name)
      const results = tidy(() => {
        const inputs = Object.fromEntries(forwardFeeds(plan, arrays).map((feed) => [feed.name, tensor(feed.data, [...feed.shape], feed.dtype)]))
        return { ...plan.run(forwardContext(model, parameters), inputs) }
      })
      const read = await Promise.all(Object.entries(results).map(async ([key, value]) => [key, Float32Array.from(await value.data())] as const))
      for (const value of Object.values(results)) value.dispose()
      return Object.fromEntries(read)
    },
    dispose() {
      for (const value of tensors.values()) value.dispose()
    }
  }
}
