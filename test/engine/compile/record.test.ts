// The recorder by itself: shapes as TensorFlow infers them, values as TensorFlow.js computes them, and what it refuses.

import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { TASKS } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createGraph } from '../../../src/engine/compile/graph'
import { encodeSavedModel } from '../../../src/engine/compile/graph-def'
import { FLOAT, INT32, type TypedValues, nativeBackend } from '../../../src/engine/compile/native-binding'
import { OPEN, containsOpen } from '../../../src/engine/compile/open-batch'
import { type Recording, record } from '../../../src/engine/compile/record'
import { openSession } from '../../../src/engine/compile/session'

beforeAll(async () => {
  await loadBackend('cpu')
})

interface Fed {
  readonly shape: number[]
  readonly values: number[]
  readonly type?: 'int32'
}

type Function = (...inputs: tf.Tensor[]) => tf.Tensor

/** Records a function of fed tensors in exec mode with its real shapes, runs the graph, and returns both results. */
function bothWays(fed: readonly Fed[], work: Function): { recorded: number[]; plain: number[]; shape: number[]; compared: string[] } {
  const graph = createGraph()
  graph.enter('test')
  const compared: string[] = []
  const typed = fed.map(({ values, type }) => (type === 'int32' ? Int32Array.from(values) : Float32Array.from(values)))
  const shapes: number[][] = []
  const output = record(graph, (recording) => {
    const inputs = fed.map(({ shape, type }, i) => {
      const dtype = type === 'int32' ? INT32 : FLOAT
      return recording.tensor(graph.add('Placeholder', [], { dtype: { type: dtype }, shape: { shape } }, `feed/${i}`), shape, dtype)
    })
    const result = work(...inputs)
    shapes.push(result.shape)
    return recording.outputOf(result)
  }, {
    values: (name) => typed[Number(/feed\/(\d+)/.exec(name)?.[1])] as TypedValues,
    compared: (op) => compared.push(op),
  })
  const session = openSession(encodeSavedModel(graph.nodes))
  const [recorded] = session.run(typed.map((data, i) => ({ name: `feed/${i}:0`, shape: fed[i]?.shape ?? [], data })), [output])
  session.close()
  const plain = tf.tidy(() => work(...fed.map(({ shape, values, type }) => tf.tensor(values, shape, type ?? 'float32'))).dataSync())
  return { recorded: Array.from(recorded ?? []), plain: Array.from(plain), shape: shapes[0] ?? [], compared }
}

const matrix: Fed = { shape: [2, 3], values: [0.5, -1, 2, 3, -0.25, 1.5] }
const other: Fed = { shape: [2, 3], values: [1.5, 2, 0.5, 1, 4, 3] }
const row: Fed = { shape: [3], values: [2, 0.5, 1] }
const cube: Fed = { shape: [2, 2, 3], values: Array.from({ length: 12 }, (_, i) => Math.sin(i + 1)) }
const ids: Fed = { shape: [4], values: [1, 0, 1, 1], type: 'int32' }
const gradOf = (f: (x: tf.Tensor) => tf.Tensor): Function => (x) => tf.grad((input) => f(input))(x as tf.Tensor)

