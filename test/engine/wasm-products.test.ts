// Products on web assembly with matrices turned round before: the numbers of the plain definition, for all four ways and
// for stacks, and no memory left behind.

import { matMul, memory, tensor, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'
import { randomStream } from '../../src/engine/random'

beforeAll(async () => {
  await loadBackend('wasm')
})

/** Σ over the inner axis of stacks [s, m, k] · [s, k, n], each given turned round where asked. */
function expected(a: Float32Array, b: Float32Array, [stacks, m, k, n]: readonly [number, number, number, number], turnA: boolean, turnB: boolean): number[] {
  const result: number[] = []
  for (let s = 0; s < stacks; s++) for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
    let sum = 0
    for (let x = 0; x < k; x++) sum += (a[s * m * k + (turnA ? x * m + i : i * k + x)] ?? 0) * (b[s * k * n + (turnB ? j * k + x : x * n + j)] ?? 0)
    result.push(sum)
  }
  return result
}

describe('products on web assembly', () => {
  it.each([[false, false], [true, false], [false, true], [true, true]])('are right with the first turned round: %s, the second: %s', (turnA, turnB) => {
    const stream = randomStream(1, 'wasm-products', String(turnA), String(turnB))
    const sizes = [3, 5, 7, 4] as const
    const [stacks, m, k, n] = sizes
    const [a, b] = [Float32Array.from({ length: stacks * m * k }, () => stream.normal()), Float32Array.from({ length: stacks * k * n }, () => stream.normal())]
    const before = memory().numBytes
    const numbers = tidy(() => {
      const product = matMul(tensor(a, turnA ? [stacks, k, m] : [stacks, m, k]), tensor(b, turnB ? [stacks, n, k] : [stacks, k, n]), turnA, turnB)
      expect(product.shape).toEqual([stacks, m, n])
      return product.dataSync()
    })
    expected(a, b, sizes, turnA, turnB).forEach((value, i) => expect(numbers[i]).toBeCloseTo(value, 4))
    expect(memory().numBytes).toBe(before)
  })
})
