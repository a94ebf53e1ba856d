// Linear layers with PyTorch's weight layout [out, in] (spec 1.2): y = x Wᵀ + b over the last axis.
// Read next: layer-norm.ts, gelu.ts.

import { type Tensor, add, matMul, reshape } from '@tensorflow/tfjs-core'
import type { ForwardContext } from './forward-context'

/** x [..., in] → [..., out]; only the first axis may have an open size. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const inputs = sizeOf(x, x.rank - 1)
  const outputs = sizeOf(weight, 0)
  const flat = x.rank === 2 ? x : reshape(x, [-1, inputs])
  const product = matMul(flat, weight, false, true)
  const y = bias ? add(product, bias) : product
  return x.rank === 2 ? y : reshape(y, [-1, ...x.shape.slice(1, -1), outputs])
}

/** The layer `<name>.weight`, `<name>.bias` of the model on x [..., in]. */
export function dense(context: ForwardContext, name: string, x: Tensor): Tensor {
  return linear(x, context.parameters(`${name}.weight`), context.parameters(`${name}.bias`))
}

/** The size of one axis of a tensor. */
export function sizeOf(tensor: Tensor, axis: number): number {
  const size = tensor.shape[axis]
  if (size === undefined) throw new RangeError(`Axis ${axis} is outside the shape [${tensor.shape.join(', ')}]`)
  return size
}
