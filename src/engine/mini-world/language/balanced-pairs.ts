// Draws questions in pairs, as VQA v2: the same question about two pictures with two different answers, and within a
// kind of question every answer about equally often. So neither the words nor their commonest answer give it away.
// Read next: questions.ts, writers/vqa.ts.

import type { RandomStream } from '../../random'
import type { Picture } from '../scene'
import { drawWeighted, leastUsed, newTally, type Weighted } from './drawing'
import { VQA_QUESTIONS, type Question, type QuestionMaker } from './questions'

export interface AskedQuestion {
  readonly picture: Picture
  readonly question: Question
  readonly answer: string
}

const CANDIDATES = 5
const PARTNER_TRIES = 120
const PARTNERS = 10

/** A question of the drawn kind with the answer that was least used so far. */
function drawQuestion(pictures: readonly Picture[], maker: QuestionMaker, tally: ReturnType<typeof newTally>, stream: RandomStream): AskedQuestion | null {
  const candidates: AskedQuestion[] = []
  for (let attempt = 0; candidates.length < CANDIDATES && attempt < CANDIDATES * 4; attempt++) {
    const picture = stream.pick(pictures)
    const question = maker(picture.scene, stream)
    const answer = question?.ask(picture.scene) ?? null
    if (question && answer !== null) candidates.push({ picture, question, answer })
  }
  return leastUsed(candidates, tally, ({ question, answer }) => `${question.kind}/${answer}`)
}

/** Another picture that answers the same question differently. */
function findPartner(pictures: readonly Picture[], first: AskedQuestion, tally: ReturnType<typeof newTally>, stream: RandomStream): AskedQuestion | null {
  const partners: AskedQuestion[] = []
  for (let attempt = 0; partners.length < PARTNERS && attempt < PARTNER_TRIES; attempt++) {
    const picture = stream.pick(pictures)
    const answer = first.question.ask(picture.scene)
    if (answer !== null && answer !== first.answer) partners.push({ picture, question: first.question, answer })
  }
  return leastUsed(partners, tally, ({ question, answer }) => `${question.kind}/${answer}`)
}

/** `count` questions (rounded down to pairs), no picture asked the same twice. */
export function balancedPairs(pictures: readonly Picture[], count: number, stream: RandomStream, makers: Weighted<QuestionMaker> = VQA_QUESTIONS): AskedQuestion[] {
  const asked: AskedQuestion[] = []
  const tally = newTally()
  const seen = new Set<string>()
  const limit = count * 6
  for (let attempt = 0; pictures.length > 1 && asked.length + 1 < count && attempt < limit; attempt++) {
    const first = drawQuestion(pictures, drawWeighted(makers, stream), tally, stream)
    const second = first && findPartner(pictures, first, tally, stream)
    if (!first || !second) continue
    const pair = [first, second]
    const keys = pair.map(({ picture, question }) => `${picture.scene.id}/${question.text}`)
    if (keys.some((key) => seen.has(key))) continue
    for (const key of keys) seen.add(key)
    for (const { question, answer } of pair) tally.add(`${question.kind}/${answer}`)
    asked.push(...pair)
  }
  return asked
}
