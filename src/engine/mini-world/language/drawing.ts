// How grammars draw: weighted choices, and tallies that keep answers level so that the words alone say little.
// Read next: questions.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'

export type Weighted<T> = readonly (readonly [weight: number, value: T])[]

/** One value, drawn in proportion to its weight. */
export function drawWeighted<T>(choices: Weighted<T>, stream: RandomStream): T {
  let rest = stream.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, value] of choices) {
    rest -= weight
    if (rest < 0) return value
  }
  return at(choices, choices.length - 1)[1]
}

/** Counts how often something was used. */
export interface Tally {
  count(key: string): number
  add(key: string): void
}

export function newTally(): Tally {
  const counts = new Map<string, number>()
  return {
    count: (key) => counts.get(key) ?? 0,
    add: (key) => void counts.set(key, (counts.get(key) ?? 0) + 1)
  }
}

/** The candidate whose key was used least so far; the first of equals. */
export function leastUsed<T>(candidates: readonly T[], tally: Tally, key: (candidate: T) => string): T | null {
  let best: T | null = null
  let lowest = Infinity
  for (const candidate of candidates) {
    const count = tally.count(key(candidate))
    if (count < lowest) {
      lowest = count
      best = candidate
    }
  }
  return best
}

/** Splits items into two halves by a test, each in order. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return groups
}
