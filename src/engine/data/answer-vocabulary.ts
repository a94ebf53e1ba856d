// The answers that a head can give: read from the data set's trainval_label2ans.json / trainval_ans2label.json, or
// counted from the training answers where there is none (data formats 1 and 2). The order is the file's own and must
// not be recomputed for a trained model. Read next: ../tasks/question-answering.ts.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import { readJson, readPickle } from './published-file'

export interface AnswerVocabulary {
  readonly answers: readonly string[]
  /** Index of an answer text, or undefined if the head cannot give it. */
  index(answer: string): number | undefined
  /** Where it comes from, for reports. */
  readonly origin: string
}

export function answerVocabulary(answers: readonly string[], origin: string): AnswerVocabulary {
  const indexes = new Map(answers.map((answer, index) => [answer, index]))
  return { answers, index: (answer) => indexes.get(answer), origin }
}

const FILES = ['trainval_label2ans.json', 'cache/trainval_label2ans.json', 'trainval_label2ans.pkl', 'cache/trainval_label2ans.pkl'] as const
const EXPECTED = 'a list of answer texts'

/** The vocabulary file of a data set's folder, or null. */
export function readAnswerVocabulary(folder: string): AnswerVocabulary | null {
  const name = FILES.find((file) => existsSync(join(folder, file)))
  if (name === undefined) return null
  const path = join(folder, name)
  const list = name.endsWith('.pkl') ? readPickle(path, EXPECTED) : readJson(path, EXPECTED)
  if (!Array.isArray(list) || !list.every((answer): answer is string => typeof answer === 'string')) {
    throw new WorkbenchError(`${path} is not a list of texts; expected ${EXPECTED}, the index of an answer is its place in the list.`)
  }
  return answerVocabulary(list, path)
}

/** The most frequent training answers, most frequent first, ties by text; those with fewer than `least` questions stay out. */
export function countedVocabulary(answers: Iterable<string>, least: number, limit: number): AnswerVocabulary {
  const counts = new Map<string, number>()
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  const sorted = [...counts].filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return answerVocabulary(sorted.slice(0, limit).map(([answer]) => answer), `counted: answers of at least ${least} training questions`)
}
