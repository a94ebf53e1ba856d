import { getBackend, matMul, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'

describe('the backend', () => {
  it.each([['cpu', 'tensorflow'], ['wasm', 'wasm'], ['auto', 'tensorflow']] as const)('%s computes, and says what it is', async (choice, current) => {
    const report = await loadBackend(choice)
    expect(getBackend()).toBe(current)
    expect(report.version).toMatch(/^4\.22\.0/)
    expect([...matMul(tensor([[1, 2]]), tensor([[3], [4]])).dataSync()]).toEqual([11])
    if (choice !== 'auto') expect([report.name, report.problems]).toEqual([choice, []])
  })

  it('cuda is either there or refused with the reason, never replaced in silence', async () => {
    const outcome = await loadBackend('cuda').then((report) => report.name, (error: Error) => error.message)
    expect(outcome).toMatch(/^cuda$|^The backend 'cuda' is not available\. No CUDA device/)
  })

  it('auto says why it did not take a better one', async () => {
    const report = await loadBackend('auto')
    expect(report.problems.length).toBe(report.name === 'cuda' ? 0 : 1)
  })
})
