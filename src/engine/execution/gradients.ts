// The gradient of a scalar with respect to many weights, some of which it may not depend on.
// Read next: optimizer/adamw.ts.

import { type Scalar, type Tensor, engine } from '@tensorflow/tfjs-core'

export interface ValueAndGradients {
  readonly value: Tensor
  /** Weights without a gradient are absent. */
  readonly gradients: ReadonlyMap<string, Tensor>
}

/** Runs `f` once; call it inside a tidy and keep what is needed. */
export function valueAndGradients(f: () => Tensor, weights: ReadonlyMap<string, Tensor>): ValueAndGradients {
  const names = [...weights.keys()]
  const { value, grads } = engine().gradients(() => f() as Scalar, [...weights.values()], undefined, true)
  const gradients = new Map<string, Tensor>()
  grads.forEach((gradient: Tensor | null | undefined, i) => {
    const name = names[i]
    if (gradient && name !== undefined) gradients.set(name, gradient)
  })
  return { value, gradients }
}
