// Each task must be able to learn eight examples by heart: if data, head, loss, gradient or optimizer were wrong, it could not.

import { describe, expect, it } from 'vitest'
import { TASKS } from '../../src/contract/task-catalog'
import { scoreOf } from '../../src/engine/tasks/evaluation'
import { settings, tinyData, tinyEngine } from './tiny-engine'

const STEPS = 300

describe('eight examples by heart', () => {
  it.each(TASKS.map(({ id, rowsPerExample }) => [id, rowsPerExample] as const))('%s learns them in fewer than 300 steps', async (task, rowsPerExample) => {
    const data = await tinyData([task], 8 * rowsPerExample)
    const batch = data.train(task).batch(0)
    expect(batch.weights.reduce((sum, weight) => sum + weight, 0)).toBe(8)
    // What a model that knows the targets would score: an answer outside the vocabulary cannot be learned.
    const ceiling = scoreOf(batch, batch.targets).sum
    expect(ceiling).toBeGreaterThan(3)
    const engine = await tinyEngine(data)
    try {
      let share = 0
      let step = 0
      while (share <= 0.99 && step < STEPS) {
        step += 1
        const { logits } = await engine.train(batch, settings(step, 2e-3))
        share = scoreOf(batch, logits).sum / ceiling
      }
      expect(share).toBeGreaterThan(0.99)
      expect(step).toBeLessThan(STEPS)
    } finally {
      engine.dispose()
    }
  })
})
