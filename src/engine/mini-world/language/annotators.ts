// Ten simulated people answer each VQA question. Most agree; some use another word, miscount by one or slip, so the
// soft scores min(1, n/3) of VQA are real ones. Read next: writers/vqa.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { CATEGORIES } from '../catalog'
import { nounsOf } from './words'

export interface Annotation {
  readonly answer: string
  readonly answer_confidence: 'yes' | 'maybe' | 'no'
  readonly answer_id: number
}

const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  red: ['orange'], orange: ['red', 'yellow'], yellow: ['orange'], blue: ['purple'], purple: ['blue'], green: ['blue'],
  white: ['gray'], black: ['dark'], meadow: ['field', 'grass'], beach: ['sand'], street: ['road'], room: ['inside'],
  snow: ['outside'], large: ['big'], small: ['little'], left: ['left side'], right: ['right side'], yes: ['no'], no: ['yes']
}

const categoryNames: ReadonlySet<string> = new Set(CATEGORIES.map((category) => category.name))

function alternatives(answer: string): readonly string[] {
  if (/^\d+$/.test(answer)) return [String(Number(answer) + 1), String(Math.max(0, Number(answer) - 1))]
  if (categoryNames.has(answer)) return nounsOf(answer)
  return OTHER_WORDS[answer] ?? [answer]
}

/** Ten answers, the true one always the most frequent. */
export function tenAnswers(answer: string, stream: RandomStream): Annotation[] {
  const slips = stream.pick([0, 0, 0, 0.08, 0.08, 0.25]) * (answer === 'yes' || answer === 'no' ? 0.4 : 1)
  const people = Array.from({ length: 10 }, (_, i) => {
    const slip = i > 5 ? stream.chance(slips * 2.5) : false
    return slip ? stream.pick(alternatives(answer)) : answer
  })
  return stream.shuffle(people).map((given, i) => ({
    answer: given,
    answer_confidence: given !== answer ? stream.pick(['maybe', 'no'] as const) : stream.chance(0.9 - slips) ? 'yes' : 'maybe',
    answer_id: i + 1
  }))
}

/** The most frequent answer, as `multiple_choice_answer` has it. */
export function commonAnswer(answers: readonly Annotation[]): string {
  const counts = new Map<string, number>()
  for (const { answer } of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return at([...counts.entries()].sort((a, b) => b[1] - a[1]), 0)[0]
}
