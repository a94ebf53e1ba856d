// Rows of an embedding table (spec 1.3). The web-assembly backend lacks the sum that a look-up's gradient needs:
// there the look-up is a product with one-hot rows, which is the same function.

import { type Tensor, cast, gather, getBackend, matMul, oneHot, reshape } from '@tensorflow/tfjs-core'
import { sizeOf } from './dense'

/** table [n, d], ids [b, l] or [b] int32 in 0…n−1 → [b, l, d] or [b, d]. Ids are not checked here. */
export function lookup(table: Tensor, ids: Tensor): Tensor {
  const flat = reshape(ids, [-1])
  const rows = getBackend() === 'wasm' ? matMul(cast(oneHot(flat, sizeOf(table, 0), 1, 0, 'int32'), 'float32'), table) : gather(table, flat)
  return ids.rank === 1 ? rows : reshape(rows, [-1, ...ids.shape.slice(1), sizeOf(table, 1)])
}
