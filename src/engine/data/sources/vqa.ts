// VQAv2 as published: questions and annotations joined on question_id, ten answers each (data formats 1). With the
// real data train takes the validation questions too, except the last 3,000 (spec 3.2: trainval and minval).

import type { Example, SplitName } from '../example'
import { Fields, readText } from '../published-file'
import type { FolderFiles, Reading, Source } from '../reading'

const EXPECTED = 'VQA questions: a header and a list of questions'
const MINVAL = 3000
/** Below this many validation questions the data is not the real one and its splits stay as they are. */
const REAL_VALIDATION = 100_000
/** 0–10 equal answers → soft score; the official measure averaged over the ten leave-one-out groups gives the same. */
const SOFT = [0, 0.3, 0.6, 0.9, 1]
const SUBTYPES: Readonly<Record<SplitName, RegExp>> = { train: /train/i, val: /val/i, test: /test/i }
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']

/** The split of a file by its name, or by its header where the name does not tell. */
function splitOf(files: FolderFiles, name: string, header: (name: string) => string): SplitName | undefined {
  const published = /(train2014|val2014|test2015)/.exec(name)?.[1] ?? (/test-dev/.test(name) ? '' : header(name))
  return SPLITS.find((split) => SUBTYPES[split].test(published))
}

export const vqa: Source = {
  dataset: 'vqa',
  folder: 'vqa',
  expects: 'v2_OpenEnded_mscoco_{train2014,val2014,test2015}_questions.json with v2_mscoco_{train2014,val2014}_annotations.json',
  splits: (files) => SPLITS.filter((split) => questionFiles(files, split).length > 0),
  read(reading, split) {
    const own = readFiles(reading, split)
    if (split === 'test') return own
    const validation = split === 'val' ? own : questionFiles(reading, 'val').length > 0 ? readFiles(reading, 'val') : []
    if (validation.length < REAL_VALIDATION) return own
    const sorted = validation.sort((a, b) => Number(a.id) - Number(b.id))
    return split === 'val' ? sorted.slice(-MINVAL) : [...own.sort((a, b) => Number(a.id) - Number(b.id)), ...sorted.slice(0, -MINVAL)]
  }
}

function questionFiles(files: FolderFiles, split: SplitName): string[] {
  return files.matching(/questions.*\.json$/i).filter((name) => splitOf(files, name, (file) => headerOf(files, file)) === split)
}

const headers = new Map<string, string>()
/** `data_subtype` of a file with an unpublished name, without parsing all of it. */
function headerOf(files: FolderFiles, name: string): string {
  const path = `${files.path}/${name}`
  const known = headers.get(path)
  if (known !== undefined) return known
  const found = /"data_subtype"\s*:\s*"([^"]*)"/.exec(readText(path, EXPECTED))?.[1] ?? ''
  headers.set(path, found)
  return found
}

function readFiles(reading: Reading, split: SplitName): Example[] {
  return questionFiles(reading, split).flatMap((name) => {
    const answers = readAnnotations(reading, name, split)
    const examples: Example[] = []
    const file = Fields.of(reading.json(name, EXPECTED))
    reading.each(name, file.list('questions'), (question) => {
      const id = question.id('question_id')
      const image = question.id('image_id')
      const annotation = answers.get(id)
      if (!annotation && split !== 'test') reading.problem(name, `question ${id}`, 'has no annotation; it stays as a question without an answer')
      examples.push({
        kind: 'question', dataset: 'vqa', id, question: question.words('question'), answers: annotation?.scores ?? {},
        ...(annotation?.sort === undefined ? {} : { sort: annotation.sort }), picture: reading.picture('coco', image)
      })
    }, (index) => `question ${index + 1}`)
    return examples
  })
}

interface Annotation {
  readonly scores: Readonly<Record<string, number>>
  readonly sort?: string
}

function readAnnotations(reading: Reading, questions: string, split: SplitName): Map<string, Annotation> {
  const found = new Map<string, Annotation>()
  const own = questions.replace('questions', 'annotations').replace('OpenEnded_', '')
  const file = [own, questions.replace('questions', 'annotations')].find((name) => reading.names.includes(name))
  if (file === undefined) {
    if (split !== 'test') reading.problem(questions, 'the whole file', `its annotations (${own}) are missing`)
    return found
  }
  reading.each(file, Fields.of(reading.json(file, 'VQA annotations: a header and a list of annotations')).list('annotations'), (annotation) => {
    const scores = softScores(annotation.list('answers').map((answer) => Fields.of(answer).text('answer')))
    found.set(annotation.id('question_id'), { scores, ...(annotation.has('answer_type') ? { sort: annotation.text('answer_type') } : {}) })
  }, (index) => `annotation ${index + 1}`)
  return found
}

function softScores(answers: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return Object.fromEntries([...counts].map(([answer, count]) => [answer, SOFT[Math.min(count, 4)] ?? 1]))
}
