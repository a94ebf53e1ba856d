// The window's forecast against the engine's: the same arithmetic from a configuration alone. The tiny world's sizes stand
// in the contract and are held to the world itself in test/training/expected-sizes.test.ts.

import { describe, expect, it } from 'vitest'
import { expectedRun } from '../../src/contract/expected-run'
import { deviceBytes } from '../../src/contract/memory-forecast'
import { type RunConfig, resolveConfig } from '../../src/contract/run-config'
import { presetConfig } from '../../src/contract/run-presets'
import { runForecast } from '../../src/engine/training/run-forecast'

const GB = 1e9
const configOf = (preset: string, changes: Readonly<Record<string, unknown>> = {}): RunConfig => resolveConfig(presetConfig(preset), { data: 'nowhere', ...changes })

describe('what a run is expected to need', () => {
  it.each([
    [{}], [{ tasks: 'vqa' }], [{ tasks: 'coco,nlvr2', batchRows: 16, taskToken: 'none', dropout: 0 }], [{ tasks: 'refcoco,vqa', freeze: 'text:6,vision:2', microBatch: 8 }],
    [{ tasks: 'gqa', freeze: 'trunk' }], [{ kind: 'pretrain', taskToken: 'none', batchRows: 'reference' }]
  ])('is for the paper’s model what the engine counts by parameter names: %o', async (changes) => {
    const config = configOf('paper', changes)
    const { sizes, microBatch, ...counted } = await runForecast(config, 1e15)
    expect(sizes).toBe('reference')
    const { forecast, ...expected } = expectedRun(config, 2e15)
    expect(expected.microBatch ?? null).toBe(microBatch)
    if (config.kind === 'pretrain') {
      // Answer heads have no part in pre-training; the engine's count without data has them at their full width.
      expect(forecast.trainedParameters).toBe(counted.trainedParameters)
      expect(forecast.tasks).toEqual(counted.tasks)
    } else if (config.tasks.includes('vqa') && config.tasks.includes('gqa')) expect(forecast).toEqual(counted)
    else expect({ ...forecast, parameters: 0, weightBytes: 0, peakBytes: 0 }).toEqual({ ...counted, parameters: 0, weightBytes: 0, peakBytes: 0 })
  })

  it('takes whole batches where they fit, parts where only those do, and says when nothing does', () => {
    const config = configOf('paper', { tasks: 'vqa' })
    const large = expectedRun(config, 200 * GB)
    expect([large.microBatch, large.fits]).toEqual([undefined, true])
    const middle = expectedRun(config, 16 * GB)
    expect(middle.microBatch).toBeGreaterThan(1)
    expect(middle.microBatch).toBeLessThan(128)
    expect([middle.fits, middle.forecast.peakBytes <= 0.9 * 16 * GB]).toEqual([true, true])
    expect(expectedRun(config, 4 * GB)).toMatchObject({ microBatch: 1, fits: false })
    expect(expectedRun(configOf('paper', { tasks: 'vqa', microBatch: 128 }), 16 * GB)).toMatchObject({ microBatch: 128, fits: false })
  })

  it('is a sum of its parts', () => {
    const { weightBytes, gradientBytes, momentBytes, activationBytes, programBytes, peakBytes } = expectedRun(configOf('mini'), 16 * GB).forecast
    expect(weightBytes + gradientBytes + momentBytes + activationBytes + programBytes).toBeCloseTo(peakBytes, 3)
  })

  it('asks for the memory of the GPU where its driver states one', () => {
    expect(deviceBytes({ name: 'cuda', device: 'Some GPU, 24576 MiB' }, 8 * GB)).toBe(24 * 2 ** 30)
    expect(deviceBytes({ name: 'cpu', device: 'A processor' }, 8 * GB)).toBe(8 * GB)
    expect(deviceBytes(null, 8 * GB)).toBe(8 * GB)
  })
})
