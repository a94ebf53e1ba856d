// Draws questions so that the answers of one kind stay level: of a few candidates, the one whose answer was used least
// is kept. Read next: drawing.ts; pairs of pictures are in balanced-pairs.ts.

import type { RandomStream } from '../../random'
import type { Picture, Scene } from '../scene'
import { leastUsed, newTally } from './drawing'

export interface Drawn<T> {
  readonly picture: Picture
  readonly question: T
}

const CANDIDATES = 4

/** `count` questions, none twice about a picture; fewer if the pictures do not hold as many. */
export function drawQuestions<T extends { readonly text: string; readonly kind: string }>(
  pictures: readonly Picture[], count: number, make: (scene: Scene, stream: RandomStream) => T | null,
  answerKey: (question: T) => string, stream: RandomStream
): Drawn<T>[] {
  const tally = newTally()
  const seen = new Set<string>()
  const drawn: Drawn<T>[] = []
  for (let attempt = 0; pictures.length > 0 && drawn.length < count && attempt < count * 10; attempt++) {
    const candidates = candidatesOfOneKind(pictures, make, stream)
    const chosen = leastUsed(candidates, tally, ({ question }) => answerKey(question))
    if (!chosen) continue
    const key = `${chosen.picture.scene.id}/${chosen.question.text}`
    if (seen.has(key)) continue
    seen.add(key)
    tally.add(answerKey(chosen.question))
    drawn.push(chosen)
  }
  return drawn
}

/** Candidates of the kind that the first draw gave, so that levelling answers leaves the mix of kinds as it is. */
function candidatesOfOneKind<T extends { readonly kind: string }>(pictures: readonly Picture[], make: (scene: Scene, stream: RandomStream) => T | null, stream: RandomStream): Drawn<T>[] {
  const candidates: Drawn<T>[] = []
  for (let attempt = 0; candidates.length < CANDIDATES && attempt < CANDIDATES * 20; attempt++) {
    const picture = stream.pick(pictures)
    const question = make(picture.scene, stream)
    if (question && (candidates.length === 0 || question.kind === candidates[0]?.question.kind)) candidates.push({ picture, question })
  }
  return candidates
}
