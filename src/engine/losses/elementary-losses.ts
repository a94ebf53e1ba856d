// The two losses that everything is made of, with their gradients written out, and weighted means (spec section 2).
// Sums over rows are products with a column of ones: tfjs's own gradient of a sum builds the whole array of ones.

import { type Tensor, add, customGrad, div, exp, log, log1p, matMul, max, maximum, mul, neg, ones, relu, reshape, sigmoid, sub, sum, abs } from '@tensorflow/tfjs-core'
import { sizeOf } from '../nn/dense'

/** Σ over the last axis of a matrix: x [n, c] → [n] */
export function rowSum(x: Tensor): Tensor {
  return reshape(matMul(x, ones([sizeOf(x, 1), 1])), [-1])
}

/** Σ wᵢ xᵢ: x, w [n] → scalar; gradient to x only in practice, weights are fed. */
export function weightedSum(x: Tensor, weights: Tensor): Tensor {
  return reshape(matMul(reshape(weights, [1, -1]), reshape(x, [-1, 1])), [])
}

/** Σ wᵢ xᵢ / Σ wᵢ, and 0 where no weight is positive. x, w [n] → scalar */
export function weightedMean(x: Tensor, weights: Tensor): Tensor {
  return div(weightedSum(x, weights), maximum(sum(weights), 1e-12))
}

/** Element by element: logits and targets in 0…1 of one shape. */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [Tensor, (kept: Tensor[]) => void]
    save([x, targets])
    // max(x, 0) − x·z + log(1 + e^−|x|) is finite for any logit.
    const value = add(sub(relu(x), mul(x, targets)), log1p(exp(neg(abs(x)))))
    return { value, gradFunc: (dy, saved) => mul(dy as Tensor, sub(sigmoid(saved[0] as Tensor), saved[1] as Tensor)) }
  })(logits)
}

/** −Σ target · log softmax(logits) of each row: logits, targets [n, c] → [n]. A row of zero targets costs 0. */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [Tensor, (kept: Tensor[]) => void]
    const shifted = sub(x, max(x, 1, true))
    const powers = exp(shifted)
    const total = sum(powers, 1, true)
    save([div(powers, total), targets])
    const value = sum(mul(targets, sub(log(total), shifted)), 1)
    return {
      value,
      gradFunc: (dy, saved) => {
        const [shares, kept] = saved as [Tensor, Tensor]
        const slope = sub(mul(shares, sum(kept, 1, true)), kept)
        return mul(reshape(dy as Tensor, [-1, 1]), slope)
      }
    }
  })(logits)
}
