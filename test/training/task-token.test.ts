// RefCOCO and RefCOCO+ share a head. Asked the same of the same picture with different right answers, a model can know
// which one is meant only by the task token.

import { describe, expect, it } from 'vitest'
import type { EngineOptions } from '../../src/engine/execution/engine-options'
import { scoreOf } from '../../src/engine/tasks/evaluation'
import type { TaskBatch } from '../../src/engine/tasks/task-batch'
import { settings, tinyData, tinyEngine } from './tiny-engine'

const STEPS = 300

/** The batch with one right region an example: the `shift`-th real one after region 0. */
function answered(batch: TaskBatch, task: 'refcoco' | 'refcoco+', shift: number): TaskBatch {
  const targets = new Float32Array(batch.targets.length)
  for (let example = 0; example < batch.examples; example++) targets[example * batch.targetWidth + 1 + ((example + shift) % 3)] = 1
  return { ...batch, task, targets }
}

/** Shares of right answers of both tasks after training both on their contradictory labels. */
async function trainBoth(taskToken: EngineOptions['taskToken']): Promise<readonly [number, number]> {
  const data = await tinyData(['refcoco'], 8)
  const batch = data.train('refcoco').batch(0)
  const pair = [answered(batch, 'refcoco', 0), answered(batch, 'refcoco+', 1)] as const
  const shapes = data.shapes.flatMap((shape) => [shape, { ...shape, task: 'refcoco+' as const }])
  const engine = await tinyEngine(data, { taskToken }, shapes)
  try {
    let shares: readonly [number, number] = [0, 0]
    for (let step = 1; step < STEPS && shares[0] + shares[1] < 2; step += 2) {
      const first = await engine.train(pair[0], settings(step, 2e-3))
      const second = await engine.train(pair[1], settings(step + 1, 2e-3))
      shares = [scoreOf(pair[0], first.logits).sum / 8, scoreOf(pair[1], second.logits).sum / 8]
    }
    const [last0, last1] = [await engine.predict(pair[0]), await engine.predict(pair[1])]
    return [scoreOf(pair[0], last0.logits).sum / 8, scoreOf(pair[1], last1.logits).sum / 8]
  } finally {
    engine.dispose()
  }
}

describe('contradictory labels of RefCOCO and RefCOCO+', () => {
  it('are fitted with a token for each data set', async () => {
    const [first, second] = await trainBoth('dataset')
    expect(first).toBeGreaterThan(0.99)
    expect(second).toBeGreaterThan(0.99)
  })

  it.each(['head', 'none'] as const)('cannot be fitted with the task token %s', async (taskToken) => {
    const [first, second] = await trainBoth(taskToken)
    // The same inputs give the same answer: at most one of the two tasks can be right on an example.
    expect(first + second).toBeLessThanOrEqual(1)
  })
})
