// An engine whose weights come from a checkpoint draws none, and is the same as any other once they are written.

import { beforeAll, expect, it } from 'vitest'
import { taskById } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import { initialPortions, initialWeights } from '../../../src/engine/execution/initial-weights'
import { sampleBatch, sampleOptions, sampleShape } from '../compile/sample-batches'

const vqa = taskById('vqa')
const options = sampleOptions({ shapes: [sampleShape(vqa)] })

beforeAll(async () => {
  await loadBackend('cpu')
})

it('starts at zero and takes over what is written', async () => {
  const [drawn, loaded] = [await createEagerEngine(options), await createEagerEngine({ ...options, weights: 'loaded' })]
  expect((await loaded.read('weights')).every(({ data }) => data.every((value) => value === 0))).toBe(true)
  expect(await loaded.write(await drawn.read('weights'))).toEqual([])
  expect((await loaded.predict(sampleBatch(vqa))).logits).toEqual((await drawn.predict(sampleBatch(vqa))).logits)
  drawn.dispose()
  loaded.dispose()
})

it('gives the same weights in portions as at once', () => {
  expect([...initialPortions(options)].flat()).toEqual(initialWeights(options))
})
