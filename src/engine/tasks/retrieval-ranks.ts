// Ranks of the right picture and what is made of them (spec 7): R@1, R@5, R@10, median and mean rank. Read next: ranking.ts.

/**
 * Rank of the right picture among a caption's scores, from 0: how many others score at least as high, so that equal
 * scores never help, nor scores that are no numbers.
 */
export function rankOf(scores: ArrayLike<number>, right: number): number {
  const own = scores[right] ?? Number.NaN
  let better = 0
  for (let picture = 0; picture < scores.length; picture++) if (picture !== right && !((scores[picture] ?? 0) < own)) better++
  return better
}

/** Shares of ranks (from 0) below 1, 5 and 10; median and mean count from 1, the median is floor(median + 1) as in the reference. */
export function rankMetrics(given: Iterable<number>): Readonly<Record<string, number>> {
  const ranks = [...given].sort((a, b) => a - b)
  const within = (k: number): number => ranks.filter((rank) => rank < k).length / Math.max(1, ranks.length)
  const middle = ranks.length / 2
  const median = ranks.length === 0 ? 0 : ((ranks[Math.ceil(middle) - 1] ?? 0) + (ranks[Math.floor(middle)] ?? 0)) / 2
  return {
    'R@1': within(1), 'R@5': within(5), 'R@10': within(10), 'median rank': Math.floor(median + 1),
    'mean rank': ranks.length === 0 ? 0 : ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length + 1
  }
}

/** Places of the highest scores, best first, the first of equals. */
export function bestPlaces(scores: ArrayLike<number>, count: number): number[] {
  return Array.from(scores, (_, place) => place).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, count)
}
