// The statistics of study tables against values worked out by hand.

import { describe, expect, it } from 'vitest'
import { bootstrapInterval, exampleTest, holm, mean, signFlipTest, standardDeviation, stratifiedExampleTest, twoSidedNormal } from '../../src/contract/study-statistics'

describe('mean and spread', () => {
  it('divides by n − 1, and knows no spread of one value', () => {
    expect(mean([2, 4, 9])).toBe(5)
    expect(standardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt((9 + 1 + 16) / 2), 12)
    expect(standardDeviation([3])).toBeNull()
  })
})

describe('Holm’s correction', () => {
  it('multiplies the smallest p by the number of tests, the next by one less, and never falls', () => {
    // 0.01 × 3, 0.03 × 2, then 0.04 × 1 under the 0.06 before it.
    expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06])
  })

  it('stays within 1, and knows nothing of no tests', () => {
    expect(holm([0.9, 0.5])).toEqual([1, 1])
    expect(holm([])).toEqual([])
  })
})

describe('paired permutation over seeds', () => {
  it('counts sign flips: three equal gains give 2 of 8', () => {
    expect(signFlipTest([1, 1, 1])).toBe(0.25)
  })

  it('counts sums that are as far from 0: differences 3, 1, −1 give 4 of 8', () => {
    // |3+1−1| = 3. Sums of ±3±1±1: 5, 3, 3, 1 and their opposites: six of eight are at least 3 away.
    expect(signFlipTest([3, 1, -1])).toBe(0.75)
  })

  it('is certain of nothing without a difference, and null without a pair', () => {
    expect(signFlipTest([0, 0])).toBe(1)
    expect(signFlipTest([])).toBeNull()
  })

  it('takes the normal limit of many pairs', () => {
    const gains = Array.from({ length: 25 }, () => 1)
    // z = 25 / √25 = 5
    expect(signFlipTest(gains)).toBeCloseTo(5.733e-7, 9)
  })
})

describe('paired permutation over examples', () => {
  it('is the exact sign test where scores are 0 and 1', () => {
    // Five examples won, one lost, 94 the same: P(|sum| ≥ 4) of six signs = 2 · (1 + 6) / 64.
    const differences = [...Array.from({ length: 5 }, () => 1), -1, ...Array.from({ length: 94 }, () => 0)]
    expect(exampleTest(differences)).toBeCloseTo(14 / 64, 12)
  })

  it('counts sums of unequal steps: +0.3 and +0.9 give two of four', () => {
    expect(exampleTest([0.3, 0.9])).toBeCloseTo(0.5, 12)
  })

  it('comes close to the exact count where it takes the normal limit', () => {
    const won = (count: number): number[] => [...Array.from({ length: count }, () => 1), ...Array.from({ length: 100 - count }, () => -1)]
    const exact = exampleTest(won(60)) ?? 0
    const limit = exampleTest([...won(60), 0.05]) ?? 0
    expect(exact).toBeCloseTo(0.0569, 3)
    expect(Math.abs(exact - limit)).toBeLessThan(0.02)
  })

  it('weighs groups alike in a mean over tasks', () => {
    // Means 0.5 and 0; variances 2/16 and 2/4: z = 0.5 / √0.625.
    expect(stratifiedExampleTest([[1, 1, 0, 0], [1, -1]])).toBeCloseTo(twoSidedNormal(0.5 / Math.sqrt(0.625)), 12)
    expect(stratifiedExampleTest([[1], []])).toBeNull()
  })
})

describe('normal and bootstrap', () => {
  it('has the known points of the normal curve', () => {
    expect(twoSidedNormal(1.959964)).toBeCloseTo(0.05, 5)
    expect(twoSidedNormal(0)).toBeCloseTo(1, 6)
    expect(twoSidedNormal(-2.575829)).toBeCloseTo(0.01, 5)
  })

  it('counts all resamples of three seeds: the extremes have 1 of 27 each', () => {
    // 1/27 = 3.7 % is above 2.5 %: the interval reaches from the smallest to the largest value.
    expect(bootstrapInterval([1, 2, 6])).toEqual([1, 6])
  })

  it('leaves the extremes of five seeds out: each has 1 of 3125', () => {
    const [low, high] = bootstrapInterval([0, 0, 0, 0, 10]) ?? [Number.NaN, Number.NaN]
    // The number of tens is binomial(5, 0.2): P(0) = 0.328, P(≤ 3) = 0.9933, P(≤ 2) = 0.942.
    expect([low, high]).toEqual([0, 6])
  })

  it('is null for one seed', () => {
    expect(bootstrapInterval([4])).toBeNull()
  })
})