const CASES: readonly [string, readonly Fed[], Function][] = [
  ['arithmetic with broadcasting', [matrix, row], (a, b) => tf.add(tf.mul(a as tf.Tensor, b as tf.Tensor), tf.sub(a as tf.Tensor, 2))],
  ['division and powers', [matrix, other], (a, b) => tf.div(tf.pow(b as tf.Tensor, 2), tf.maximum(b as tf.Tensor, a as tf.Tensor))],
  ['square roots', [other], (a) => tf.rsqrt(tf.sqrt(a as tf.Tensor))],
  ['exponentials and logarithms', [matrix], (a) => tf.log1p(tf.exp(tf.neg(tf.abs(a as tf.Tensor))))],
  ['the error function, sigmoid and tanh', [matrix], (a) => tf.erf(tf.sigmoid(tf.tanh(a as tf.Tensor)))],
  ['products', [matrix, other], (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, false, true)],
  ['products turned round', [matrix, other], (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, true, false)],
  ['products of stacks', [cube, cube], (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, false, true)],
  ['sums, means and extremes', [cube], (a) => tf.add(tf.sum(a as tf.Tensor, 1), tf.mul(tf.mean(a as tf.Tensor, [1]), tf.max(a as tf.Tensor, 1)))],
  ['kept dimensions', [cube], (a) => tf.sub(a as tf.Tensor, tf.mean(a as tf.Tensor, -1, true))],
  ['softmax', [cube], (a) => tf.softmax(a as tf.Tensor)],
  ['reshapes of reshapes', [cube, row], (a, b) => tf.reshape(tf.mul(tf.reshape(tf.add(tf.reshape(a as tf.Tensor, [4, 3]), b as tf.Tensor), [2, 2, 3]), a as tf.Tensor), [12])],
  ['transposes', [cube], (a) => tf.transpose(a as tf.Tensor, [0, 2, 1])],
  ['slices and joints', [cube], (a) => tf.concat([tf.slice(a as tf.Tensor, [0, 1, 0], [-1, 1, -1]), a as tf.Tensor], 1)],
  ['stacks', [matrix, other], (a, b) => tf.stack([a as tf.Tensor, b as tf.Tensor], 1)],
  ['unstacked parts', [cube], (a) => tf.addN(tf.unstack(a as tf.Tensor, 1))],
  ['splits', [cube], (a) => tf.add(...(tf.split(a as tf.Tensor, 2, 1) as [tf.Tensor, tf.Tensor]))],
  ['strided slices', [cube], (a) => tf.stridedSlice(a as tf.Tensor, [0, 0, 0], [2, 2, 3], [1, 1, 2])],
  ['padding', [matrix], (a) => tf.pad(a as tf.Tensor, [[1, 0], [0, 2]])],
  ['tiles', [matrix], (a) => tf.tile(tf.reshape(a as tf.Tensor, [2, 3]), [2, 2])],
  ['look-ups', [matrix, ids], (a, b) => tf.gather(a as tf.Tensor, b as tf.Tensor)],
  ['one-hot rows', [ids], (a) => tf.oneHot(a as tf.Tensor, 3, 1, 0, 'float32')],
  ['the largest of each row', [matrix], (a) => tf.cast(tf.argMax(a as tf.Tensor, 1), 'float32')],
  ['comparisons and choices', [matrix, other], (a, b) => tf.where(tf.greater(a as tf.Tensor, b as tf.Tensor), a as tf.Tensor, b as tf.Tensor)],
  ['filled arrays', [matrix], (a) => tf.add(tf.fill([2, 3], 2.5), tf.mul(tf.onesLike(a as tf.Tensor), tf.zerosLike(a as tf.Tensor)))],
  ['ranges', [row], (a) => tf.mul(a as tf.Tensor, tf.range(0, 3))],
  ['the gradient of a mean', [cube], gradOf((x) => tf.sum(tf.square(tf.mean(x, [0, 2]))))],
  ['the gradient of a ReLU', [matrix], gradOf((x) => tf.sum(tf.mul(tf.relu(x), x)))],
  ['the gradient of a normalisation', [matrix], gradOf((x) => tf.sum(tf.mul(tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1)), x)))],
  ['the gradient of a softmax', [cube], gradOf((x) => tf.sum(tf.square(tf.softmax(x))))],
  ['the gradient of a look-up', [matrix, ids], (a, b) => tf.grad((x) => tf.sum(tf.square(tf.gather(x, b as tf.Tensor))))(a as tf.Tensor)],
  ['the gradient of slices', [cube], gradOf((x) => tf.sum(tf.square(tf.slice(x, [0, 1, 0], [-1, 1, 2]))))],
]

