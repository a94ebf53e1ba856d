// Visual Genome's questions: who, what, where, when and how about the objects of a picture, with answers as people
// wrote them ("Two.", "A man.", "On the beach."): few frequent ones and a long tail. Read next:
// writers/visual-genome.ts; VQA's questions are in questions.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf, FAMILIES } from '../catalog'
import type { Scene, SceneObject } from '../scene'
import type { Weighted } from './drawing'
import { carried, distinct, isOnSide, objectsThat, onlyObject, DIRECTIONS, type Description } from './facts'
import { described, onlyInDirection } from './questions'
import {
  FAMILY_NOUNS, NUMBER_WORDS, PLACE_PHRASES, isPerson, nounFor, phrase, sentenceCase, withArticle
} from './words'

export interface RegionQuestion {
  readonly text: string
  readonly answer: string
  readonly kind: string
  readonly questionObjects: readonly SceneObject[]
  readonly answerObjects: readonly SceneObject[]
}

type Maker = (scene: Scene, stream: RandomStream) => RegionQuestion | null

/** `A dog.`, seldom `The dog.` or, from the long tail, `A red dog.` */
function named(object: SceneObject, stream: RandomStream): string {
  const { category, colour } = object
  const { name } = categoryOf(category)
  if (stream.chance(0.04)) return withArticle(phrase({ noun: name, colour, person: isPerson(category) }))
  return stream.chance(0.2) ? `the ${name}` : withArticle(name)
}

/** Names an object so that it is meant alone: by category, else with its colour; null if even that is shared. */
function meant(scene: Scene, object: SceneObject, stream: RandomStream): string | null {
  const { category, colour } = object
  if (onlyObject(scene, { category })) {
    return described(stream.chance(0.3) ? { category, colour } : { category }, stream)
  }
  return onlyObject(scene, { category, colour }) ? described({ category, colour }, stream) : null
}

const colour: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  if (!onlyObject(scene, { category: object.category })) return null
  const noun = nounFor(object.category, stream)
  const text = isPerson(object.category) ? `What color is the ${noun} dressed in?` : `What color is the ${noun}?`
  return { text, answer: object.colour, kind: 'color', questionObjects: [object], answerObjects: [] }
}

const count: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const families = FAMILIES.filter((family) => FAMILY_NOUNS[family] && objectsThat(scene, { family }).length > 1)
  const wanted: Description = families.length > 0 && stream.chance(0.3) ? { family: stream.pick(families) } : { category: object.category }
  const found = objectsThat(scene, wanted)
  if (found.length > 6) return null
  const answer = stream.chance(0.85) ? at(NUMBER_WORDS, found.length) : String(found.length)
  return { text: `How many ${described(wanted, stream, true)} are there?`, answer, kind: 'count', questionObjects: found, answerObjects: [] }
}

const what: Maker = (scene, stream) => {
  const from = stream.pick(scene.objects)
  const name = meant(scene, from, stream)
  const wanted = stream.pick(DIRECTIONS)
  const found = onlyInDirection(scene, wanted, from)
  if (!name || !found) return null
  return { text: `What is ${wanted} the ${name}?`, answer: named(found, stream), kind: 'what', questionObjects: [from], answerObjects: [found] }
}

const whatKind: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const { family } = categoryOf(object.category)
  const noun = FAMILY_NOUNS[family]?.one
  const kinds = distinct(objectsThat(scene, { family }).map((o) => o.category))
  if (noun === undefined || kinds.length !== 1) return null
  const text = stream.pick([`What ${noun} is this?`, `What kind of ${noun} is this?`])
  return { text, answer: named(object, stream), kind: 'what kind', questionObjects: [], answerObjects: [object] }
}

const whatColoured: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  if (!onlyObject(scene, { colour: object.colour })) return null
  return { text: `What is ${object.colour}?`, answer: named(object, stream), kind: 'what colored', questionObjects: [], answerObjects: [object] }
}

const held: Maker = (scene, stream) => {
  const all = carried(scene)
  if (all.length === 0) return null
  const { person, verb, thing } = stream.pick(all)
  if (stream.chance(0.5)) {
    const name = meant(scene, person, stream)
    const things = all.filter((c) => c.person === person && c.verb === verb)
    if (!name || things.length !== 1) return null
    return { text: `What is the ${name} ${verb}?`, answer: named(thing, stream), kind: 'what held', questionObjects: [person], answerObjects: [thing] }
  }
  const name = meant(scene, thing, stream)
  if (!name) return null
  return { text: `Who is ${verb} the ${name}?`, answer: named(person, stream), kind: 'who', questionObjects: [thing], answerObjects: [person] }
}

const whoIsThere: Maker = (scene, stream) => {
  const people = distinct(objectsThat(scene, { family: 'person' }).map((o) => o.category))
  const who = objectsThat(scene, { family: 'person' })
  if (people.length !== 1 || who.length !== 1) return null
  return { text: stream.pick(['Who is in the picture?', 'Who is this?']), answer: named(at(who, 0), stream), kind: 'who', questionObjects: [], answerObjects: who }
}

const where: Maker = (scene, stream) => {
  if (scene.background === 'night') return null
  const answer = stream.chance(0.8) ? at(PLACE_PHRASES[scene.background], 0) : stream.pick(PLACE_PHRASES[scene.background])
  const text = stream.pick(['Where was this taken?', 'Where is this?', 'Where was the photo taken?'])
  return { text, answer, kind: 'where', questionObjects: [], answerObjects: [] }
}

const whereIs: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  if (!onlyObject(scene, { category: object.category })) return null
  const sides = (['left', 'right', 'top', 'bottom'] as const).filter((side) => isOnSide(scene, object, side))
  if (sides.length !== 1) return null
  const side = at(sides, 0)
  const answer = side === 'left' || side === 'right' ? `on the ${side}` : `at the ${side}`
  return { text: `Where is the ${nounFor(object.category, stream)}?`, answer, kind: 'where is', questionObjects: [object], answerObjects: [] }
}

const when: Maker = (scene, stream) => {
  const answer = scene.background === 'night' ? 'at night' : stream.chance(0.85) ? 'during the day' : 'daytime'
  return { text: stream.pick(['When was this taken?', 'When was this picture taken?']), answer, kind: 'when', questionObjects: [], answerObjects: [] }
}

/** The mix of kinds. Answers come as people wrote them ("On a beach."). */
export const REGION_QUESTIONS: Weighted<Maker> = [
  [24, colour], [15, count], [16, what], [12, whatKind], [8, whatColoured], [10, held], [3, whoIsThere], [6, where],
  [4, whereIs], [2, when]
]

/** `on a beach` as published: `On a beach.` */
export const publishedAnswer = (answer: string): string => `${sentenceCase(answer)}.`
