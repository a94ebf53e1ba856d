// The eager engine on web assembly, in a process that never loads the native library.
import { getBackend } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { loadBackend } from '../../../src/engine/backend'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import { STEP, tinyBatch, tinyOptions, tinyPretrainingBatch } from './tiny-run'

beforeAll(async () => {
  await loadBackend('wasm')
})

it.each(['vqa', 'coco', 'refcoco', 'nlvr2'] as const)('web assembly alone trains %s with dropout', async (id) => {
  expect(getBackend()).toBe('wasm')
  const engine = await createEagerEngine(tinyOptions({ dropout: 0.1 }))
  const start = (await engine.predict(tinyBatch(id))).loss
  for (let i = 0; i < 5; i++) await engine.train(tinyBatch(id), { ...STEP, dropoutSeed: [1, i] })
  expect((await engine.predict(tinyBatch(id))).loss).toBeLessThan(start)
  engine.dispose()
})

it('web assembly alone pre-trains', async () => {
  const engine = await createEagerEngine(tinyOptions())
  const start = await engine.trainPretraining(tinyPretrainingBatch(), STEP)
  for (let i = 0; i < 4; i++) await engine.trainPretraining(tinyPretrainingBatch(), STEP)
  expect((await engine.predictPretraining(tinyPretrainingBatch())).loss).toBeLessThan(start.loss)
  engine.dispose()
})
