// GQA as published: balanced questions, one dict of id → question a file (data formats 2). With the real data train
// takes validation too, except the last 3,000 (spec 3.2); the test split is testdev.

import type { Example, SplitName } from '../example'
import { Fields } from '../published-file'
import type { FolderFiles, Reading, Source } from '../reading'

const EXPECTED = 'GQA questions: an object of question id to question'
const FILES: Readonly<Record<SplitName, RegExp>> = {
  train: /(^|[/_])train_.*questions.*\.json$|_train_\w*questions\.json$/, val: /(^|\/)val_.*questions.*\.json$/, test: /(^|\/)testdev_.*questions.*\.json$/
}
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']
const MINVAL = 3000
const REAL_VALIDATION = 100_000

/** The balanced file where there is one. */
function filesOf(files: FolderFiles, split: SplitName): string[] {
  const found = files.matching(FILES[split])
  const balanced = found.filter((name) => name.includes('balanced'))
  return balanced.length > 0 ? balanced : found
}

export const gqa: Source = {
  dataset: 'gqa',
  folder: 'gqa',
  expects: '{train,val,testdev}_balanced_questions.json',
  splits: (files) => SPLITS.filter((split) => filesOf(files, split).length > 0),
  read(reading, split) {
    const own = readFiles(reading, split)
    if (split === 'test') return own
    const validation = split === 'val' ? own : readFiles(reading, 'val')
    if (validation.length < REAL_VALIDATION) return own
    const all = [...(split === 'val' ? readFiles(reading, 'train') : own), ...validation].sort((a, b) => (a.id < b.id ? -1 : 1))
    return split === 'val' ? all.slice(-MINVAL) : all.slice(0, -MINVAL)
  }
}

function readFiles(reading: Reading, split: SplitName): Example[] {
  const examples: Example[] = []
  for (const name of filesOf(reading, split)) {
    for (const [id, value] of Fields.of(reading.json(name, EXPECTED)).entries()) {
      reading.each(name, [value], (question) => examples.push(questionOf(reading, id, question)), () => `question ${id}`)
    }
  }
  return examples
}

/** imageId is a text: a Visual Genome number, or n and a number. Questions of the hidden tests have no answer. */
function questionOf(reading: Reading, id: string, question: Fields): Example {
  const types = question.has('types') ? question.fields('types') : undefined
  const entailed = question.has('entailed') ? question.list('entailed').map(String).filter((other) => other !== id) : []
  return {
    kind: 'question', dataset: 'gqa', id, question: question.words('question'),
    answers: question.has('answer') ? { [question.text('answer')]: 1 } : {}, entailed,
    ...(types?.has('structural') ? { sort: types.text('structural') } : {}),
    picture: reading.picture('vg', question.id('imageId'))
  }
}
