// A forward pass of its own: what it is fed and what it gives. For evaluations that need a part of the model, or what
// lies inside it (retrieval's text prefix, attention on regions). Read next: forward-engine.ts.

import type { Tensor } from '@tensorflow/tfjs-core'
import type { ForwardContext } from '../nn/forward-context'
import type { Feed, InputSpec } from './engine-options'
import type { Inputs } from './step-program'

export interface ForwardPlan {
  readonly name: string
  /** Open sizes are `b`. */
  readonly specs: readonly InputSpec[]
  run(context: ForwardContext, inputs: Inputs): Readonly<Record<string, Tensor>>
}

export type ForwardArrays = Readonly<Record<string, Float32Array | Int32Array>>

/** The plan's inputs with `b` found from the lengths of the arrays; an array of another length throws. */
export function forwardFeeds({ name: plan, specs }: ForwardPlan, arrays: ForwardArrays): Feed[] {
  let rows: number | undefined
  return specs.map(({ name, dtype, shape }) => {
    const data = arrays[name]
    if (!data) throw new Error(`'${plan}' needs the input '${name}'; given are ${Object.keys(arrays).join(', ')}`)
    const each = shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : product), 1)
    const count = shape.some((size) => typeof size !== 'number') ? data.length / each : undefined
    rows ??= count
    if ((count ?? rows) !== rows || (count === undefined && data.length !== each)) {
      throw new Error(`Input '${name}' of '${plan}' has ${data.length} numbers; its shape [${shape.join(', ')}] does not allow that with b = ${rows ?? 'unknown'}`)
    }
    return { name, dtype, data, shape: shape.map((size) => (typeof size === 'number' ? size : (rows ?? 0))) }
  })
}

/** The plan of a name; there must be one. */
export function planOf(plans: readonly ForwardPlan[], name: string): ForwardPlan {
  const plan = plans.find((each) => each.name === name)
  if (!plan) throw new Error(`There is no forward plan '${name}'; there are ${plans.map((each) => each.name).join(', ')}`)
  return plan
}
