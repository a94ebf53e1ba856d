// Seeded random streams. A stream is named by the seed and by what it is for, never shared: the order of the
// fifth pass over VQA is always the same, whatever else was drawn. So nothing random has to be saved in a
// checkpoint except counters. Read next: normal-numbers.ts (many at once), data/batcher.ts.

export interface RandomStream {
  /** A number in [0, 1) with 32 random bits. */
  next(): number
  /** An integer in [0, limit). */
  integer(limit: number): number
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(list: readonly T[]): T[]
  /** A standard normal number (Box–Muller). */
  normal(): number
  /** True with the given probability. */
  chance(probability: number): boolean
}

/** 32-bit FNV-1a hash of a text, then mixed (murmur finalizer). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** What names a stream. */
export type StreamName = readonly [seed: number, ...purpose: (string | number)[]]

/** Numbers that a generator draws before its stream begins. */
export const WARM_UP = 12

/** The three words that the generator of a stream starts with, before it is warmed up; its counter starts at 1. */
export function streamStart(...name: StreamName): [a: number, b: number, c: number] {
  const text = name.join('/')
  return [hashText(text), hashText(`${text}/b`), hashText(`${text}/c`)]
}

/** The stream of a seed and a purpose, for example `randomStream(1, 'order', 'vqa', 5)`. The generator is sfc32. */
export function randomStream(...name: StreamName): RandomStream {
  let [a, b, c] = streamStart(...name)
  let counter = 1
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let i = 0; i < WARM_UP; i++) bits()

  const next = (): number => bits() / 4294967296
  const integer = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    integer,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('Cannot pick from an empty list')
      return list[integer(list.length)] as T
    },
    shuffle<T>(list: readonly T[]): T[] {
      const copy = [...list]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        const kept = copy[i] as T
        copy[i] = copy[j] as T
        copy[j] = kept
      }
      return copy
    },
    normal(): number {
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      return radius * Math.cos(2 * Math.PI * next())
    },
    chance(probability: number): boolean {
      return next() < probability
    }
  }
}
