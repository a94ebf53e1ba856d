// The label files of the answer heads. Visual Genome's "A man." and VQA's "man" are one label, in the normal form of
// the official evaluation (data formats 1). Read next: ../writers/vqa.ts.

import { normalAnswer } from '../../data/answer-text'

export interface AnswerLabels {
  readonly ans2label: Readonly<Record<string, number>>
  readonly label2ans: readonly string[]
}

/** Labels for the answers that occur at least so often, the most frequent first. */
export function answerLabels(answers: readonly string[], least: number): AnswerLabels {
  const counts = new Map<string, number>()
  for (const answer of answers) {
    const plain = normalAnswer(answer)
    counts.set(plain, (counts.get(plain) ?? 0) + 1)
  }
  const label2ans = [...counts]
    .filter(([, count]) => count >= least)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([answer]) => answer)
  return { label2ans, ans2label: Object.fromEntries(label2ans.map((answer, label) => [answer, label])) }
}
