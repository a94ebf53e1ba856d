// One curve in growing typed arrays: iteration, time, sequence and value of each point, and its smoothed value.
// Appending and smoothing are incremental; a resumed run cuts the end off and goes on. Pure: no Vue, no chart.
// Read next: buckets.ts (points → what a chart of some width can show).

export interface MetricSeries {
  length: number
  iteration: Float64Array
  /** Milliseconds since 1970. */
  time: Float64Array
  /** Event sequence numbers, growing: a resumed run is cut by them. */
  sequence: Float64Array
  value: Float64Array
  /** Smoothed values, valid for the first `smoothedLength` points at `smoothing`. */
  smooth: Float64Array
  smoothing: number
  smoothedLength: number
  /** Running state of the average after `smoothedLength` points: weighted sum and sum of weights. */
  weighted: Float64Array
  weight: Float64Array
}

const FIRST_CAPACITY = 64

export function createSeries(): MetricSeries {
  const array = (): Float64Array => new Float64Array(FIRST_CAPACITY)
  return {
    length: 0, iteration: array(), time: array(), sequence: array(), value: array(),
    smooth: array(), smoothing: 0, smoothedLength: 0, weighted: array(), weight: array()
  }
}

function grown(array: Float64Array, capacity: number): Float64Array {
  const next = new Float64Array(capacity)
  next.set(array)
  return next
}

function reserve(series: MetricSeries): void {
  if (series.length < series.value.length) return
  const capacity = series.value.length * 2
  for (const key of ['iteration', 'time', 'sequence', 'value', 'smooth', 'weighted', 'weight'] as const) {
    series[key] = grown(series[key], capacity)
  }
}

/** Appends one point. A point at or before the last iteration replaces everything from there: the step was done again. */
export function append(series: MetricSeries, iteration: number, time: number, sequence: number, value: number): void {
  if (series.length > 0 && iteration <= (series.iteration[series.length - 1] ?? 0)) truncateAtIteration(series, iteration)
  reserve(series)
  const index = series.length
  series.iteration[index] = iteration
  series.time[index] = time
  series.sequence[index] = sequence
  series.value[index] = value
  series.length = index + 1
}

/** The first index whose key is at least `wanted`; keys grow with the index. */
export function lowerBound(keys: Float64Array, length: number, wanted: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function shorten(series: MetricSeries, length: number): void {
  series.length = length
  series.smoothedLength = Math.min(series.smoothedLength, length)
}

/** Drops every point from this sequence number on. */
export function truncateAtSequence(series: MetricSeries, sequence: number): void {
  shorten(series, lowerBound(series.sequence, series.length, sequence))
}

/** Drops every point from this iteration on. */
export function truncateAtIteration(series: MetricSeries, iteration: number): void {
  shorten(series, lowerBound(series.iteration, series.length, iteration))
}

/**
 * Brings `smooth` up to date: an exponential moving average without bias at the start,
 * s = Σ wⁿ⁻ⁱ xᵢ / Σ wⁿ⁻ⁱ. Values that are not numbers are passed on and leave the average alone.
 * Only new points are computed unless `smoothing` (0 to below 1) changed.
 */
export function smoothUp(series: MetricSeries, smoothing: number): void {
  if (series.smoothing !== smoothing) {
    series.smoothing = smoothing
    series.smoothedLength = 0
  }
  for (let i = series.smoothedLength; i < series.length; i++) {
    const value = series.value[i] ?? Number.NaN
    const before = i === 0 ? 0 : (series.weighted[i - 1] ?? 0)
    const weightBefore = i === 0 ? 0 : (series.weight[i - 1] ?? 0)
    if (Number.isFinite(value)) {
      series.weighted[i] = before * smoothing + value
      series.weight[i] = weightBefore * smoothing + 1
      series.smooth[i] = (series.weighted[i] ?? 0) / (series.weight[i] ?? 1)
    } else {
      series.weighted[i] = before
      series.weight[i] = weightBefore
      series.smooth[i] = Number.NaN
    }
  }
  series.smoothedLength = series.length
}

/** The index of the point nearest to a place on an axis (`keys` grow), or -1 if there is none. */
export function nearest(keys: Float64Array, length: number, wanted: number): number {
  if (length === 0) return -1
  const after = lowerBound(keys, length, wanted)
  if (after === 0) return 0
  if (after === length) return length - 1
  return wanted - (keys[after - 1] ?? 0) <= (keys[after] ?? 0) - wanted ? after - 1 : after
}

/** The value of the line between its points at a place; not-a-number outside them. */
export function valueBetween(keys: Float64Array, values: Float64Array, length: number, wanted: number): number {
  const after = lowerBound(keys, length, wanted)
  if (after >= length) return Number.NaN
  const key = keys[after] ?? 0
  if (key === wanted) return values[after] ?? Number.NaN
  if (after === 0) return Number.NaN
  const before = keys[after - 1] ?? 0
  const share = (wanted - before) / (key - before)
  return (values[after - 1] ?? Number.NaN) * (1 - share) + (values[after] ?? Number.NaN) * share
}
