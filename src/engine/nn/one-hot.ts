// Rows with a single 1; an index of −1 gives a row of zeros. The web-assembly kernel writes whole numbers whatever is
// asked for and does not know −1: there the row is a comparison.

import { type Tensor, cast, equal, getBackend, oneHot, range, reshape } from '@tensorflow/tfjs-core'

/** indices [n] int32 → [n, depth] float32 */
export function oneHotRows(indices: Tensor, depth: number): Tensor {
  if (getBackend() !== 'wasm') return oneHot(indices, depth, 1, 0, 'float32')
  return cast(equal(reshape(indices, [-1, 1]), range(0, depth, 1, 'int32')), 'float32')
}
