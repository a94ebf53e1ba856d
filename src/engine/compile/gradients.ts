// tfjs writes some gradients as long chains of ops, or with large constants of ones. While recording, these kernels get
// gradients that are the same mathematics in fewer nodes. Spec: none (engine). Read next: record.ts.

import * as tf from '@tensorflow/tfjs-core'
import { FLOAT, INT32, executeNativeOp, typeAttribute } from './native-binding'

type Gradient = Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave' | 'gradFunc'>

/** A tensor as it were repeated to a larger shape; no node is made until one is needed. */
function broadcastTo(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const sizes = tf.tensor1d([...shape], 'int32')
  return executeNativeOp('BroadcastTo', [typeAttribute('T', FLOAT), typeAttribute('Tidx', INT32)], [x, sizes])
}

/** The gradient of a sum: the same number for every element that was summed. */
function spread(dy: tf.Tensor, shape: readonly number[], axis: unknown): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis as number | number[], [...shape])
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size))
  return broadcastTo(tf.reshape(dy, kept), shape)
}

function only<T>(values: readonly T[]): T {
  const [value] = values
  if (value === undefined) throw new Error('A gradient was called without its saved tensor.')
  return value
}

const one = (dy: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(dy) ? only(dy) : dy)

const GRADIENTS: Readonly<Record<string, Gradient>> = {
  Sum: {
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attributes) => ({ x: () => spread(one(dy), only(saved).shape, attributes['axis']) }),
  },
  Mean: {
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attributes) => {
      const { shape } = only(saved)
      const axes = tf.util.parseAxisParam(attributes['axis'] as number | number[], shape)
      const count = axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1)
      return { x: () => spread(tf.div(one(dy), tf.scalar(count)), shape, axes) }
    },
  },
  Relu: {
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({ x: () => executeNativeOp('ReluGrad', [typeAttribute('T', FLOAT)], [one(dy), only(saved)]) }),
  },
  Rsqrt: {
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({ x: () => executeNativeOp('RsqrtGrad', [typeAttribute('T', FLOAT)], [only(saved), one(dy)]) }),
  },
  Softmax: {
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, saved, attributes) => {
      const y = only(saved)
      return { logits: () => tf.mul(tf.sub(one(dy), tf.sum(tf.mul(one(dy), y), attributes['dim'] as number, true)), y) }
    },
  },
}

/** Runs `work` with the gradients above in place of tfjs's own, which are back afterwards. */
export function withRecordingGradients<T>(work: () => T): T {
  const replaced: (() => void)[] = []
  try {
    for (const [kernel, gradient] of Object.entries(GRADIENTS)) {
      const config = tf.getGradient(kernel)
      if (config === undefined) continue
      const plain: Gradient = { inputsToSave: config.inputsToSave, outputsToSave: config.outputsToSave, gradFunc: config.gradFunc }
      replaced.push(() => Object.assign(config, plain))
      Object.assign(config, { outputsToSave: undefined, ...gradient })
    }
    return work()
  } finally {
    for (const restore of replaced) restore()
  }
}
