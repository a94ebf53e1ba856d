import { describe, expect, it } from 'vitest'
import { TASK_IDS } from '../../../src/contract/task-catalog'
import { lossScale, rateFactor } from '../../../src/engine/schedule/learning-rate'

describe('rateFactor', () => {
  it.each([[0, 0], [5, 0.5], [10, 1], [55, 0.5], [100, 0], [101, 0]])('is at step %i of 100 with a tenth of warm-up: %f', (k, factor) => {
    expect(rateFactor({ kind: 'warmup-linear', totalSteps: 100, warmupFraction: 0.1 }, k)).toBeCloseTo(factor, 12)
  })

  it('stays at its peak when constant, from the first step on without warm-up', () => {
    expect([0, 1, 99].map((k) => rateFactor({ kind: 'constant', totalSteps: 100, warmupFraction: 0 }, k))).toEqual([1, 1, 1])
    expect(rateFactor({ kind: 'constant', totalSteps: 100, warmupFraction: 0.1 }, 5)).toBe(0.5)
  })
})

describe('lossScale', () => {
  it('is 2 for question answering and 1 for the rest of the twelve', () => {
    const doubled = TASK_IDS.filter((task) => lossScale(task, TASK_IDS, 'reference') === 2)
    expect(doubled).toEqual(['vqa', 'gqa', 'vgqa'])
    expect(TASK_IDS.filter((task) => lossScale(task, TASK_IDS, 'reference') === 1)).toHaveLength(9)
  })

  it('is 1 for a task alone', () => {
    expect(lossScale('vqa', ['vqa'], 'reference')).toBe(1)
  })
})
