// LayerNorm over the last axis with the biased variance and eps 1e-12 inside the root (spec 1.2).
// The gradient is written out: tfjs would build arrays of ones for each mean. Checked against tfjs's own in the tests.

import { type Tensor, add, customGrad, mean, mul, reshape, rsqrt, square, sub, sum } from '@tensorflow/tfjs-core'
import { sizeOf } from './dense'
import type { ForwardContext } from './forward-context'

const EPSILON = 1e-12

/** Rows of x shifted and scaled to mean 0 and variance 1. x [n, d] */
function normalized(x: Tensor): { unit: Tensor; inverseDeviation: Tensor } {
  const centred = sub(x, mean(x, -1, true))
  const inverseDeviation = rsqrt(add(mean(square(centred), -1, true), EPSILON))
  return { unit: mul(centred, inverseDeviation), inverseDeviation }
}

const layerNormRows = customGrad((...inputs) => {
  const [x, weight, bias, save] = inputs as unknown as [Tensor, Tensor, Tensor, (kept: Tensor[]) => void]
  const { unit, inverseDeviation } = normalized(x)
  save([unit, inverseDeviation, weight])
  const value = add(mul(unit, weight), bias)
  return {
    value,
    gradFunc: (dy, saved) => {
      const [keptUnit, keptInverse, keptWeight] = saved as [Tensor, Tensor, Tensor]
      const dyUnit = mul(dy as Tensor, keptUnit)
      const scaled = mul(dy as Tensor, keptWeight)
      const along = mean(mul(scaled, keptUnit), -1, true)
      const dx = mul(keptInverse, sub(sub(scaled, mean(scaled, -1, true)), mul(keptUnit, along)))
      return [dx, sum(dyUnit, 0), sum(dy as Tensor, 0)]
    }
  }
})

/** The layer `<name>.weight`, `<name>.bias` on x [..., d]. */
export function layerNorm(context: ForwardContext, name: string, x: Tensor): Tensor {
  const weight = context.parameters(`${name}.weight`)
  const bias = context.parameters(`${name}.bias`)
  const flat = x.rank === 2 ? x : reshape(x, [-1, sizeOf(x, x.rank - 1)])
  const y = layerNormRows(flat, weight, bias)
  return x.rank === 2 ? y : reshape(y, [-1, ...x.shape.slice(1)])
}
