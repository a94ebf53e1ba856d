// Grounding consistency (spec section 6): is a model that answers a question about a thing also able to find that thing? All
// pairs of a question and an expression on one picture, weighted by the nouns and adjectives that they share.
// Read next: measure-grounding.ts, which asks a model.

import { contentWords } from './content-words'

/** A question or an expression with what the model made of it. */
export interface Judged {
  /** Id of the picture in one pool. */
  readonly picture: string
  readonly text: string
  readonly right: boolean
}

export interface GroundingConsistency {
  /** Σ d · [question right and expression right] / Σ d; null if no pair shares a word. */
  readonly consistency: number | null
  /** What two skills without a connection would give: the product of the two weighted shares below. */
  readonly ifIndependent: number | null
  /** Weighted shares of pairs with a right question, and with a right expression. */
  readonly questionsRight: number | null
  readonly expressionsRight: number | null
  /** All pairs on common pictures, those that share a word, and Σ d. */
  readonly pairs: number
  readonly sharingPairs: number
  readonly weight: number
  /** Pictures with both. */
  readonly pictures: number
}

export function groundingConsistency(questions: readonly Judged[], expressions: readonly Judged[]): GroundingConsistency {
  const asked = byPicture(questions)
  const named = byPicture(expressions)
  const sums = { pairs: 0, sharingPairs: 0, weight: 0, both: 0, question: 0, expression: 0 }
  let pictures = 0
  for (const [picture, own] of asked) {
    const others = named.get(picture)
    if (!others) continue
    pictures++
    for (const question of own) {
      for (const expression of others) {
        const shared = sharedWords(question.words, expression.words)
        sums.pairs++
        if (shared === 0) continue
        sums.sharingPairs++
        sums.weight += shared
        if (question.right) sums.question += shared
        if (expression.right) sums.expression += shared
        if (question.right && expression.right) sums.both += shared
      }
    }
  }
  const share = (sum: number): number | null => (sums.weight === 0 ? null : sum / sums.weight)
  const [questionsRight, expressionsRight] = [share(sums.question), share(sums.expression)]
  return {
    consistency: share(sums.both), questionsRight, expressionsRight, pictures, pairs: sums.pairs, sharingPairs: sums.sharingPairs, weight: sums.weight,
    ifIndependent: questionsRight === null || expressionsRight === null ? null : questionsRight * expressionsRight
  }
}

interface Words {
  readonly words: ReadonlySet<string>
  readonly right: boolean
}

function byPicture(list: readonly Judged[]): Map<string, Words[]> {
  const found = new Map<string, Words[]>()
  for (const { picture, text, right } of list) {
    const own = found.get(picture)
    const words = { words: new Set(contentWords(text)), right }
    if (own) own.push(words)
    else found.set(picture, [words])
  }
  return found
}

function sharedWords(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let count = 0
  for (const word of a) if (b.has(word)) count++
  return count
}
