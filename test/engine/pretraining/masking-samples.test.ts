// The masking inspector's samples say what the batches really hold.
import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import { maskingSamples } from '../../../src/engine/pretraining/masking-samples'
import { type PretrainingConfig, openPretrainingData } from '../../../src/engine/pretraining/pretraining-data'
import { sceneWorld } from '../data/scene-world'

const { root } = sceneWorld()
const open = (difference: Partial<PretrainingConfig> = {}) => openPretrainingData({ root, config: { ...defaultConfig(), batchRows: 16, ...difference } })
const request = { split: 'val', seed: 1, objective: 1, from: 0, count: 200 } as const

describe('masking samples', () => {
  const data = open()
  const { samples, total } = maskingSamples(data, request)

  it('are what a validation shows: words, labels, erased features, mismatches', () => {
    expect(samples).toHaveLength(total)
    let compared = 0
    for (const [number, batch] of [...data.val.all(0)].entries()) {
      for (let row = 0; row < batch.rows && batch.weights[row] === 1; row++) {
        const sample = samples[number * batch.rows + row]
        if (!sample) throw new Error('a sample is missing')
        expect(sample.mismatched).toBe(batch.mismatched[row] === 1)
        const ids = batch.wordIds.subarray(row * batch.words, (row + 1) * batch.words)
        sample.words.forEach(({ shown, state }, place) => {
          expect(data.setting.tokenizer.pieces[ids[place] ?? -1]).toBe(shown)
          expect((batch.wordLabels[row * batch.words + place] ?? -1) >= 0).toBe(state !== 'seen' && !sample.mismatched)
        })
        sample.regions.forEach(({ paper }, place) => {
          const region = row * batch.regions + place + 1
          const size = batch.features.length / batch.rows / batch.regions
          const gone = batch.features.subarray(region * size, (region + 1) * size).every((value) => value === 0)
          expect(gone).toBe(paper === 'asked' || paper === 'hidden')
          expect(batch.regionLabels[region] === 1).toBe((paper === 'asked' || paper === 'kept') && !sample.mismatched)
          compared++
        })
      }
    }
    expect(compared).toBeGreaterThan(50)
  })

  it('ask for the same regions under both rules; only the paper\'s hides what overlaps', () => {
    const pairs = samples.flatMap(({ regions }) => regions.map(({ paper, code }) => `${paper}/${code}`))
    expect(new Set(pairs)).toEqual(new Set(['seen/seen', 'asked/asked', 'kept/kept', 'hidden/marked'].filter((pair) => pairs.includes(pair))))
    expect(pairs).toContain('asked/asked')
  })

  it('count nothing of a mismatched pair under objective 1, all of it under 0, and make none under 2', () => {
    const wrong = samples.filter(({ mismatched }) => mismatched)
    expect(wrong.length).toBeGreaterThan(2)
    expect(wrong.every(({ counted }) => counted.words === 0 && counted.regions === 0 && counted.alignment)).toBe(true)
    for (const { caption, ownCaption } of samples.filter(({ mismatched }) => !mismatched)) expect(caption).toBe(ownCaption)
    const zero = maskingSamples(data, { ...request, objective: 0 }).samples.filter(({ mismatched }) => mismatched)
    expect(zero.some(({ counted }) => counted.words > 0)).toBe(true)
    const two = maskingSamples(data, { ...request, objective: 2 }).samples
    expect(two.every(({ mismatched, counted }) => !mismatched && !counted.alignment)).toBe(true)
  })

  it('change with the seed, repeat without, and come in pages', () => {
    expect(maskingSamples(data, request).samples).toEqual(samples)
    expect(maskingSamples(data, { ...request, seed: 2 }).samples).not.toEqual(samples)
    expect(maskingSamples(data, { ...request, from: 3, count: 2 }).samples).toEqual(samples.slice(3, 5))
    expect(maskingSamples(data, { ...request, from: total }).samples).toEqual([])
  })
})

describe('the released code\'s other habits', () => {
  it('count mismatched pairs in validation, but not in training', () => {
    const data = open({ validationObjective: 'all' })
    const asked = (batch: { mismatched: Int32Array; wordLabels: Int32Array; words: number }): boolean =>
      [...batch.mismatched].some((wrong, row) => wrong === 1 && batch.wordLabels.subarray(row * batch.words, (row + 1) * batch.words).some((label) => label >= 0))
    expect([...data.val.all(0)].some(asked)).toBe(true)
    expect(Array.from({ length: 10 }, (_, i) => data.train.batch(i)).some(asked)).toBe(false)
    expect([...open().val.all(0)].some(asked)).toBe(false)
  })

  it('may give a mismatched pair the picture\'s own caption', () => {
    const own = (difference: Partial<PretrainingConfig>): number => {
      const data = open(difference)
      return Array.from({ length: 40 }, (_, seed) => maskingSamples(data, { ...request, seed }).samples.filter(({ mismatched, caption, ownCaption }) => mismatched && caption === ownCaption).length).reduce((a, b) => a + b, 0)
    }
    expect(own({ mismatchedCaption: 'any' })).toBeGreaterThan(own({}))
  })
})