describe('a recorded function', () => {
  it.each(CASES)('has the shape and the numbers of the plain one: %s', (_, fed, work) => {
    const { recorded, plain, compared } = bothWays(fed, work)
    expect(recorded.length).toBe(plain.length)
    recorded.forEach((value, i) => expect(value).toBeCloseTo(plain[i] ?? Number.NaN, 5))
    expect(compared.length).toBeGreaterThan(0)
  })

  it('leaves the backend as it was, also after an error', () => {
    const { binding } = nativeBackend()
    const tensors = tf.memory().numTensors
    expect(() => record(createGraph(), () => { throw new Error('stop') })).toThrow('stop')
    expect(nativeBackend().binding).toBe(binding)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(Array.from(tf.grad((x) => tf.sum(x))(tf.tensor1d([1, 2])).dataSync())).toEqual([1, 1])
  })

  it('shares equal nodes', () => {
    const graph = createGraph()
    graph.enter('test')
    record(graph, (recording) => {
      const x = recording.tensor(graph.add('Placeholder', [], {}, 'x'), [2, 2], FLOAT)
      expect(recording.outputOf(tf.square(x))).toBe(recording.outputOf(tf.square(x)))
    })
  })
})

/** Records a function of one tensor [batch, 3]. */
function recordedBatch(work: (x: tf.Tensor, recording: Recording) => unknown): void {
  const graph = createGraph()
  graph.enter('test')
  record(graph, (recording) => {
    const output = graph.add('Placeholder', [], { dtype: { type: FLOAT }, shape: { shape: [-1, 3] } }, 'x')
    recording.batchFrom({ output, dtype: FLOAT, axis: 0, factor: 1 })
    return work(recording.tensor(output, [OPEN, 3], FLOAT), recording)
  })
}

describe('the recorder refuses', () => {
  it('reading the numbers of a tensor, and says where', () => {
    expect(() => recordedBatch((x) => tf.sum(x).dataSync())).toThrow(/reads the numbers of a tensor.*record\.test\.ts/s)
  })

  it('large constants made in JavaScript, such as random numbers', () => {
    expect(() => recordedBatch((x) => tf.matMul(x, tf.randomNormal([3, 30])))).toThrow(/constant of 90 different numbers.*record\.test\.ts/s)
  })

  it('tensors made outside', () => {
    const outside = tf.tensor1d([1, 2, 3])
    const used = tf.add(outside, 1)
    expect(() => recordedBatch((x) => tf.add(x, outside))).toThrow('made outside')
    expect(() => recordedBatch((x) => tf.add(x, used))).toThrow('made outside')
    expect(Array.from(tf.add(outside, used).dataSync())).toEqual([3, 5, 7])
  })

  it('numbers that contain the batch size', () => {
    expect(() => recordedBatch((x, recording) => recording.outputOf(tf.mul(x, 1 / (x.shape[0] ?? 1))))).toThrow('contains the batch size')
    expect(() => recordedBatch((x, recording) => recording.outputOf(tf.add(x, (x.shape[0] ?? 1) * 4)))).toThrow('contains the batch size')
    expect(() => recordedBatch((x, recording) => recording.outputOf(tf.grad((y) => tf.sum(tf.mean(y, 0)))(x)))).toThrow('contains the batch size')
  })

  it('ops that have no shape rule', () => {
    expect(() => recordedBatch((x) => tf.topk(tf.cumsum(x), 2).values)).not.toThrow()
    expect(() => recordedBatch((x) => tf.atan(x))).toThrow('Atan has no shape rule')
  })
})

describe('the sentinel of the batch size', () => {
  it('is recognised in multiples and reciprocals, and in nothing that the model uses', () => {
    for (const value of [OPEN, 4 * OPEN, -OPEN, Math.fround(1 / OPEN), Math.fround(1 / (20 * OPEN))]) expect(containsOpen(value), String(value)).toBe(true)
    const used = [0, 1, 0.5, -10000, 10000, 1e-12, Math.fround(1e-12), 1e-37, 30522, 3129, 1533, 2048, 1601, Math.SQRT1_2, 1 / Math.sqrt(128)]
    for (const value of used) expect(containsOpen(value), String(value)).toBe(false)
    expect(TASKS.every(({ rowsPerExample }) => rowsPerExample < 5)).toBe(true)
  })
})
