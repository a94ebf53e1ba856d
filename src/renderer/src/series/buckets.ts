// Points → what a chart can show: in each pixel column the lowest and the highest point, so that no peak is lost
// however long the run is. Pure. Read next: ../charts/task-chart.ts.

import { lowerBound } from './metric-series'

export type ChartPoint = [number, number]

/**
 * At most two points for each of `columns` equal parts of [from, to]: the smallest and the largest value, in their
 * order. The neighbours just outside the range are kept so that lines run to the edge. Not-a-number stays a gap.
 */
export function minMaxBuckets(
  x: Float64Array, y: Float64Array, length: number, from: number, to: number, columns: number
): ChartPoint[] {
  const first = Math.max(0, lowerBound(x, length, from) - 1)
  const end = lowerBound(x, length, to)
  const last = Math.min(length, end + (x[end] === to ? 2 : 1))
  const points: ChartPoint[] = []
  if (last - first <= columns * 2) {
    for (let i = first; i < last; i++) points.push([x[i] ?? 0, y[i] ?? Number.NaN])
    return points
  }
  const width = (to - from) / columns
  let start = first
  while (start < last) {
    const column = Math.floor(((x[start] ?? 0) - from) / width)
    const border = from + (column + 1) * width
    let next = start + 1
    while (next < last && (x[next] ?? 0) < border) next += 1
    pushExtremes(points, x, y, start, next)
    start = next
  }
  return points
}

function pushExtremes(points: ChartPoint[], x: Float64Array, y: Float64Array, start: number, end: number): void {
  let low = -1
  let high = -1
  let gap = -1
  for (let i = start; i < end; i++) {
    const value = y[i] ?? Number.NaN
    if (!Number.isFinite(value)) gap = i
    else {
      if (low < 0 || value < (y[low] ?? 0)) low = i
      if (high < 0 || value > (y[high] ?? 0)) high = i
    }
  }
  const kept = [...new Set([low, high, gap])].filter((index) => index >= 0).sort((a, b) => a - b)
  for (const index of kept) points.push([x[index] ?? 0, y[index] ?? Number.NaN])
}
