// Dropout from a fed seed: the same seed and place give the same mask on every machine of a kind, in both engines
// (spec 8.3). Nothing is drawn in JavaScript on the native backend, so a recorded graph draws anew in every step.

import { type Tensor, add, backend, cast, greaterEqual, mul, tensor, tensor1d } from '@tensorflow/tfjs-core'
import type { ForwardContext } from './forward-context'

/** What tfjs-node's backend offers beyond the public interface. */
interface NativeBackend {
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_INT32: number; readonly TF_FLOAT: number }
  executeSingleOutput(op: string, attributes: { name: string; type: number; value: number }[], inputs: Tensor[]): Tensor
}

function nativeBackend(): NativeBackend | null {
  const current: unknown = backend()
  return typeof current === 'object' && current !== null && 'binding' in current && 'executeSingleOutput' in current ? (current as NativeBackend) : null
}

/** Numbers in [0, 1) of x's shape, fixed by the seed (int32 [2]) and the place. No gradient. */
export function uniformLike(x: Tensor, seed: Tensor, place: number): Tensor {
  const native = nativeBackend()
  if (!native) return tensor(hashedUniform(x.size, seed.dataSync() as Int32Array, place), x.shape)
  const { binding } = native
  const type = (name: string, value: number): { name: string; type: number; value: number } => ({ name, type: binding.TF_ATTR_TYPE, value })
  // The shape is an operation, not a constant, so that a recorded graph follows the batch that it is fed.
  const float = type('T', binding.TF_FLOAT)
  const int = binding.TF_INT32
  const shape = native.executeSingleOutput('Shape', [float, type('out_type', int)], [x])
  const placeSeed = add(seed, tensor1d([0, place], 'int32'))
  return native.executeSingleOutput('StatelessRandomUniform', [type('T', int), type('Tseed', int), type('dtype', binding.TF_FLOAT)], [shape, placeSeed])
}

/** Backends without that operation: a hash of seed, place and position (murmur finalizer). */
function hashedUniform(count: number, seed: Int32Array, place: number): Float32Array {
  const mix = (value: number): number => {
    let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }
  const start = mix((seed[0] ?? 0) ^ mix(((seed[1] ?? 0) + place) | 0))
  const uniform = new Float32Array(count)
  for (let i = 0; i < count; i++) uniform[i] = (mix(start + Math.imul(i, 0x9e3779b9)) >>> 8) / 16777216
  return uniform
}

/** x with a share of `rate` of its numbers set to 0 and the rest divided by 1 − rate; x itself in evaluation. */
export function dropout(context: ForwardContext, x: Tensor): Tensor {
  if (!context.dropout) return x
  const { rate, seed } = context.dropout
  const kept = cast(greaterEqual(uniformLike(x, seed, context.dropout.nextPlace()), rate), 'float32')
  return mul(x, mul(kept, 1 / (1 - rate)))
}
