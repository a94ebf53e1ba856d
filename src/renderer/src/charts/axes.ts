// Round ends and labels of chart axes. Pure. Score axes run on fives from just under the guess to just over the
// best; loss axes from zero (visual language, section 5).

import { roundStep, shortCount, whole } from '../numbers'
import type { XAxis } from '../stores/chart-view'

export interface Extent {
  readonly min: number
  readonly max: number
}

/** In percent, on fives, or on tens where the span is wide. Not-a-number values are ignored. */
export function scoreExtent(fractions: readonly number[]): Extent {
  const known = fractions.filter(Number.isFinite).map((value) => value * 100)
  if (known.length === 0) return { min: 0, max: 100 }
  const low = Math.min(...known)
  const high = Math.max(...known)
  const step = high - low > 50 ? 10 : 5
  const min = Math.max(0, Math.floor((low - 1) / step) * step)
  const max = Math.min(100, Math.ceil((high + 1) / step) * step)
  return max > min ? { min, max } : { min: Math.max(0, max - step), max: Math.min(100, min + step) }
}

/** From zero to a round number over the largest finite value; logarithmic axes start at a power of ten below. */
export function lossExtent(values: readonly number[], log: boolean): Extent {
  const known = values.filter((value) => Number.isFinite(value) && value >= 0)
  const high = known.length === 0 ? 1 : Math.max(...known, 1e-6)
  if (log) {
    const positive = known.filter((value) => value > 0)
    const low = positive.length === 0 ? 0.1 : Math.min(...positive)
    const max = 10 ** Math.ceil(Math.log10(high))
    return { min: Math.min(10 ** Math.floor(Math.log10(low)), max / 10), max }
  }
  const step = roundStep(high, 4)
  return { min: 0, max: Math.ceil((high * 1.001) / step) * step }
}

/** A number of a loss axis with as few digits as its size needs. */
export function lossTick(value: number): string {
  if (value === 0) return '0'
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}

const MINUTE = 60
const HOUR = 3600

/** The step between labels, whole in the unit that is shown. */
export function xStep(axis: XAxis, span: number, count: number): number {
  if (axis === 'iteration') return Math.max(1, roundStep(span, count))
  const unit = span > 2 * HOUR ? HOUR : span > 2 * MINUTE ? MINUTE : 1
  return Math.max(unit === 1 ? 1 : unit / 2, roundStep(span / unit, count) * unit)
}

/** Iterations as 0, 1k, 2k in small charts and 1,000 in large ones; time in the unit of the span. */
export function xLabel(axis: XAxis, value: number, span: number, large: boolean): string {
  if (axis === 'iteration') return large ? whole(value) : shortCount(value)
  if (value === 0) return '0'
  if (span > 2 * HOUR) return `${Number((value / HOUR).toFixed(1))} h`
  if (span > 2 * MINUTE) return `${Number((value / MINUTE).toFixed(1))} min`
  return `${Math.round(value)} s`
}
