// Visual targets 1 and 2 in the compiled engine: the same losses, and the same weights after steps, as in the plain one.
import { beforeAll, expect, it } from 'vitest'
import { loadBackend } from '../../../src/engine/backend'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import type { PretrainingBatch } from '../../../src/engine/pretraining/pretraining-batch'
import { drawRegionChoice } from '../../../src/engine/pretraining/region-choice'
import { randomStream } from '../../../src/engine/random'
import { modelConfig } from '../../../src/engine/trunk/trunk-config'
import { SIZES, STEP, tinyOptions, tinyPretrainingBatch } from './tiny-run'

function setUp(visualTarget: 1 | 2): { options: EngineOptions; batch: PretrainingBatch } {
  const plain = tinyPretrainingBatch()
  const classes = SIZES.featureSize
  const stream = randomStream(1, 'targets')
  const batch: PretrainingBatch = { ...plain, classes, regionTargets: Float32Array.from({ length: plain.rows * plain.regions * classes }, () => stream.normal()) }
  const shape = { rows: plain.rows, words: plain.words, regions: plain.regions, classes }
  const options = tinyOptions({ model: modelConfig('tiny', SIZES, visualTarget), shapes: [], pretraining: shape, taskToken: 'none' })
  return { options, batch: visualTarget === 2 ? { ...batch, choice: drawRegionChoice(plain.regionLabels, plain.rows, plain.regions, 128, stream) } : batch }
}

beforeAll(async () => {
  await loadBackend('cpu')
})

it.each([1, 2] as const)('visual target %i', async (visualTarget) => {
  const { options, batch } = setUp(visualTarget)
  const [compiled, eager] = [await createCompiledEngine(options), await createEagerEngine(options)]
  const losses: number[] = []
  for (let update = 1; update <= 6; update++) {
    const [a, b] = [await compiled.trainPretraining(batch, { ...STEP, update }), await eager.trainPretraining(batch, { ...STEP, update })]
    expect(a.regionLoss).toBeCloseTo(b.regionLoss, 3)
    losses.push(a.regionLoss)
  }
  expect(losses[5]).toBeLessThan(losses[0] ?? 0)
  // Of 128 candidates a random guess costs ln 128.
  if (visualTarget === 2) expect(losses[0]).toBeGreaterThan(Math.log(128) - 1.5)
  for (const engine of [compiled, eager]) engine.dispose()
})

it('visual target 2 in parts of a batch: every part chooses among the whole batch\'s regions', async () => {
  const { options, batch } = setUp(2)
  const [whole, parts] = [await createCompiledEngine(options), await createCompiledEngine({ ...options, microBatch: 3 })]
  for (let update = 1; update <= 2; update++) {
    const [a, b] = [await whole.trainPretraining(batch, { ...STEP, update }), await parts.trainPretraining(batch, { ...STEP, update })]
    expect(b.regionLoss).toBeCloseTo(a.regionLoss, 4)
    expect(b.gradientNorm).toBeCloseTo(a.gradientNorm, 3)
  }
  for (const engine of [whole, parts]) engine.dispose()
})
