// Numbers as they are written everywhere in the window (visual language, section 5): a true minus, a space before
// every unit, thousands with a comma, times in words. Pure.

const MINUS = '−'
export const NOTHING = '–'

function minus(text: string): string {
  return text.replace('-', MINUS)
}

/** 3412 → "3,412". */
export function whole(value: number): string {
  return minus(String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ','))
}

/** A fraction as percent: 0.61972 → "62.0", with two digits "61.97". The unit is set beside it. */
export function percent(fraction: number, digits = 1): string {
  return Number.isFinite(fraction) ? minus((fraction * 100).toFixed(digits)) : NOTHING
}

/** A difference of fractions in points, always with its sign: 0.026 → "+2.6"; what rounds to zero is "0.0". */
export function points(fraction: number, digits = 1): string {
  if (!Number.isFinite(fraction)) return NOTHING
  const text = Math.abs(fraction * 100).toFixed(digits)
  if (Number(text) === 0) return text
  return `${fraction > 0 ? '+' : MINUS}${text}`
}

/** The class of a difference: better, worse, or none where it rounds to zero. */
export function tone(fraction: number, digits = 1): 'better' | 'worse' | '' {
  if (!Number.isFinite(fraction) || Number((fraction * 100).toFixed(digits)) === 0) return ''
  return fraction > 0 ? 'better' : 'worse'
}

/** Three digits after the point: 0.617. */
export function loss(value: number): string {
  return Number.isFinite(value) ? minus(value.toFixed(3)) : 'not a number'
}

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹'
}

/** 0.00002 → "2.0 × 10⁻⁵". */
export function rate(value: number): string {
  if (value === 0) return '0'
  const [mantissa, exponent] = value.toExponential(1).split('e')
  const power = String(Number(exponent))
  return `${minus(mantissa ?? '')} × 10${[...power].map((digit) => SUPERSCRIPTS[digit] ?? '').join('')}`
}

/** Seconds in words, two units at most: "12 min 34 s", "1 h 12 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return NOTHING
  const total = Math.round(seconds)
  if (total < 60) return `${total} s`
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return total % 60 === 0 ? `${minutes} min` : `${minutes} min ${total % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** One unit only, for narrow places: "12 min", "45 s". */
export function shortDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return NOTHING
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return duration(seconds)
}

const GIGA = 1024 ** 3
const MEGA = 1024 ** 2

/** Bytes with the unit that gives two to four digits: "64.1 MB", "9.4 GB". */
export function bytes(value: number): string {
  if (value >= GIGA) return `${(value / GIGA).toFixed(value >= 100 * GIGA ? 0 : 1)} GB`
  if (value >= MEGA) return `${(value / MEGA).toFixed(1)} MB`
  return `${Math.ceil(value / 1024)} kB`
}

/** Memory in use, one digit after the point: "9.4". */
export function gigabytes(value: number): string {
  return (value / GIGA).toFixed(value >= 100 * GIGA ? 0 : 1)
}

/** What a computer has, without needless digits: "16", "7.8". */
export function totalGigabytes(value: number): string {
  return String(Number((value / GIGA).toFixed(value >= 100 * GIGA ? 0 : 1)))
}

/** 1,843,210 → "1.84 million". */
export function millions(value: number): string {
  return `${(value / 1e6).toFixed(2)} million`
}

/** 0, 500, 1k, 1.5k, 20k: iterations on small axes. */
export function shortCount(value: number): string {
  if (Math.abs(value) < 1000) return minus(String(Math.round(value * 100) / 100))
  if (Math.abs(value) < 1_000_000) return `${minus(String(Math.round(value / 100) / 10))}k`
  return `${minus(String(Math.round(value / 100_000) / 10))}M`
}

/** "14:02" today, "22 Nov, 14:02" otherwise. */
export function clock(time: number, now: number): string {
  const date = new Date(time)
  const hour = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
  if (date.toDateString() === new Date(now).toDateString()) return hour
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${hour}`
}

/** The step of an axis so that about `count` whole, round steps cover `span`. */
export function roundStep(span: number, count: number): number {
  if (!(span > 0)) return 1
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10
  return factor * power
}
