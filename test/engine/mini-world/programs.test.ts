// GQA's programs, run by an interpreter of their own over the published scene graphs, give the published answers.

import { describe, expect, it } from 'vitest'
import { CATEGORIES } from '../../../src/engine/mini-world/catalog'
import { countsOf, writtenWorld } from './written-world'

const world = writtenWorld(7)

interface Graph {
  readonly width: number
  readonly location: string
  readonly objects: Readonly<Record<string, { name: string; x: number; w: number; attributes: string[]; relations: { name: string; object: string }[] }>>
}

interface Question {
  readonly question: string
  readonly answer: string
  readonly imageId: string
  readonly entailed: readonly string[]
  readonly semantic: readonly { operation: string; dependencies: number[]; argument: string }[]
  readonly semanticStr: string
  readonly annotations: { readonly question: Readonly<Record<string, string>>; readonly answer: Readonly<Record<string, string>> }
}

const familyWord: Readonly<Record<string, string>> = { person: 'person', animal: 'animal', vehicle: 'vehicle', 'food item': 'food', 'piece of furniture': 'furniture', 'piece of clothing': 'clothing' }
const isKind = (name: string, noun: string): boolean => noun === '_' || name === noun || CATEGORIES.find((c) => c.name === name)?.family === familyWord[noun]
const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'white', 'black']

type Value = readonly string[] | boolean | string

function run(graph: Graph, semantic: Question['semantic']): Value {
  const values: Value[] = []
  const idsOf = (value: Value | undefined): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : [])
  const colourOf = (id: string | undefined): string => graph.objects[id ?? '']?.attributes.find((attribute) => COLOURS.includes(attribute)) ?? ''
  for (const { operation, dependencies, argument } of semantic) {
    const [first, second] = dependencies.map((index) => values[index])
    const ids = idsOf(first)
    const [kind, detail] = operation.split(' ')
    if (kind === 'select') {
      const noun = argument.replace(/ \(.*$/, '')
      const found = noun === 'scene' ? ['scene'] : Object.keys(graph.objects).filter((id) => isKind(graph.objects[id]?.name ?? '', noun))
      const named = /\(([\d,]+)\)/.exec(argument)?.[1]?.split(',') ?? []
      if (noun !== 'scene') expect([...found].sort()).toEqual([...named].sort())
      values.push(found)
    } else if (kind === 'filter') values.push(ids.filter((id) => graph.objects[id]?.attributes.includes(argument)))
    else if (kind === 'relate') {
      const [noun = '', relation = ''] = argument.replace(/ \(.*$/, '').split(',')
      values.push(Object.entries(graph.objects).filter(([, o]) => isKind(o.name, noun) && o.relations.some((r) => r.name === relation && ids.includes(r.object))).map(([id]) => id))
    } else if (kind === 'exist') values.push(ids.length > 0)
    else if (kind === 'and') values.push(first === true && second === true)
    else if (kind === 'or') values.push(first === true || second === true)
    else if (kind === 'same') values.push(colourOf(ids[0]) === colourOf(idsOf(second)[0]))
    else if (kind === 'different') values.push(colourOf(ids[0]) !== colourOf(idsOf(second)[0]))
    else if (kind === 'choose') values.push(argument.split('|').find((option) => colourOf(ids[0]) === option) ?? '')
    else if (kind === 'verify' && detail === 'place') values.push(graph.location === argument)
    else if (kind === 'verify' && detail === 'rel') {
      const [, relation = ''] = argument.split(',')
      const subject = /\((\d+)\)/.exec(argument)?.[1] ?? ''
      values.push(graph.objects[subject]?.relations.some((r) => r.name === relation && ids.includes(r.object)) ?? false)
    } else if (kind === 'verify') values.push(graph.objects[ids[0] ?? '']?.attributes.includes(argument) ?? false)
    else if (argument === 'place') values.push(graph.location)
    else if (argument === 'color') values.push(colourOf(ids[0]))
    else if (argument === 'name') {
      expect(ids).toHaveLength(1)
      values.push(graph.objects[ids[0] ?? '']?.name ?? '')
    } else if (argument === 'hposition') {
      const object = graph.objects[ids[0] ?? '']
      values.push(object && object.x + object.w / 2 < graph.width / 2 ? 'left' : 'right')
    } else throw new Error(`Unknown operation ${operation}: ${argument}`)
  }
  return values[values.length - 1] ?? ''
}

const inWords = (value: Value): string => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value))

describe.each(['train', 'val', 'testdev'])('GQA %s of the mini-world', (name) => {
  const questions = world.json<Record<string, Question>>(`gqa/${name}_balanced_questions.json`)
  const graphs = world.json<Record<string, Graph>>(`gqa/${name}_sceneGraphs.json`)

  it('has programs that lead to the published answers', () => {
    expect(Object.keys(questions).length).toBeGreaterThanOrEqual(24)
    for (const { question, answer, imageId, semantic } of Object.values(questions)) {
      const graph = graphs[imageId]
      if (!graph) throw new Error(`no scene graph for ${imageId}`)
      expect([question, inWords(run(graph, semantic))]).toEqual([question, answer])
    }
  })

  it('refers to objects of the scene graph by the word that names them', () => {
    for (const { question, imageId, annotations } of Object.values(questions)) {
      const tokens = question.toLowerCase().replace(/[?]/g, '').split(' ')
      for (const [span, id] of Object.entries(annotations.question)) {
        const [start = 0, end = start + 1] = span.split(':').map(Number)
        const words = tokens.slice(start, end).join(' ')
        const object = graphs[imageId]?.objects[id]
        expect([question, words.includes(object?.name ?? '?') || isKind(object?.name ?? '?', words)]).toEqual([question, true])
      }
    }
  })

  it('lists only entailed questions of the same picture that are in the file', () => {
    const entailing = Object.entries(questions).filter(([, question]) => question.entailed.length > 0)
    for (const [id, { entailed, imageId }] of entailing) {
      for (const other of entailed) expect([id, questions[other]?.imageId]).toEqual([id, imageId])
    }
  })
})

it('has entailed questions in GQA, and yes about as often as no', () => {
  const questions = Object.values(world.json<Record<string, Question>>('gqa/train_balanced_questions.json'))
  expect(questions.some((question) => question.entailed.length > 0)).toBe(true)
  const counts = countsOf(questions.map((question) => question.answer))
  expect(Math.abs((counts['yes'] ?? 0) - (counts['no'] ?? 0))).toBeLessThanOrEqual(6)
})
