// What can be scored without looking at a picture: the best constant answer, and a guess from the words alone. Both
// are shown beside every score, for a task counts as learned only above them (the rules of the mini-world).
// Read next: language/balanced-pairs.ts, which keeps these numbers low.

/** A text and the score, 0 to 1, of each right answer (a label, an answer text). */
export interface TextAnswer {
  readonly text: string
  readonly answers: Readonly<Record<string, number>>
}

export interface TextOnlyScores {
  /** Score of the training set's best single answer on the held-out examples, percent. */
  readonly constant: number
  /** Score of the better of two guesses from the words: look-up and word votes, percent. */
  readonly textOnly: number
}

/** Shortest beginnings that the look-up falls back to, and how often one must have been seen. */
const LONGEST_BEGINNING = 6
const LEAST_SEEN = 2

type Scores = Map<string, number>

const wordsIn = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? []

function addScores(scores: Scores, answers: TextAnswer['answers']): void {
  for (const [answer, score] of Object.entries(answers)) scores.set(answer, (scores.get(answer) ?? 0) + score)
}

function bestOf(scores: Scores): string | null {
  let best: string | null = null
  let highest = -Infinity
  for (const [answer, score] of scores) {
    if (score > highest) {
      highest = score
      best = answer
    }
  }
  return best
}

/** The keys of a text from the whole sentence down to its first word. */
function beginnings(text: string): string[] {
  const words = wordsIn(text)
  const lengths = Array.from({ length: Math.min(LONGEST_BEGINNING, words.length) }, (_, i) => Math.min(LONGEST_BEGINNING, words.length) - i)
  return [`=${words.join(' ')}`, ...lengths.map((length) => words.slice(0, length).join(' '))]
}

/** Majority answer of the exact sentence, else of its longest beginning seen in training. */
function lookUp(train: readonly TextAnswer[]): (text: string) => string | null {
  const known = new Map<string, { seen: number; scores: Scores }>()
  for (const { text, answers } of train) {
    for (const key of beginnings(text)) {
      const entry = known.get(key) ?? { seen: 0, scores: new Map() }
      entry.seen++
      addScores(entry.scores, answers)
      known.set(key, entry)
    }
  }
  return (text) => {
    for (const key of beginnings(text)) {
      const entry = known.get(key)
      if (entry && entry.seen >= LEAST_SEEN) return bestOf(entry.scores)
    }
    return null
  }
}

/** Words and pairs of neighbours, each once. */
function features(text: string): Set<string> {
  const words = wordsIn(text)
  return new Set([...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)])
}

/** Naive Bayes over words and word pairs: finds "red or blue" where no beginning was seen. */
function wordVotes(train: readonly TextAnswer[]): (text: string) => string | null {
  const prior: Scores = new Map()
  const byFeature = new Map<string, Scores>()
  for (const { text, answers } of train) {
    addScores(prior, answers)
    for (const feature of features(text)) {
      const scores = byFeature.get(feature) ?? new Map<string, number>()
      addScores(scores, answers)
      byFeature.set(feature, scores)
    }
  }
  return (text) => {
    const seen = [...features(text)].flatMap((feature) => byFeature.get(feature) ?? [])
    const candidates = new Set(seen.flatMap((scores) => [...scores.keys()]))
    const votes: Scores = new Map()
    for (const answer of candidates) {
      const total = prior.get(answer) ?? 0
      const likelihood = seen.reduce((sum, scores) => sum + Math.log(((scores.get(answer) ?? 0) + 0.1) / (total + 1)), 0)
      votes.set(answer, Math.log(total + 1e-9) + likelihood)
    }
    return bestOf(votes)
  }
}

function meanScore(heldOut: readonly TextAnswer[], guess: (text: string) => string | null): number {
  const sum = heldOut.reduce((total, { text, answers }) => total + (answers[guess(text) ?? ''] ?? 0), 0)
  return heldOut.length === 0 ? 0 : (100 * sum) / heldOut.length
}

/** Learns from the training texts and scores both guesses on held-out ones. */
export function textOnlyGuess(train: readonly TextAnswer[], heldOut: readonly TextAnswer[]): TextOnlyScores {
  const totals: Scores = new Map()
  for (const { answers } of train) addScores(totals, answers)
  const commonest = bestOf(totals)
  const look = lookUp(train)
  return {
    constant: meanScore(heldOut, () => commonest),
    textOnly: Math.max(meanScore(heldOut, (text) => look(text) ?? commonest), meanScore(heldOut, wordVotes(train)))
  }
}
