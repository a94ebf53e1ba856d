import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import { type DetectedRegions, withGlobalRow } from '../../../src/engine/data/picture-rows'
import { createTokenizer } from '../../../src/engine/data/tokenizer'
import { maskRegions } from '../../../src/engine/pretraining/mask-regions'
import { maskWords } from '../../../src/engine/pretraining/mask-words'
import { openPretrainingData } from '../../../src/engine/pretraining/pretraining-data'
import type { PretrainingBatch } from '../../../src/engine/pretraining/pretraining-batch'
import { randomStream } from '../../../src/engine/random'
import { CLASSES, sceneWorld } from '../data/scene-world'

const tokenizer = createTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...Array.from({ length: 95 }, (_, i) => `w${i}`)])
/** Three standard deviations of a share. */
const near = (share: number, wanted: number, count: number): boolean => Math.abs(share - wanted) < 3 * Math.sqrt((wanted * (1 - wanted)) / count)

describe('word masking', () => {
  const counts = { ends: 0, places: 0, hidden: 0, masked: 0, kept: 0 }
  for (let round = 0; round < 4000; round++) {
    const ids = [2, 50, 51, 52, 53, 54, 55, 56, 57, 3]
    const { ids: masked, labels } = maskWords(ids, tokenizer, randomStream(1, 'mask', round))
    if (labels[0] !== -1 || labels[9] !== -1 || masked[0] !== 2 || masked[9] !== 3) counts.ends++
    for (let place = 1; place < 9; place++) {
      counts.places++
      if (labels[place] === -1) continue
      counts.hidden++
      if (masked[place] === tokenizer.mask) counts.masked++
      else if (masked[place] === ids[place]) counts.kept++
    }
  }
  it('never hides [CLS] and [SEP]', () => expect(counts.ends).toBe(0))

  it('hides 15 % of the pieces: 80 % as [MASK], 10 % as any piece, 10 % unchanged', () => {
    expect(near(counts.hidden / counts.places, 0.15, counts.places)).toBe(true)
    // A random piece is [MASK] or the original in one of a hundred cases each.
    expect(near(counts.masked / counts.hidden, 0.801, counts.hidden)).toBe(true)
    expect(near(counts.kept / counts.hidden, 0.101, counts.hidden)).toBe(true)
  })
})

describe('region masking', () => {
  // Regions 1 and 2 overlap by more than 0.4; region 3 is alone.
  const detected: DetectedRegions = { width: 100, height: 100, classes: null, features: Float32Array.of(1, 2, 6), boxes: Float32Array.of(0, 0, 49, 49, 0, 0, 49, 39, 60, 60, 99, 99) }
  const picture = withGlobalRow(detected, 1, 0, 100)
  const rounds = Array.from({ length: 4000 }, (_, i) => ({ paper: maskRegions(picture, 4, 'paper', randomStream(1, i)), code: maskRegions(picture, 4, 'code', randomStream(1, i)) }))

  it('asks for 15 % of the regions and erases 90 % of those', () => {
    const asked = rounds.flatMap(({ code }) => [1, 2, 3].filter((row) => code.labels[row] === 1).map((row) => code.features[row] === 0))
    expect(near(asked.length / 12000, 0.15, 12000)).toBe(true)
    expect(near(asked.filter(Boolean).length / asked.length, 0.9, asked.length)).toBe(true)
    expect(rounds.every(({ code }) => code.labels[0] === 0)).toBe(true)
  })

  it('paper: erases what overlaps a target and takes the mean of what is left', () => {
    const only = rounds.find(({ paper }) => paper.labels.join() === '0,1,0,0')
    expect([...(only?.paper.features ?? [])].slice(2)).toEqual([0, 6])
    expect(only?.paper.features[0]).toBe(6)
    const alone = rounds.find(({ paper }) => paper.labels.join() === '0,0,0,1')
    expect([...(alone?.paper.features ?? [])].slice(0, 3)).toEqual([1.5, 1, 2])
  })

  it('code: leaves overlapping regions but divides by the rows that do not overlap', () => {
    const only = rounds.find(({ code }) => code.labels.join() === '0,1,0,0' && code.features[1] === 0)
    expect([...(only?.code.features ?? [])]).toEqual([8, 0, 2, 6])
  })

  it('does not touch the picture itself', () => expect([...picture.features]).toEqual([3, 1, 2, 6]))
})

