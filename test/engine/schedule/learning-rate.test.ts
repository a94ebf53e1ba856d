import { describe, expect, it } from 'vitest'
import { presetConfig } from '../../../src/contract/run-presets'
import { TASK_IDS, rowsOfBatch } from '../../../src/contract/task-catalog'
import { lossScale, peakRate, rateFactor } from '../../../src/engine/schedule/learning-rate'

describe('rateFactor', () => {
  it.each([[0, 0], [5, 0.5], [10, 1], [55, 0.5], [100, 0], [101, 0]])('is at step %i of 100 with a tenth of warm-up: %f', (k, factor) => {
    expect(rateFactor({ kind: 'warmup-linear', totalSteps: 100, warmupFraction: 0.1 }, k)).toBeCloseTo(factor, 12)
  })

  it('stays at its peak when constant, from the first step on without warm-up', () => {
    expect([0, 1, 99].map((k) => rateFactor({ kind: 'constant', totalSteps: 100, warmupFraction: 0 }, k))).toEqual([1, 1, 1])
    expect(rateFactor({ kind: 'constant', totalSteps: 100, warmupFraction: 0.1 }, 5)).toBe(0.5)
  })
})

describe('the released cosine', () => {
  // PyTorch 2.15, stepped as the released loop does with two tasks: LambdaLR for the warm-up, then CosineAnnealingLR; the first
  // number of a pair is the round's first step.
  it.each([
    [20, 3, [[0, 0.333333333], [0.333333333, 0.666666667], [0.666666667, 1], [1, 1], [0.99384417, 0.99384417], [0.975528258, 0.975528258], [0.945503262, 0.945503262], [0.904508497, 0.904508497],
      [0.853553391, 0.853553391], [0.793892626, 0.793892626], [0.72699525, 0.72699525], [0.654508497, 0.654508497], [0.578217233, 0.578217233], [0.5, 0.5], [0.421782767, 0.421782767],
      [0.345491503, 0.345491503], [0.27300475, 0.27300475], [0.206107374, 0.206107374], [0.146446609, 0.146446609], [0.095491503, 0.095491503]]],
    [12, 1.5, [[0, 0.666666667], [0.666666667, 1], [0.982962913, 0.982962913], [0.933012702, 0.933012702], [0.853553391, 0.853553391], [0.75, 0.75], [0.629409523, 0.629409523], [0.5, 0.5],
      [0.370590477, 0.370590477], [0.25, 0.25], [0.146446609, 0.146446609], [0.066987298, 0.066987298]]],
    [8, 0, [[1, 1], [0.961939766, 0.961939766], [0.853553391, 0.853553391], [0.691341716, 0.691341716], [0.5, 0.5], [0.308658284, 0.308658284], [0.146446609, 0.146446609], [0.038060234, 0.038060234]]]
  ])('is that of PyTorch over %i rounds with %f of warm-up', (totalSteps, warmup, rates) => {
    const schedule = { kind: 'cosine', totalSteps, warmupFraction: warmup / totalSteps } as const
    rates.forEach(([first, second], round) => {
      expect(rateFactor(schedule, round, { round, first: true }), `round ${round}`).toBeCloseTo(first ?? Number.NaN, 8)
      expect(rateFactor(schedule, round + 1, { round, first: false }), `round ${round}`).toBeCloseTo(second ?? Number.NaN, 8)
    })
  })
})

describe('lossScale', () => {
  it('is 2 for question answering and 1 for the rest of the twelve', () => {
    const doubled = TASK_IDS.filter((task) => lossScale(task, TASK_IDS, 'reference') === 2)
    expect(doubled).toEqual(['vqa', 'gqa', 'vgqa'])
    expect(TASK_IDS.filter((task) => lossScale(task, TASK_IDS, 'reference') === 1)).toHaveLength(9)
  })

  it('is 1 for a task alone', () => {
    expect(lossScale('vqa', ['vqa'], 'reference')).toBe(1)
  })
})

describe('peakRate', () => {
  it('is a number as given, or the smallest reference rate of the chosen tasks', () => {
    expect(peakRate(3e-4, ['vqa'])).toBe(3e-4)
    expect(peakRate('reference', TASK_IDS)).toBe(2e-5)
    for (const task of ['vqa', 'gqa', 'vgqa'] as const) expect(peakRate('reference', [task])).toBe(4e-5)
    expect(peakRate('reference', ['vqa', 'nlvr2'])).toBe(2e-5)
    expect(peakRate('reference', [])).toBe(1e-4)
  })

  it('follows the reference in the paper preset, whatever tasks are chosen', () => {
    const { learningRate, batchRows, taskScale } = presetConfig('paper')
    expect(peakRate(learningRate, ['vqa'])).toBe(4e-5)
    expect(lossScale('vqa', ['vqa', 'coco'], taskScale)).toBe(2)
    // 128 questions, 128 × 4 pairs of retrieval, 64 × 2 pictures of NLVR2, 256 expressions.
    expect((['vqa', 'coco', 'nlvr2', 'refcoco', 'guesswhat'] as const).map((task) => rowsOfBatch(task, batchRows))).toEqual([128, 512, 128, 256, 64])
    expect(rowsOfBatch('coco', 32)).toBe(32)
  })
})

describe('the released default schedule', () => {
  const schedule = { kind: 'manual', totalSteps: 100, warmupFraction: 0.15, epochRounds: 10 } as const
  it('has the full rate at the first step of the run and of every epoch of the warm-up, else climbs', () => {
    expect(rateFactor(schedule, 0, { round: 0, first: true })).toBe(1)
    expect(rateFactor(schedule, 1, { round: 0, first: false })).toBeCloseTo(1 / 15, 12)
    expect(rateFactor(schedule, 10, { round: 10, first: true })).toBe(1)
    expect(rateFactor(schedule, 11, { round: 10, first: false })).toBeCloseTo(11 / 15, 12)
  })

  it('drops at epochs 5 and 7 alone after it', () => {
    expect([20, 49, 50, 69, 70, 99].map((round) => rateFactor(schedule, round, { round, first: true }))).toEqual([1, 1, 0.2, 0.2, 0.04, 0.04])
  })
})
