// `twelve-in-one data inspect`: reads a data set as published and says what is in it: how many records and pictures,
// answers, labels and boxes, what is wrong where, and a few examples. Facts only; nothing is trained.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetId } from '../../contract/task-catalog'
import { labelsOf } from '../tasks/verification'
import { INSTANCE_FILES } from './annotated-boxes'
import { readAnswerVocabulary } from './answer-vocabulary'
import type { DataProblem, Example, SplitData } from './example'
import { picturesOfExample } from './picture-identity'
import { createReading } from './reading'
import { availableSplits, findFolder, readSplit, splitByName } from './sources/all-sources'
import { readInstances } from './sources/boxes-of-records'

export interface InspectRequest {
  readonly dataset: DatasetId
  readonly root: string
  /** As published (`dev`, `val2017`, `testA`) or train, val, test; all splits that are there if absent. */
  readonly split?: string
  /** How many examples to show. */
  readonly limit?: number
}

export interface AnswerFacts {
  /** Different answer texts. */
  readonly distinct: number
  /** Questions that have an answer. */
  readonly answered: number
  /** The most frequent best answers, most frequent first. */
  readonly most: readonly { readonly answer: string; readonly questions: number }[]
  /** Size of trainval_label2ans of the folder, and how many questions it can answer. */
  readonly vocabulary?: { readonly size: number; readonly answerable: number }
}

export interface DatasetFacts {
  readonly dataset: DatasetId
  readonly split: string
  readonly records: number
  readonly images: number
  readonly problems: readonly DataProblem[]
  readonly answers?: AnswerFacts
  /** Records per label; COCO: boxes per category. */
  readonly labels?: Readonly<Record<string, number>>
  /** Annotated boxes of the records' pictures (COCO: of the instances files). */
  readonly boxes?: number
  readonly examples: readonly Readonly<Record<string, unknown>>[]
}

const MOST = 20

export function inspectDataset({ dataset, root, split, limit = 3 }: InspectRequest): DatasetFacts {
  const splits = split === undefined ? availableSplits(dataset, root) : [splitByName(split)]
  const read = splits.map((name) => readSplit(dataset, root, name))
  const wanted = (example: Example): boolean => split === undefined || !/^test[ab]$/i.test(split) || example.part?.toLowerCase() === split.toLowerCase()
  const examples = read.flatMap((data) => data.examples).filter(wanted)
  const facts = factsOf(dataset, root, examples)
  return {
    dataset, split: split ?? (splits.length === 1 ? (splits[0] ?? 'all') : 'all'), records: examples.length,
    images: new Set(examples.flatMap((example) => picturesOfExample(example).map(({ pool, id }) => `${pool}/${id}`))).size,
    problems: uniqueProblems(read, facts.problems), ...facts.found, examples: examples.slice(0, Math.max(0, limit)).map(shownExample)
  }
}

interface Found {
  readonly found: Pick<DatasetFacts, 'answers' | 'labels' | 'boxes'>
  readonly problems: readonly DataProblem[]
}

function factsOf(dataset: DatasetId, root: string, examples: readonly Example[]): Found {
  const kind = examples[0]?.kind
  if (kind === 'question') return { found: { answers: answerFacts(dataset, root, examples) }, problems: [] }
  if (kind === 'statement') return { found: { labels: labelCounts(dataset, examples) }, problems: [] }
  if (kind === 'region') return { found: { boxes: boxCount(examples) }, problems: [] }
  return dataset === 'coco' ? instanceFacts(root) : { found: {}, problems: [] }
}

function sortedCounts(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

const countsOf = (names: readonly string[]): Record<string, number> => Object.fromEntries(sortedCounts(names))

function answerFacts(dataset: DatasetId, root: string, examples: readonly Example[]): AnswerFacts {
  const rows = examples.flatMap((example) => (example.kind === 'question' ? [Object.entries(example.answers).sort((a, b) => b[1] - a[1])] : []))
  const best = rows.map((row) => row[0]?.[0]).filter((answer): answer is string => answer !== undefined)
  const folder = findFolder(dataset, root).path
  const vocabulary = [folder, ...(dataset === 'vgqa' ? [join(root, 'vqa')] : [])].filter((path) => existsSync(path)).map(readAnswerVocabulary).find((found) => found !== null)
  return {
    distinct: new Set(rows.flatMap((row) => row.map(([answer]) => answer))).size, answered: best.length,
    most: sortedCounts(best).slice(0, MOST).map(([answer, questions]) => ({ answer, questions })),
    ...(vocabulary ? { vocabulary: { size: vocabulary.answers.length, answerable: rows.filter((row) => row.some(([answer]) => vocabulary.index(answer) !== undefined)).length } } : {})
  }
}

const labelName = (dataset: DatasetId, label: number | null): string => (label === null ? '-' : (labelsOf(dataset)[label] ?? String(label)))

function labelCounts(dataset: DatasetId, examples: readonly Example[]): Record<string, number> {
  return countsOf(examples.flatMap((example) => (example.kind === 'statement' ? [labelName(dataset, example.label)] : [])))
}

/** Boxes of the pictures, each picture's list once. */
function boxCount(examples: readonly Example[]): number {
  const lists = new Map<string, number>()
  for (const example of examples) if (example.kind === 'region') lists.set(`${example.picture.pool}/${example.picture.id}`, Math.max(example.annotated.length, lists.get(`${example.picture.pool}/${example.picture.id}`) ?? 0))
  return [...lists.values()].reduce((sum, count) => sum + count, 0)
}

function instanceFacts(root: string): Found {
  const reading = createReading(findFolder('coco', root), root)
  const names = reading.matching(INSTANCE_FILES)
  if (names.length === 0) return { found: {}, problems: [] }
  const boxes = names.flatMap((name) => [...readInstances(reading, name).boxes.values()])
  return { found: { boxes: boxes.length, labels: countsOf(boxes.map(({ category }) => category)) }, problems: reading.problems }
}

/** A file that holds several splits is read for each: its problems are told once. */
function uniqueProblems(read: readonly SplitData[], more: readonly DataProblem[]): DataProblem[] {
  const all = new Map([...read.flatMap((data) => data.problems), ...more].map((problem) => [JSON.stringify(problem), problem]))
  return [...all.values()]
}

function shownExample(example: Example): Readonly<Record<string, unknown>> {
  if (example.kind !== 'statement') return { ...example }
  return { ...example, label: labelName(example.dataset, example.label) }
}
