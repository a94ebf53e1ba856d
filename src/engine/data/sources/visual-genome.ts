// Visual Genome questions as published: question_answers.json (data formats 3). There is no official split: questions
// sorted by qa_id; with the real data val is the last 5,000, as in the reference, and there is no test split.
// Smaller data: the last tenth is test, the tenth before it val, cut between pictures where that is possible.

import type { Example, QuestionExample, SplitName } from '../example'
import { normalAnswer } from '../answer-text'
import { Fields } from '../published-file'
import type { FolderFiles, Reading, Source } from '../reading'

const EXPECTED = 'Visual Genome questions: a list of pictures with qas'
const REAL_QUESTIONS = 50_000
const REAL_VALIDATION = 5000

const fileOf = (files: FolderFiles): string | undefined =>
  files.matching(/(^|\/)question_answers\.json$/)[0] ?? files.matching(/question_answers\.json$/)[0]

export const visualGenome: Source = {
  dataset: 'vgqa',
  folder: 'visual_genome',
  expects: 'question_answers.json',
  splits: (files) => (fileOf(files) === undefined ? [] : ['train', 'val', 'test']),
  read(reading, split) {
    const questions = readQuestions(reading, fileOf(reading) ?? '').sort((a, b) => Number(a.id) - Number(b.id))
    const [from, to] = boundsOf(questions, split)
    return questions.slice(from, to)
  }
}

function readQuestions(reading: Reading, name: string): QuestionExample[] {
  const examples: QuestionExample[] = []
  const list = reading.json(name, EXPECTED)
  if (!Array.isArray(list)) {
    reading.problem(name, 'the whole file', `holds no list; expected ${EXPECTED}`)
    return examples
  }
  reading.each(name, list, (image) => {
    const id = image.id('id', 'image_id')
    reading.each(name, image.list('qas'), (pair) => examples.push(exampleOf(reading, id, pair)), (index) => `picture ${id}, question ${index + 1}`)
  }, (index) => `picture ${index + 1}`)
  return examples
}

function exampleOf(reading: Reading, image: string, pair: Fields): QuestionExample {
  return {
    kind: 'question', dataset: 'vgqa', id: pair.id('qa_id'), question: pair.words('question'),
    answers: { [normalAnswer(pair.text('answer'))]: 1 }, picture: reading.picture('vg', pair.has('image_id') ? pair.id('image_id') : image)
  }
}

function boundsOf(questions: readonly Example[], split: SplitName): [number, number] {
  const count = questions.length
  if (count > REAL_QUESTIONS) {
    const cut = count - REAL_VALIDATION
    return split === 'train' ? [0, cut] : split === 'val' ? [cut, count] : [count, count]
  }
  const first = cleanCut(questions, Math.floor(count * 0.8))
  const second = Math.max(first, cleanCut(questions, Math.floor(count * 0.9)))
  return split === 'train' ? [0, first] : split === 'val' ? [first, second] : [second, count]
}

/** The nearest place within 5 % of the questions where no picture lies on both sides; else the place itself. */
function cleanCut(questions: readonly Example[], wanted: number): number {
  const last = new Map<string, number>()
  questions.forEach((example, index) => last.set(pictureOf(example), index))
  const clean: number[] = []
  let reach = -1
  questions.forEach((example, index) => {
    if (index > reach && index > 0) clean.push(index)
    reach = Math.max(reach, last.get(pictureOf(example)) ?? index)
  })
  const near = clean.filter((place) => Math.abs(place - wanted) <= questions.length * 0.05)
  return near.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted
}

const pictureOf = (example: Example): string => (example.kind === 'statement' ? '' : example.picture.id)
