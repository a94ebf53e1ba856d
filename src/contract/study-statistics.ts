// The statistics of study tables, without random numbers: permutations and bootstrap resamples are enumerated where they
// are few and replaced by their normal limit where they are many. Read next: study-table.ts.

/** Plain mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Sample standard deviation (n − 1); null with fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** Up to so many pairs all 2^n sign flips are counted one by one. */
const ENUMERATED_SEEDS = 12
/** Up to so many unequal pairs the permutation distribution over examples is exact. */
const EXACT_EXAMPLES = 100
/** Scores of examples are multiples of this (soft accuracy: 0, 0.3, 0.6, 0.9, 1). */
const SCORE_GRAIN = 0.1
const TINY = 1e-9

/**
 * Two-sided p of the paired permutation test: the share of sign flips of the differences whose sum is at least as far
 * from 0 as the one found. Exact up to 12 pairs, normal limit above. Null without a pair.
 */
export function signFlipTest(differences: readonly number[]): number | null {
  if (differences.length === 0) return null
  if (differences.length > ENUMERATED_SEEDS) return normalLimit(differences)
  const found = Math.abs(differences.reduce((sum, value) => sum + value, 0))
  const flips = 2 ** differences.length
  let asFar = 0
  for (let flip = 0; flip < flips; flip++) {
    const sum = differences.reduce((total, value, index) => total + ((flip >> index) & 1 ? -value : value), 0)
    if (Math.abs(sum) >= found - TINY) asFar += 1
  }
  return asFar / flips
}

/**
 * The same test for many pairs (test examples). Exact by counting sums when few pairs are unequal and all differences
 * lie on the grain of scores; else the normal limit.
 */
export function exampleTest(differences: readonly number[]): number | null {
  if (differences.length === 0) return null
  const unequal = differences.filter((value) => Math.abs(value) > TINY)
  if (unequal.length === 0) return 1
  const units = unequal.map((value) => value / SCORE_GRAIN)
  const onGrain = units.every((value) => Math.abs(value - Math.round(value)) < 1e-6)
  return onGrain && unequal.length <= EXACT_EXAMPLES ? countedSums(units.map((value) => Math.abs(Math.round(value))), Math.abs(Math.round(units.reduce((a, b) => a + b, 0)))) : normalLimit(unequal)
}

/** Share of all sign patterns of `sizes` whose sum is at least `found` in absolute value, by counting sums. */
function countedSums(sizes: readonly number[], found: number): number {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  // chance[s + total]: the share of patterns of the sizes so far with sum s.
  let chance = new Float64Array(2 * total + 1)
  chance[total] = 1
  for (const size of sizes) {
    const next = new Float64Array(chance.length)
    for (let place = 0; place < chance.length; place++) {
      const share = chance[place] ?? 0
      if (share === 0) continue
      next[place + size] = (next[place + size] ?? 0) + share / 2
      next[place - size] = (next[place - size] ?? 0) + share / 2
    }
    chance = next
  }
  return Math.min(1, chance.reduce((sum, share, place) => (Math.abs(place - total) >= found ? sum + share : sum), 0))
}

/** Sign flips have mean 0 and variance Σd²; their sum is close to normal when there are many. */
function normalLimit(differences: readonly number[]): number {
  const sum = differences.reduce((total, value) => total + value, 0)
  const variance = differences.reduce((total, value) => total + value * value, 0)
  return variance === 0 ? 1 : twoSidedNormal(sum / Math.sqrt(variance))
}

/** Two-sided p of an average over groups of examples (the mean column): each group's mean difference weighs the same; of one group the test itself. */
export function stratifiedExampleTest(groups: readonly (readonly number[])[]): number | null {
  if (groups.length === 0 || groups.some((group) => group.length === 0)) return null
  if (groups.length === 1) return exampleTest(groups[0] ?? [])
  const total = groups.reduce((sum, group) => sum + mean(group), 0)
  const variance = groups.reduce((sum, group) => sum + group.reduce((part, value) => part + value * value, 0) / group.length ** 2, 0)
  return variance === 0 ? 1 : twoSidedNormal(total / Math.sqrt(variance))
}

/** P(|Z| ≥ |z|) of a standard normal Z, to about 1e-7 (complementary error function, Numerical Recipes' rational form). */
export function twoSidedNormal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.5 * x)
  const series = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277]
  const exponent = series.reduceRight((sum, coefficient) => sum * t + coefficient, 0)
  return Math.min(1, t * Math.exp(-x * x + exponent))
}

/**
 * Holm's correction: p values of a family of tests, so that the chance of one false difference or more stays under the level
 * that they are held against, whatever the tests have in common. In the order given.
 */
export function holm(ps: readonly number[]): number[] {
  const corrected = new Array<number>(ps.length).fill(1)
  const ascending = ps.map((p, place) => ({ p, place })).sort((a, b) => a.p - b.p)
  let least = 0
  ascending.forEach(({ p, place }, rank) => {
    least = Math.max(least, Math.min(1, p * (ps.length - rank)))
    corrected[place] = least
  })
  return corrected
}

/** Up to so many seeds all bootstrap resamples are counted. */
const ENUMERATED_RESAMPLES = 8

/**
 * 95 % interval of the mean by the bootstrap over seeds: the 2.5 % and 97.5 % points of the means of all n^n resamples
 * (counted, so nothing random); above 8 seeds mean ± 1.96 · sd/√n. Null with fewer than two values.
 */
export function bootstrapInterval(values: readonly number[]): [number, number] | null {
  const count = values.length
  const sd = standardDeviation(values)
  if (sd === null) return null
  if (count > ENUMERATED_RESAMPLES) return [mean(values) - (1.96 * sd) / Math.sqrt(count), mean(values) + (1.96 * sd) / Math.sqrt(count)]
  const resamples: { mean: number; share: number }[] = []
  const draw = (index: number, left: number, sum: number, ways: number): void => {
    const value = values[index] ?? 0
    if (index === count - 1) {
      resamples.push({ mean: (sum + left * value) / count, share: ways / count ** count })
      return
    }
    // Choosing `taken` of the places that are left for this value: binomial(left, taken) ways.
    for (let taken = 0, choices = 1; taken <= left; choices = (choices * (left - taken)) / (taken + 1), taken++) draw(index + 1, left - taken, sum + taken * value, ways * choices)
  }
  draw(0, count, 0, 1)
  resamples.sort((a, b) => a.mean - b.mean)
  return [pointAt(resamples, 0.025), pointAt(resamples, 0.975)]
}

function pointAt(resamples: readonly { readonly mean: number; readonly share: number }[], share: number): number {
  let below = 0
  for (const resample of resamples) {
    below += resample.share
    if (below >= share - TINY) return resample.mean
  }
  return resamples[resamples.length - 1]?.mean ?? Number.NaN
}