describe('pre-training batches', () => {
  const { root } = sceneWorld()
  const config = { ...defaultConfig(), batchRows: 16 } as const
  const data = openPretrainingData({ root, config })
  const rows = (batch: PretrainingBatch, row: number): { words: boolean; regions: boolean } => ({
    words: batch.wordLabels.subarray(row * batch.words, (row + 1) * batch.words).some((label) => label >= 0),
    regions: batch.regionLabels.subarray(row * batch.regions, (row + 1) * batch.regions).some((label) => label === 1)
  })
  const many = (source: typeof data): PretrainingBatch[] => Array.from({ length: 20 }, (_, i) => source.train.batch(i))

  it('mismatches half of the pairs and asks them for nothing (objective 1)', () => {
    const batches = many(data)
    const wrong = batches.reduce((sum, batch) => sum + batch.mismatched.reduce((a, b) => a + b, 0), 0)
    expect(near(wrong / 320, 0.5, 320)).toBe(true)
    for (const batch of batches) for (let row = 0; row < 16; row++) if (batch.mismatched[row] === 1) expect(rows(batch, row)).toEqual({ words: false, regions: false })
    expect(batches.some((batch) => rows(batch, 0).words || rows(batch, 1).words)).toBe(true)
  })

  it('asks mismatched pairs too in objective 0, and makes none in objective 2', () => {
    const zero = many(openPretrainingData({ root, config: { ...config, objective: 0 } }))
    expect(zero.some((batch) => [...batch.mismatched].some((wrong, row) => wrong === 1 && rows(batch, row).words))).toBe(true)
    const two = many(openPretrainingData({ root, config: { ...config, objective: 2 } }))
    expect(two.every((batch) => batch.mismatched.every((wrong) => wrong === 0))).toBe(true)
  })

  it('gives class probabilities at the asked regions', () => {
    const batch = data.train.batch(0)
    expect(batch.classes).toBe(CLASSES)
    for (let place = 0; place < batch.regionLabels.length; place++) {
      const sum = batch.regionTargets.subarray(place * CLASSES, (place + 1) * CLASSES).reduce((a, b) => a + b, 0)
      expect(sum).toBe(batch.regionLabels[place] === 1 ? 1 : 0)
    }
  })

  it('repeats itself: same number same batch, validation the same every time', () => {
    const again = openPretrainingData({ root, config })
    expect(again.train.batch(5)).toEqual(data.train.batch(5))
    expect([...again.val.all(20)]).toEqual([...data.val.all(20)])
    expect([...data.val.all(20)].reduce((sum, batch) => sum + batch.weights.reduce((a, b) => a + b, 0), 0)).toBe(20)
  })

  it('scores the truth as 1 and its opposite as 0', () => {
    const right = data.startScores()
    const wrong = data.startScores()
    for (const batch of data.val.all(0)) {
      const regionGuess = Int32Array.from(batch.regionLabels, (_, place) => batch.regionTargets.subarray(place * CLASSES, (place + 1) * CLASSES).indexOf(1))
      const logits = (sign: number): Float32Array => Float32Array.from(batch.mismatched).length ? new Float32Array([...batch.mismatched].flatMap((m) => (m === 1 ? [-sign, sign] : [sign, -sign]))) : new Float32Array(0)
      right.add(batch, { wordGuess: batch.wordLabels, regionGuess, alignmentLogits: logits(1) })
      wrong.add(batch, { wordGuess: batch.wordLabels.map((label) => label + 1), regionGuess: regionGuess.map((guess) => guess + 1), alignmentLogits: logits(-1) })
    }
    expect(Object.values(right.metrics())).toEqual([1, 1, 1, 1, 1, 1])
    expect(Object.values(wrong.metrics())).toEqual([0, 0, 0, 0, 0, 0])
    expect(right.examples()).toBe(data.val.examples)
  })
})
