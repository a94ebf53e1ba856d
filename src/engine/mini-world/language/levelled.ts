// Draws questions so that the kinds keep their shares and the answers of one kind stay level: the kind is drawn first,
// then of a few candidates the one whose answer was used least is kept. Read next: drawing.ts; pairs of pictures are in
// balanced-pairs.ts.

import type { RandomStream } from '../../random'
import type { Picture, Scene } from '../scene'
import { drawWeighted, leastUsed, newTally, type Tally, type Weighted } from './drawing'

export interface Drawn<T> {
  readonly picture: Picture
  readonly question: T
}

export type Maker<T> = (scene: Scene, stream: RandomStream) => T | null

export interface Levelling<T> {
  readonly makers: Weighted<Maker<T>>
  /** Answers with the same key are counted together. */
  key(question: T): string
  /** Questions that come along with one, about the same picture; often none. */
  along?(question: T, tally: Tally, stream: RandomStream): readonly T[]
}

const CANDIDATES = 4
const TRIES = 60

/** `count` questions, none twice about a picture; fewer if the pictures do not hold as many. */
export function drawQuestions<T extends { readonly text: string }>(pictures: readonly Picture[], count: number, levelling: Levelling<T>, stream: RandomStream): Drawn<T>[] {
  const tally = newTally()
  const seen = new Set<string>()
  const drawn: Drawn<T>[] = []
  const add = (picture: Picture, question: T): void => {
    const key = `${picture.scene.id}/${question.text}`
    if (seen.has(key) || drawn.length >= count) return
    seen.add(key)
    tally.add(levelling.key(question))
    drawn.push({ picture, question })
  }
  for (let attempt = 0; pictures.length > 0 && drawn.length < count && attempt < count * 10; attempt++) {
    const candidates = drawCandidates(pictures, drawWeighted(levelling.makers, stream), stream)
    const chosen = leastUsed(candidates, tally, ({ question }) => levelling.key(question))
    if (!chosen) continue
    add(chosen.picture, chosen.question)
    for (const other of levelling.along?.(chosen.question, tally, stream) ?? []) add(chosen.picture, other)
  }
  return drawn
}

function drawCandidates<T>(pictures: readonly Picture[], make: Maker<T>, stream: RandomStream): Drawn<T>[] {
  const candidates: Drawn<T>[] = []
  for (let attempt = 0; candidates.length < CANDIDATES && attempt < TRIES; attempt++) {
    const picture = stream.pick(pictures)
    const question = make(picture.scene, stream)
    if (question) candidates.push({ picture, question })
  }
  return candidates
}
