// GQA: balanced questions with programs, entailments and annotations, and the scene graphs of the pictures
// (data formats 2). Entailed questions are in the same file, so that consistency can be measured.
// Read next: ../language/compositional.ts.

import { at } from '../../../contract/check'
import { randomStream } from '../../random'
import { GQA_RELATIONS, PROGRAM_QUESTIONS } from '../language/compositional'
import { leastUsed } from '../language/drawing'
import { DIRECTIONS, direction, picturesOf } from '../language/facts'
import { drawQuestions, type Drawn, type Levelling } from '../language/levelled'
import { programText, tokenReferences, type ProgramQuestion } from '../language/programs'
import type { Picture, Scene, Split } from '../scene'
import type { Counts } from './sizes'
import { writeAnswerLabels } from './vqa'
import type { DataFolder } from './write-files'

const FILES: readonly (readonly [Split, string])[] = [['train', 'train'], ['val', 'val'], ['test', 'testdev']]

type Asked = Drawn<ProgramQuestion>

const LEVELLING: Levelling<ProgramQuestion> = {
  makers: PROGRAM_QUESTIONS,
  key: (question) => `${question.types.detailed}/${question.groups.global}/${question.answer}`,
  along: ({ entails }, tally, stream) => {
    const chosen = stream.chance(0.3) ? leastUsed(stream.shuffle(entails), tally, LEVELLING.key) : null
    return chosen ? [chosen] : []
  }
}

function record({ picture, question }: Asked, id: string, entailed: readonly string[]): Record<string, unknown> {
  const answer = question.answerObject ? { 0: String(question.answerObject.id) } : {}
  return {
    semantic: question.semantic, entailed, equivalent: [id], question: question.text, imageId: String(picture.scene.id), isBalanced: true,
    groups: question.groups, answer: question.answer, semanticStr: programText(question.semantic),
    annotations: { answer, question: tokenReferences(question.text, question.mentioned), fullAnswer: {} },
    types: question.types, fullAnswer: question.fullAnswer
  }
}

function scenesInGqa(pictures: readonly Picture[]): Record<string, unknown> {
  return Object.fromEntries(pictures.map(({ scene }) => [String(scene.id), sceneGraph(scene)]))
}

interface GraphRelation {
  readonly name: string
  readonly object: string
}

/** Directions by the same rule that the questions use, for every pair; then what the scene says besides. */
function relationsFrom(scene: Scene, index: number): GraphRelation[] {
  const subject = at(scene.objects, index)
  const directed = scene.objects.flatMap((other): GraphRelation[] => {
    const found = other === subject ? null : direction(subject, other)
    return found ? [{ name: GQA_RELATIONS[found], object: String(other.id) }] : []
  })
  const named = scene.relations
    .filter((relation) => relation.subject === index && !(DIRECTIONS as readonly string[]).includes(relation.predicate))
    .map((relation) => ({ name: relation.predicate === 'next to' ? 'near' : relation.predicate, object: String(at(scene.objects, relation.object).id) }))
  return [...directed, ...named]
}

function sceneGraph(scene: Scene): Record<string, unknown> {
  const objects = scene.objects.map((object, index) => {
    const [x, y, x2, y2] = object.box
    const attributes = [object.colour, ...(object.size === 'medium' ? [] : [object.size])]
    return [String(object.id), { name: object.category, x, y, w: x2 - x, h: y2 - y, attributes, relations: relationsFrom(scene, index) }]
  })
  const weather = scene.background === 'snow' ? 'snowy' : null
  return { width: scene.width, height: scene.height, location: scene.background, weather, objects: Object.fromEntries(objects) }
}

/** Writes gqa/. */
export function writeGqa(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number, leastAnswers: number): void {
  const answers: string[] = []
  let next = 201_000_000
  for (const [split, name] of FILES) {
    const own = picturesOf(pictures, 'vg', split)
    const asked = drawQuestions(own, counts[split], LEVELLING, randomStream(seed, 'gqa', split))
    const ids = new Map<string, string>()
    for (const { picture, question } of asked) ids.set(`${picture.scene.id}/${question.text}`, String(next++))
    const idOf = (picture: Picture, question: ProgramQuestion): string => ids.get(`${picture.scene.id}/${question.text}`) ?? ''
    const entries = asked.map((item) => {
      const id = idOf(item.picture, item.question)
      const entailed = item.question.entails.map((question) => idOf(item.picture, question)).filter((other) => other !== '')
      return [id, record(item, id, entailed)] as const
    })
    out.json(`gqa/${name}_balanced_questions.json`, Object.fromEntries(entries))
    out.json(`gqa/${name}_sceneGraphs.json`, scenesInGqa(own))
    if (split !== 'test') answers.push(...asked.map(({ question }) => question.answer))
  }
  writeAnswerLabels(out, 'gqa', answers, leastAnswers)
}
