// The sizes of the tiny world that the window's forecast is worked out with (contract/expected-run.ts) are those of the world itself.

import { expect, it } from 'vitest'
import { expectedRun } from '../../src/contract/expected-run'
import { resolveConfig } from '../../src/contract/run-config'
import { presetConfig } from '../../src/contract/run-presets'
import { runForecast } from '../../src/engine/training/run-forecast'
import { tinyWorld } from './tiny-world'

it.each([['train', 'dataset'], ['pretrain', 'none']])('the window expects of the tiny world what the engine finds in it: %s', async (kind, taskToken) => {
  const config = resolveConfig(presetConfig('tiny'), { data: await tinyWorld(), kind, taskToken })
  const { sizes, microBatch, ...found } = await runForecast(config, 1e12)
  expect([sizes, microBatch]).toEqual(['data', null])
  expect(expectedRun(config, 1e12).forecast).toEqual(found)
})
