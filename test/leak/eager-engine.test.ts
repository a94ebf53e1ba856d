import { memory } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { TASK_IDS } from '../../src/contract/task-catalog'
import { loadBackend } from '../../src/engine/backend'
import { createEagerEngine } from '../../src/engine/execution/eager-engine'
import { STEP, tinyBatch, tinyOptions, tinyPretrainingBatch } from '../engine/execution/tiny-run'

it('the eager engine holds the same tensors after 200 steps as after the first round, and none after dispose', async () => {
  await loadBackend('auto')
  const before = memory().numTensors
  const engine = await createEagerEngine(tinyOptions({ dropout: 0.1, optimizer: { ...tinyOptions().optimizer, clipNorm: 1 } }))
  const step = async (i: number): Promise<void> => {
    const id = TASK_IDS[i % (TASK_IDS.length + 1)]
    if (id) await engine.train(tinyBatch(id, 1), STEP)
    else await engine.trainPretraining(tinyPretrainingBatch(1), STEP)
  }
  const round = TASK_IDS.length + 1
  for (let i = 0; i < round; i++) await step(i)
  const { numTensors, numBytes } = memory()
  for (let i = 0; i < 200; i++) await step(i)
  for (const id of TASK_IDS) await engine.predict(tinyBatch(id, 1))
  await engine.predictPretraining(tinyPretrainingBatch(1))
  await engine.write((await engine.read('all')).slice(0, 5))
  expect([memory().numTensors, memory().numBytes]).toEqual([numTensors, numBytes])
  engine.dispose()
  expect(memory().numTensors).toBe(before)
})
