import { describe, expect, it } from 'vitest'
import { minMaxBuckets } from '../../src/renderer/src/series/buckets'
import { append, createSeries, nearest, smoothUp, truncateAtIteration, truncateAtSequence, valueBetween } from '../../src/renderer/src/series/metric-series'

function filled(values: readonly number[]): ReturnType<typeof createSeries> {
  const series = createSeries()
  values.forEach((value, i) => append(series, i, 1000 + i * 10, i + 1, value))
  return series
}

/** The definition: Σ wⁿ⁻ⁱ xᵢ / Σ wⁿ⁻ⁱ. */
function average(values: readonly number[], weight: number): number {
  let sum = 0
  let weights = 0
  values.forEach((value, i) => {
    const share = weight ** (values.length - 1 - i)
    sum += share * value
    weights += share
  })
  return sum / weights
}

describe('a metric series', () => {
  it('keeps every point when it grows past its first capacity', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i))
    const series = filled(values)
    expect(series.length).toBe(1000)
    expect(Array.from(series.value.subarray(0, 1000))).toEqual(values)
  })

  it('smooths as the definition says, also when points come one by one', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    const series = createSeries()
    values.forEach((value, i) => {
      append(series, i, i, i + 1, value)
      smoothUp(series, 0.8)
      expect(series.smooth[i]).toBeCloseTo(average(values.slice(0, i + 1), 0.8), 12)
    })
  })

  it('computes only new points unless the smoothing changed', () => {
    const series = filled([1, 2, 3])
    smoothUp(series, 0.5)
    series.smooth[0] = 99
    append(series, 3, 40, 4, 4)
    smoothUp(series, 0.5)
    expect(series.smooth[0]).toBe(99)
    smoothUp(series, 0.6)
    expect(series.smooth[0]).toBe(1)
    expect(series.smooth[3]).toBeCloseTo(average([1, 2, 3, 4], 0.6), 12)
  })

  it('leaves the average alone where a value is not a number', () => {
    const series = filled([2, Number.NaN, 4])
    smoothUp(series, 0.5)
    expect(series.smooth[1]).toBeNaN()
    expect(series.smooth[2]).toBeCloseTo(average([2, 4], 0.5), 12)
  })

  it('cuts the end by sequence and goes on with the same smoothed values as a run that never stopped', () => {
    const straight = filled([5, 4, 3, 2, 1])
    smoothUp(straight, 0.9)
    const resumed = filled([5, 4, 3, 7, 7])
    smoothUp(resumed, 0.9)
    truncateAtSequence(resumed, 4)
    expect(resumed.length).toBe(3)
    append(resumed, 3, 1030, 4, 2)
    append(resumed, 4, 1040, 5, 1)
    smoothUp(resumed, 0.9)
    expect(Array.from(resumed.smooth.subarray(0, 5))).toEqual(Array.from(straight.smooth.subarray(0, 5)))
  })

  it('replaces the points from an iteration that comes again', () => {
    const series = filled([10, 20, 30, 40])
    append(series, 2, 5000, 50, 31)
    expect(series.length).toBe(3)
    expect(Array.from(series.value.subarray(0, 3))).toEqual([10, 20, 31])
    truncateAtIteration(series, 1)
    expect(series.length).toBe(1)
  })

  it('finds the nearest point and the value between two points', () => {
    const series = filled([0, 10, 20])
    expect(nearest(series.iteration, series.length, 1.4)).toBe(1)
    expect(nearest(series.iteration, series.length, 99)).toBe(2)
    expect(nearest(series.iteration, 0, 1)).toBe(-1)
    expect(valueBetween(series.iteration, series.value, series.length, 0.25)).toBeCloseTo(2.5, 12)
    expect(valueBetween(series.iteration, series.value, series.length, 2)).toBe(20)
    expect(valueBetween(series.iteration, series.value, series.length, 2.5)).toBeNaN()
  })
})

describe('min/max buckets', () => {
  it('keep the highest and lowest point of a long series in at most two points a column and the neighbours', () => {
    const length = 100_000
    const x = Float64Array.from({ length }, (_, i) => i)
    const y = Float64Array.from({ length }, (_, i) => Math.sin(i / 1000))
    y[54_321] = 9
    y[12_345] = -9
    const points = minMaxBuckets(x, y, length, 0, length, 150)
    expect(points.length).toBeLessThanOrEqual(2 * 150 + 2)
    expect(points).toContainEqual([54_321, 9])
    expect(points).toContainEqual([12_345, -9])
    for (let i = 1; i < points.length; i++) expect(points[i]?.[0]).toBeGreaterThan(points[i - 1]?.[0] ?? Infinity)
  })

  it('give a short series as it is, with one neighbour outside the range on each side', () => {
    const x = Float64Array.from([0, 1, 2, 3, 4, 5])
    const y = Float64Array.from([0, 10, 20, 30, 40, 50])
    expect(minMaxBuckets(x, y, 6, 2, 3, 100)).toEqual([[1, 10], [2, 20], [3, 30], [4, 40]])
  })

  it('keep a gap where values are missing', () => {
    const length = 1000
    const x = Float64Array.from({ length }, (_, i) => i)
    const y = Float64Array.from({ length }, (_, i) => (i >= 400 && i < 500 ? Number.NaN : 1))
    const points = minMaxBuckets(x, y, length, 0, length, 20)
    expect(points.some(([at, value]) => at >= 400 && at < 500 && Number.isNaN(value))).toBe(true)
  })
})
