// Every gradient that is written out by hand against TensorFlow.js's own, on each backend.
import { type Tensor, abs, add, erf, exp, grads, log, log1p, max, mean, mul, neg, relu, rsqrt, square, sub, sum, tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../../src/engine/backend'
import { binaryCrossEntropy, crossEntropy, rowSum, weightedMean } from '../../../src/engine/losses/elementary-losses'
import { forwardContext } from '../../../src/engine/nn/forward-context'
import { gelu } from '../../../src/engine/nn/gelu'
import { layerNorm } from '../../../src/engine/nn/layer-norm'
import { lookup } from '../../../src/engine/nn/lookup'
import { randomStream } from '../../../src/engine/random'
import { modelConfig } from '../../../src/engine/trunk/trunk-config'
import { SIZES } from '../execution/tiny-run'

const stream = randomStream(1, 'gradients')
const normal = (...shape: number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()), shape)
const uniform = (...shape: number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.next()), shape)

// The same functions as plain operations, whose gradients are TensorFlow.js's own.
const plainGelu = (x: Tensor): Tensor => mul(x, mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5))
const plainBinaryCrossEntropy = (logits: Tensor, targets: Tensor): Tensor => add(sub(relu(logits), mul(logits, targets)), log1p(exp(neg(abs(logits)))))
function plainLayerNorm(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const centred = sub(x, mean(x, -1, true))
  return add(mul(mul(centred, rsqrt(add(mean(square(centred), -1, true), 1e-12))), weight), bias)
}
function plainCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const shifted = sub(logits, max(logits, 1, true))
  return sum(mul(targets, sub(log(sum(exp(shifted), 1, true)), shifted)), 1)
}

/** Values and gradients of both functions, weighted by fixed numbers so that no gradient is the same everywhere. */
function expectSame(ours: (...x: Tensor[]) => Tensor, plain: (...x: Tensor[]) => Tensor, inputs: Tensor[]): void {
  const [value, expected] = [ours(...inputs), plain(...inputs)]
  const weights = normal(...value.shape)
  const near = (a: Tensor, b: Tensor): void => {
    expect(a.shape).toEqual(b.shape)
    const other = b.dataSync()
    a.dataSync().forEach((number, i) => expect(Math.abs(number - (other[i] ?? Number.NaN))).toBeLessThan(2e-5))
  }
  near(value, expected)
  const gradientOf = (f: (...x: Tensor[]) => Tensor): Tensor[] => grads((...x: Tensor[]) => sum(mul(f(...x), weights)))(inputs)
  const [a, b] = [gradientOf(ours), gradientOf(plain)]
  a.forEach((gradient, i) => near(gradient, b[i] as Tensor))
}

describe.each(['cpu', 'wasm'] as const)('on the backend %s', (backend) => {
  beforeAll(async () => {
    await loadBackend(backend)
  })

  it('gelu has the exact erf form', () => {
    expectSame(gelu, plainGelu, [mul(normal(5, 7), 2)])
    expect(gelu(tensor([1])).dataSync()[0]).toBeCloseTo(0.8413447, 5)
  })

  it('layer norm agrees with its plain form, for matrices and for sequences', () => {
    const parameters = new Map([['n.weight', normal(6)], ['n.bias', normal(6)]])
    const ours = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      layerNorm(forwardContext(modelConfig('tiny', SIZES), (name) => (name === 'n.weight' ? weight : bias)), 'n', x)
    const both = [...parameters.values()]
    expectSame(ours as (...x: Tensor[]) => Tensor, plainLayerNorm as (...x: Tensor[]) => Tensor, [normal(4, 6), ...both])
    expect(ours(normal(2, 3, 6), both[0] as Tensor, both[1] as Tensor).shape).toEqual([2, 3, 6])
  })

  it('binary cross-entropy agrees and stays finite for logits of ±10000', () => {
    const targets = uniform(4, 5)
    expectSame((x) => binaryCrossEntropy(x as Tensor, targets), (x) => plainBinaryCrossEntropy(x as Tensor, targets), [mul(normal(4, 5), 3)])
    expect([...binaryCrossEntropy(tensor([-10000, 10000]), tensor([0, 1])).dataSync()]).toEqual([0, 0])
  })

  it('cross-entropy agrees for soft targets, and a row without target costs nothing', () => {
    const targets = uniform(4, 5)
    expectSame((x) => crossEntropy(x as Tensor, targets), (x) => plainCrossEntropy(x as Tensor, targets), [normal(4, 5)])
    expect(crossEntropy(normal(1, 3), tensor([[0, 0, 0]])).dataSync()[0]).toBeCloseTo(0, 6)
  })

  it('a row sum and a weighted mean have the gradients of a sum and a mean', () => {
    expectSame((x) => rowSum(x as Tensor), (x) => sum(x as Tensor, 1), [normal(3, 4)])
    const weights = tensor([1, 0, 1])
    expectSame((x) => weightedMean(x as Tensor, weights), (x) => mul(sum(mul(x as Tensor, weights)), 0.5), [normal(3)])
  })

  it('a look-up adds the gradients of a row that is used twice', () => {
    const ids = tensor([[2, 0], [2, 1]], [2, 2], 'int32')
    const gradient = grads((table: Tensor) => sum(lookup(table, ids)))([normal(4, 3)])[0] as Tensor
    expect([...gradient.dataSync()]).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 0, 0, 0])
  })
})
