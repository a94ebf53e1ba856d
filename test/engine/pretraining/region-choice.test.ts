// Visual targets 1 and 2: what is to be predicted of masked regions, and the draw of the others.
import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import { openPretrainingData } from '../../../src/engine/pretraining/pretraining-data'
import { drawRegionChoice, negativeCounts, regionChoice } from '../../../src/engine/pretraining/region-choice'
import { randomStream } from '../../../src/engine/random'
import { sceneWorld } from '../data/scene-world'

describe('the choice of visual target 2', () => {
  it('draws 89 and 38 of the reference\'s 128', () => expect(negativeCounts(128)).toEqual({ across: 89, inside: 38 }))

  it('counts how often a candidate stands in it, its own target once', () => {
    // Two rows of region 0 and two boxes; the second box of the first row is asked and may not be its own negative.
    const labels = Float32Array.of(0, 0, 1, 0, 0, 0)
    const { weights, places } = regionChoice(labels, 2, 3, () => [0, 2, 2, 3])
    expect([...places]).toEqual([-1, -1, 2, -1, -1, -1])
    expect([...weights.subarray(12, 18)].map((weight) => (weight < -1e8 ? 'never' : Math.round(Math.exp(weight))))).toEqual(['never', 1, 1, 'never', 2, 1])
    expect(weights.subarray(0, 12).every((weight) => weight === 0)).toBe(true)
  })

  it('takes other pictures and other boxes only, all of them in turn', () => {
    const rows = 4
    const regions = 5
    const labels = Float32Array.from({ length: rows * regions }, (_, i) => (i % regions > 0 ? 1 : 0))
    const { weights } = drawRegionChoice(labels, rows, regions, 128, randomStream(1, 'draw'))
    const times = (place: number, other: number): number => (weights[place * 20 + other] ?? 0) < -1e8 ? 0 : Math.round(Math.exp(weights[place * 20 + other] ?? 0))
    for (let place = 0; place < 20; place++) {
      if (labels[place] !== 1) continue
      const row = Math.floor(place / regions)
      const all = Array.from({ length: 20 }, (_, other) => times(place, other))
      expect(all[place]).toBe(1)
      const own = all.slice(row * regions, (row + 1) * regions)
      expect(own.reduce((a, b) => a + b, 0)).toBe(38 + 1)
      expect(all.reduce((a, b) => a + b, 0)).toBe(128)
      for (let picture = 0; picture < rows; picture++) expect(all[picture * regions]).toBe(0)
      expect(all.filter((count) => count > 0)).toHaveLength(16)
    }
  })
})

describe('batches of each visual target', () => {
  const { root } = sceneWorld()
  const open = (visualTarget: 0 | 1 | 2, batchRows = 8) => openPretrainingData({ root, config: { ...defaultConfig(), batchRows, visualTarget } })

  it('mask the same with all three', () => {
    const [zero, one, two] = ([0, 1, 2] as const).map((target) => open(target).train.batch(3))
    for (const batch of [one, two]) {
      expect(batch?.wordIds).toEqual(zero?.wordIds)
      expect(batch?.features).toEqual(zero?.features)
      expect(batch?.regionLabels).toEqual(zero?.regionLabels)
    }
  })

  it('ask for the features before masking: those of asked regions are gone from the input, not from the target', () => {
    const batch = open(1).train.batch(0)
    const size = batch.classes
    let gone = 0
    for (let place = 0; place < batch.rows * batch.regions; place++) {
      const [target, shown] = [batch.regionTargets, batch.features].map((array) => [...array.subarray(place * size, (place + 1) * size)])
      if (batch.regionLabels[place] !== 1) continue
      expect(target?.some((value) => value !== 0)).toBe(true)
      if (shown?.every((value) => value === 0)) gone++
      else expect(shown).toEqual(target)
    }
    expect(gone).toBeGreaterThan(0)
    expect(batch.choice).toBeUndefined()
  })

  it('refuse what visual target 2 cannot do, with what to change', () => {
    expect(open(2).train.batch(0).choice?.places).toHaveLength(8 * open(2).shape.regions)
    expect(() => open(2, 1)).toThrow(/batchRows must be at least 2; it is 1/)
    expect(() => open(2, 60000)).toThrow(/lower batchRows to at most/)
  })
})
