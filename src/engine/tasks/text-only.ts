// The most frequent value of training texts like a text: the exact text, else shorter and shorter beginnings of it.
// Used by region-guess.ts; answers and labels have mini-world/text-only.ts, which votes by words too.

type Weights = Readonly<Record<string, number>>

const BEGINNINGS = [8, 6, 5, 4, 3, 2, 1]
/** A beginning counts when it was seen at least so often; the exact text at least twice. */
const LEAST = 5

const normal = (text: string): string => text.toLowerCase().replace(/[^a-z0-9' ]+/g, ' ').trim()

/** Keys of a text from the most exact to the vaguest. */
function keysOf(text: string): string[] {
  const words = normal(text).split(/\s+/)
  return [`=${words.join(' ')}`, ...BEGINNINGS.filter((count) => count <= words.length).map((count) => words.slice(0, count).join(' ')), '']
}

/** A guesser of the answer from the text, learned from training rows. */
export function byText(rows: readonly { readonly text: string; readonly answers: Weights }[]): (text: string) => string | undefined {
  const seen = new Map<string, { sums: Map<string, number>; count: number }>()
  for (const { text, answers } of rows) {
    for (const key of keysOf(text)) {
      const entry = seen.get(key) ?? { sums: new Map<string, number>(), count: 0 }
      entry.count++
      for (const [answer, weight] of Object.entries(answers)) entry.sums.set(answer, (entry.sums.get(answer) ?? 0) + weight)
      seen.set(key, entry)
    }
  }
  const best = new Map([...seen].map(([key, entry]): [string, { answer: string | undefined; count: number }] =>
    [key, { count: entry.count, answer: [...entry.sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] }]))
  return (text) => {
    for (const key of keysOf(text)) {
      const entry = best.get(key)
      const least = key.startsWith('=') ? 2 : key === '' ? 1 : LEAST
      if (entry?.answer !== undefined && entry.count >= least) return entry.answer
    }
    return undefined
  }
}
