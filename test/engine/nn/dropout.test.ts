import { type Tensor, ones, tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../../src/engine/backend'
import { dropout, uniformLike } from '../../../src/engine/nn/dropout'
import { forwardContext } from '../../../src/engine/nn/forward-context'
import { modelConfig } from '../../../src/engine/trunk/trunk-config'
import { SIZES } from '../execution/tiny-run'

const seed = (a: number, b: number): Tensor => tensor([a, b], [2], 'int32')
const noWeights = (): Tensor => { throw new Error('no weights here') }

describe.each(['cpu', 'wasm'] as const)('dropout on the backend %s', (backend) => {
  beforeAll(async () => {
    await loadBackend(backend)
  })
  const context = (rate: number, ...numbers: [number, number]): ReturnType<typeof forwardContext> =>
    forwardContext(modelConfig('tiny', SIZES), noWeights, { rate, seed: seed(...numbers) })

  it('zeroes the given share and keeps the mean', () => {
    const kept = dropout(context(0.3, 4, 5), ones([100, 100])).dataSync()
    const zeros = kept.filter((value) => value === 0).length / kept.length
    expect(Math.abs(zeros - 0.3)).toBeLessThan(0.02)
    expect(Math.max(...kept)).toBeCloseTo(1 / 0.7, 5)
  })

  it('draws the same for the same seed and place, and anew for the next place, seed and pass', () => {
    const x = ones([50])
    const draws = [[1, 2, 0], [1, 2, 1], [1, 3, 0], [2, 2, 0]].map(([a, b, place]) => [...uniformLike(x, seed(a ?? 0, b ?? 0), place ?? 0).dataSync()])
    expect([...uniformLike(x, seed(1, 2), 0).dataSync()]).toEqual(draws[0])
    expect(draws[3]).not.toEqual(draws[0])
    expect(draws[1]).not.toEqual(draws[0])
    expect(draws[2]).not.toEqual(draws[0])
    const pass = context(0.5, 1, 2)
    expect([...dropout(pass, x).dataSync()]).not.toEqual([...dropout(pass, x).dataSync()])
  })

  it('covers the unit interval evenly', () => {
    const numbers = uniformLike(ones([20000]), seed(7, 8), 3).dataSync()
    const tenths = new Array<number>(10).fill(0)
    numbers.forEach((value) => { tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1 })
    tenths.forEach((count) => expect(Math.abs(count / 2000 - 1)).toBeLessThan(0.1))
  })

  it('does nothing at rate 0', () => {
    const x = ones([3])
    expect(dropout(context(0, 1, 2), x)).toBe(x)
  })
})
