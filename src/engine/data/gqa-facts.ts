// What GQA's official measures need of each question, beside its answer: types and groups, the choices file, and the boxes
// that its annotations name in the scene graph (data formats 2). Read only by `evaluate`.
// Read next: ../metrics/gqa-metrics.ts.

import type { FractionBox, GqaFacts } from '../metrics/gqa-metrics'
import { Fields } from './published-file'
import { type FolderFiles, type Reading, createReading } from './reading'
import { findFolder } from './sources/all-sources'

const QUESTIONS = 'GQA questions: an object of question id to question'
const CHOICES = 'GQA choices: an object of question id to {valid, plausible}'
const GRAPHS = 'GQA scene graphs: an object of picture id to its graph'
/** Split names of files, in the order in which they are searched. */
const TIERS = ['testdev', 'val', 'train'] as const

export interface GqaEvaluationData {
  readonly facts: ReadonlyMap<string, GqaFacts>
  /** What is missing and so not measured, and what was derived instead. */
  readonly notes: readonly string[]
}

/** Reads what there is for these questions; the files of a split are opened only as long as some are not found. */
export function readGqaFacts(root: string, wanted: ReadonlySet<string>): GqaEvaluationData {
  const reading = createReading(findFolder('gqa', root), root)
  const questions = new Map<string, Fields>()
  const seen: Fields[] = []
  for (const tier of TIERS) {
    if (questions.size === wanted.size) break
    for (const name of balanced(reading, tier)) {
      for (const [id, value] of Fields.of(reading.json(name, QUESTIONS)).entries()) {
        const question = Fields.of(value)
        seen.push(question)
        if (wanted.has(id)) questions.set(id, question)
      }
    }
  }
  const graphs = readGraphs(reading, new Set([...questions.values()].map((question) => question.id('imageId'))))
  const choices = readChoices(reading, wanted)
  const derived = choices === undefined ? derivedChoices(seen) : undefined
  const facts = new Map([...questions].map(([id, question]): [string, GqaFacts] => {
    const graph = graphs.get(question.id('imageId'))
    const regions = graph && namedRegions(question, graph)
    return [id, { ...typesOf(question), ...(choices?.get(id) ?? derived?.(question) ?? {}), ...(regions ? { regions } : {}) }]
  }))
  return { facts, notes: notesOf(choices !== undefined, [...facts.values()].some(({ valid }) => valid !== undefined), graphs.size > 0) }
}

function notesOf(choices: boolean, derived: boolean, graphs: boolean): string[] {
  return [
    ...(choices ? [] : derived
      ? ['Validity and plausibility: there is no {val,testdev}_choices.json; valid is every answer of a question of the same group, plausible every answer of one of the same local group.']
      : ['Validity and plausibility are not measured: there is no {val,testdev}_choices.json, and the questions have no groups.']),
    ...(graphs ? [] : ['Grounding is not measured: there is no {val,testdev}_sceneGraphs.json with these pictures.'])
  ]
}

function balanced(files: FolderFiles, tier: string): string[] {
  const found = files.matching(new RegExp(`(^|[/_])${tier}_.*questions.*\\.json$`))
  const only = found.filter((name) => name.includes('balanced'))
  return only.length > 0 ? only : found
}

const textOrNone = (fields: Fields, key: string): string | undefined => {
  const value = fields.get(key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function typesOf(question: Fields): Pick<GqaFacts, 'structural' | 'group'> {
  const structural = question.has('types') ? textOrNone(question.fields('types'), 'structural') : undefined
  const group = question.has('groups') ? textOrNone(question.fields('groups'), 'global') : undefined
  return { ...(structural === undefined ? {} : { structural }), ...(group === undefined ? {} : { group }) }
}

type Choices = Required<Pick<GqaFacts, 'valid' | 'plausible'>>

function readChoices(reading: Reading, wanted: ReadonlySet<string>): Map<string, Choices> | undefined {
  const names = reading.matching(/choices.*\.json$/)
  if (names.length === 0) return undefined
  const found = new Map<string, Choices>()
  for (const name of names) {
    for (const [id, value] of Fields.of(reading.json(name, CHOICES)).entries()) {
      if (!wanted.has(id)) continue
      const choice = Fields.of(value)
      found.set(id, { valid: new Set(choice.list('valid').map(String)), plausible: new Set(choice.list('plausible').map(String)) })
    }
  }
  return found
}

/** Without the published choices: answers of all questions of the same group (or type), and of the same local group. */
function derivedChoices(questions: readonly Fields[]): (question: Fields) => Partial<Choices> {
  const answers = new Map<string, Set<string>>()
  const keysOf = (question: Fields): { valid?: string; plausible?: string } => {
    const { group, structural } = typesOf(question)
    const local = question.has('groups') ? textOrNone(question.fields('groups'), 'local') : undefined
    const detailed = question.has('types') ? textOrNone(question.fields('types'), 'detailed') : undefined
    if (structural === undefined) return {}
    const valid = group === undefined ? `type ${structural}/${detailed ?? ''}` : `group ${group}`
    return { valid, plausible: local === undefined || group === undefined ? valid : `local ${local}` }
  }
  for (const question of questions) {
    const answer = textOrNone(question, 'answer')
    if (answer === undefined) continue
    for (const key of new Set(Object.values(keysOf(question)))) answers.set(key, (answers.get(key) ?? new Set()).add(answer))
  }
  return (question) => {
    const { valid, plausible } = keysOf(question)
    const [fitting, likely] = [answers.get(valid ?? ''), answers.get(plausible ?? '')]
    return fitting && likely ? { valid: fitting, plausible: likely } : {}
  }
}

function readGraphs(reading: Reading, pictures: ReadonlySet<string>): Map<string, Fields> {
  const found = new Map<string, Fields>()
  for (const tier of TIERS) {
    if (found.size === pictures.size) break
    for (const name of reading.matching(new RegExp(`(^|[/_])${tier}_?scene_?graphs.*\\.json$`, 'i'))) {
      for (const [id, value] of Fields.of(reading.json(name, GRAPHS)).entries()) if (pictures.has(id)) found.set(id, Fields.of(value))
    }
  }
  return found
}

/** Boxes of the objects that the annotations of the question and of its full answer point at; the whole picture where the program names the scene. */
function namedRegions(question: Fields, graph: Fields): FractionBox[] {
  const objects = graph.fields('objects')
  const [width, height] = [graph.number('width'), graph.number('height')]
  const annotations = question.has('annotations') ? question.fields('annotations') : undefined
  const ids = ['question', 'fullAnswer'].flatMap((part) => (annotations?.has(part) === true ? annotations.fields(part).entries().map(([, id]) => String(id)) : []))
  const boxes = ids.filter((id) => objects.has(id)).map((id): FractionBox => {
    const object = objects.fields(id)
    const [x, y, w, h] = [object.number('x'), object.number('y'), object.number('w'), object.number('h')]
    return [x / width, y / height, (x + w) / width, (y + h) / height]
  })
  const program = question.has('semantic') ? question.list('semantic').map((step) => textOrNone(Fields.of(step), 'argument') ?? '') : []
  return program.some((argument) => /\bscene\b/.test(argument)) ? [...boxes, [0, 0, 1, 1]] : boxes
}
