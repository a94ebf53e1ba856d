// Rows of a parity report: one number of the reference against ours, how it is compared and how far it may be off.
// Read next: run-parity.ts, parity-folder.ts.

export interface ParityRow {
  readonly name: string
  /** `absolute`: largest difference; `relative`: the same over the largest expected number; `identical`: 0 or infinity. */
  readonly kind: 'absolute' | 'relative' | 'identical'
  readonly difference: number
  readonly limit: number
  readonly passed: boolean
}

export interface ParitySection {
  readonly title: string
  readonly rows: readonly ParityRow[]
}

/** What a folder of the reference's numbers gave. */
export interface FolderReport {
  readonly folder: string
  readonly kind: 'model' | 'pretraining' | 'traces' | 'shapes'
  readonly sections: readonly ParitySection[]
  readonly passed: boolean
}

export function folderReport(folder: string, kind: FolderReport['kind'], sections: readonly ParitySection[]): FolderReport {
  return { folder, kind, sections, passed: sections.every(({ rows }) => rows.length > 0 && rows.every(({ passed }) => passed)) }
}

/** Largest absolute difference; another length is infinitely far away. */
export function absoluteRow(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, limit: number): ParityRow {
  const difference = furthest(actual, expected)
  return { name, kind: 'absolute', difference, limit, passed: difference <= limit }
}

/**
 * Largest difference over the largest expected number. Key biases have a gradient of exactly 0 in theory and rounding near
 * 1e-8 in practice, so nothing is measured against less than `least`.
 */
export function relativeRow(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, limit: number, least = 1e-5): ParityRow {
  let scale = least
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i] ?? 0))
  const difference = furthest(actual, expected) / scale
  return { name, kind: 'relative', difference, limit, passed: difference <= limit }
}

/** Equal as JSON. */
export function identicalRow(name: string, actual: unknown, expected: unknown): ParityRow {
  const same = JSON.stringify(actual) === JSON.stringify(expected)
  return { name, kind: 'identical', difference: same ? 0 : Infinity, limit: 0, passed: same }
}

/** The largest of |actual − expected|. */
export function furthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity
  let largest = 0
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN))
    if (!(off <= largest)) largest = Number.isNaN(off) ? Infinity : off
  }
  return largest
}

/** The root of the sum of squares. */
export function lengthOf(values: ArrayLike<number>): number {
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i] ?? 0) ** 2
  return Math.sqrt(squares)
}
