// Multi-head attention between two sequences (spec 1.5–1.7): queries of one over keys and values of the other.
// Self-attention passes the same sequence twice. Read next: trunk/self-attention-layer.ts, trunk/connection-layer.ts.

import { type Tensor, add, matMul, mul, reshape, softmax, sub, transpose } from '@tensorflow/tfjs-core'
import { sizeOf } from './dense'
import { dropout } from './dropout'
import type { ForwardContext } from './forward-context'

/** mask [b, k], 1 = may be looked at → additive [b, 1, 1, k]: 0 or −10000. */
export function additiveMask(mask: Tensor): Tensor {
  return reshape(mul(sub(mask, 1), 10000), [-1, 1, 1, sizeOf(mask, 1)])
}

/** [b, l, heads·d] → [b, heads, l, d] */
function splitHeads(x: Tensor, heads: number): Tensor {
  const width = sizeOf(x, 2)
  return transpose(reshape(x, [-1, sizeOf(x, 1), heads, width / heads]), [0, 2, 1, 3])
}

/**
 * queries [b, q, w], keys and values [b, k, w], mask from `additiveMask` over the keys.
 * Returns the context [b, q, w] and the probabilities [b, heads, q, k] before dropout.
 */
export function attention(
  context: ForwardContext, heads: number, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor
): { context: Tensor; probabilities: Tensor } {
  const width = sizeOf(queries, 2)
  const scaled = mul(splitHeads(queries, heads), 1 / Math.sqrt(width / heads))
  const scores = add(matMul(scaled, splitHeads(keys, heads), false, true), mask)
  const probabilities = softmax(scores)
  const mixed = matMul(dropout(context, probabilities), splitHeads(values, heads))
  return { context: reshape(transpose(mixed, [0, 2, 1, 3]), [-1, sizeOf(queries, 1), width]), probabilities }
}
