// VQA's questions. A question knows how to answer itself on any scene (or that it makes no sense there), so that the
// balanced pairs of VQA v2 can be drawn: the same question, two pictures, two answers. Read next: annotators.ts,
// writers/vqa.ts; Visual Genome's questions are in region-questions.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf, FAMILIES } from '../catalog'
import { BACKGROUNDS, COLOURS, type Scene, type SceneObject } from '../scene'
import { drawWeighted, type Weighted } from './drawing'
import {
  carried, direction, distinct, isDirected, isOnSide, objectsThat, onlyObject, relatedObjects, DIRECTIONS,
  type Description, type Direction
} from './facts'
import { FAMILY_NOUNS, SIZE_WORDS, colourPredicate, isPerson, nounFor, phrase, withArticle } from './words'

export interface Question {
  readonly text: string
  /** The published `question_type`: how the question begins. */
  readonly type: string
  readonly answerType: 'yes/no' | 'number' | 'other'
  /** Questions of one kind share the tally that keeps their answers level. */
  readonly kind: string
  /** The answer on a scene; null where the question makes no sense or people could disagree. */
  ask(scene: Scene): string | null
}

export type QuestionMaker = (scene: Scene, stream: RandomStream) => Question | null

const yesNo = (truth: boolean | null): string | null => (truth === null ? null : truth ? 'yes' : 'no')

/** A description of something that is in the scene, or could be: its colour changed half the time. */
function nearDescription(scene: Scene, stream: RandomStream, colourRate: number): Description {
  const object = stream.pick(scene.objects)
  if (!stream.chance(colourRate)) return { category: object.category }
  return { category: object.category, colour: stream.chance(0.5) ? object.colour : stream.pick(COLOURS) }
}

/** `red dog` or `dogs`. */
export function described(wanted: Description, stream: RandomStream, many = false): string {
  const noun = wanted.category
    ? nounFor(wanted.category, stream, many)
    : ((wanted.family && FAMILY_NOUNS[wanted.family]?.[many ? 'many' : 'one']) ?? (many ? 'things' : 'thing'))
  const person = wanted.category ? isPerson(wanted.category) : wanted.family === 'person'
  const sizeWord = wanted.size && SIZE_WORDS[wanted.size].length > 0 ? stream.pick(SIZE_WORDS[wanted.size]) : undefined
  return phrase({ noun, person, colour: wanted.colour, sizeWord })
}

/** The colour that all objects of a description share; null if none or mixed. */
function sharedColour(scene: Scene, wanted: Description): string | null {
  const colours = distinct(objectsThat(scene, wanted).map((object) => object.colour))
  return colours.length === 1 ? at(colours, 0) : null
}

/** The one object that lies in a direction; null where several might be meant. */
export function onlyInDirection(scene: Scene, wanted: Direction, from: SceneObject): SceneObject | null {
  const others = scene.objects.filter((object) => object !== from)
  const found = others.filter((object) => direction(object, from) === wanted)
  const horizontal = wanted === 'left of' || wanted === 'right of'
  const sign = wanted === 'left of' || wanted === 'above' ? -1 : 1
  const near = others.filter((object) => {
    const [a, b] = horizontal ? [object.box[0] + object.box[2], from.box[0] + from.box[2]] : [object.box[1] + object.box[3], from.box[1] + from.box[3]]
    return ((a - b) / 2) * sign > 36
  })
  const rivals = distinct([...found, ...near])
  return found.length === 1 && rivals.length === 1 ? at(found, 0) : null
}

const exists: QuestionMaker = (scene, stream) => {
  const wanted = nearDescription(scene, stream, 0.55)
  const many = stream.chance(0.3)
  const name = described(wanted, stream, many)
  const article = withArticle(name)
  const text = many ? `Are there any ${name}?` : stream.pick([`Is there ${article}?`, `Is there ${article}?`, `Do you see ${article}?`])
  return { text, type: many ? 'are there any' : 'is there a', answerType: 'yes/no', kind: 'exists', ask: (s) => yesNo(objectsThat(s, wanted).length > 0) }
}

const colourCheck: QuestionMaker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const { category } = object
  const colour = object.colour
  const text = `Is the ${nounFor(category, stream)} ${colourPredicate(category, colour)}?`
  return {
    text, type: 'is the', answerType: 'yes/no', kind: 'color check',
    ask: (s) => (onlyObject(s, { category }) ? yesNo(sharedColour(s, { category }) === colour) : null)
  }
}

const relationCheck: QuestionMaker = (scene, stream) => {
  const [a, b] = stream.shuffle(scene.objects)
  if (!a || !b || a.category === b.category) return null
  const wanted = stream.pick(DIRECTIONS)
  const text = `Is the ${nounFor(a.category, stream)} ${wanted} the ${nounFor(b.category, stream)}?`
  return {
    text, type: 'is the', answerType: 'yes/no', kind: 'relation check',
    ask(s) {
      const [one, two] = [onlyObject(s, { category: a.category }), onlyObject(s, { category: b.category })]
      return one && two ? yesNo(isDirected(one, wanted, two)) : null
    }
  }
}

const holdingCheck: QuestionMaker = (scene, stream) => {
  const all = carried(scene)
  if (all.length === 0) return null
  const { person, verb, thing } = stream.pick(all)
  const text = `Is the ${nounFor(person.category, stream)} ${verb} ${withArticle(nounFor(thing.category, stream))}?`
  return {
    text, type: 'is the', answerType: 'yes/no', kind: 'holding check',
    ask(s) {
      const who = onlyObject(s, { category: person.category })
      return who ? yesNo(relatedObjects(s, who, verb).some((o) => o.category === thing.category)) : null
    }
  }
}

const placeCheck: QuestionMaker = (_scene, stream) => {
  const place = stream.pick(BACKGROUNDS)
  const names = { meadow: 'this a field', beach: 'this a beach', street: 'this a street', room: 'this inside a room', snow: 'there snow', night: 'it night' }
  return { text: `Is ${names[place]}?`, type: 'is this', answerType: 'yes/no', kind: 'place check', ask: (s) => yesNo(s.background === place) }
}

const sideCheck: QuestionMaker = (scene, stream) => {
  const { category } = stream.pick(scene.objects)
  const side = stream.pick(['left', 'right'] as const)
  return {
    text: `Is the ${nounFor(category, stream)} on the ${side}?`, type: 'is the', answerType: 'yes/no', kind: 'side check',
    ask(s) {
      const object = onlyObject(s, { category })
      return object ? yesNo(isOnSide(s, object, side)) : null
    }
  }
}

const howMany: QuestionMaker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const families = FAMILIES.filter((family) => FAMILY_NOUNS[family] && objectsThat(scene, { family }).length > 0)
  const wanted: Description = drawWeighted<Description | null>([
    [5, { category: object.category }],
    [2, { colour: object.colour }],
    [2, families.length > 0 ? { family: stream.pick(families) } : null]
  ], stream) ?? { category: object.category }
  const name = described(wanted, stream, true)
  const text = stream.pick([`How many ${name} are there?`, `How many ${name} are there?`, `How many ${name} do you see?`])
  const upTo = wanted.category ? 6 : 7
  return {
    text, type: 'how many', answerType: 'number', kind: `count ${Object.keys(wanted).join(' ')}`,
    ask(s) {
      const count = objectsThat(s, wanted).length
      return count <= upTo ? String(count) : null
    }
  }
}

const whatColour: QuestionMaker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const several = objectsThat(scene, { category: object.category }).length > 1
  const wanted = several && object.size !== 'medium' ? { category: object.category, size: object.size } : { category: object.category }
  const name = described(wanted, stream)
  const text = isPerson(object.category)
    ? `What color is the ${name} dressed in?`
    : stream.pick([`What color is the ${name}?`, `What color is the ${name}?`, `What is the color of the ${name}?`])
  return { text, type: 'what color is the', answerType: 'other', kind: 'color', ask: (s) => (onlyObject(s, wanted) ? sharedColour(s, wanted) : null) }
}

const whatIsThere: QuestionMaker = (scene, stream) => {
  const from = stream.pick(scene.objects)
  const wanted = stream.pick(DIRECTIONS)
  const text = `What is ${wanted} the ${nounFor(from.category, stream)}?`
  return {
    text, type: 'what is', answerType: 'other', kind: 'what is there',
    ask(s) {
      const anchor = onlyObject(s, { category: from.category })
      return anchor ? (onlyInDirection(s, wanted, anchor)?.category ?? null) : null
    }
  }
}

const whatHeld: QuestionMaker = (scene, stream) => {
  const all = carried(scene)
  if (all.length === 0) return null
  const { person, verb } = stream.pick(all)
  return {
    text: `What is the ${nounFor(person.category, stream)} ${verb}?`, type: 'what is the', answerType: 'other', kind: 'what held',
    ask(s) {
      const who = onlyObject(s, { category: person.category })
      const things = who ? relatedObjects(s, who, verb) : []
      return things.length === 1 ? at(things, 0).category : null
    }
  }
}

const whatKind: QuestionMaker = (scene, stream) => {
  const { family } = categoryOf(stream.pick(scene.objects).category)
  const noun = FAMILY_NOUNS[family]?.one
  if (noun === undefined) return null
  return {
    text: stream.pick([`What ${noun} is this?`, `Which ${noun} is in the picture?`]), type: 'what', answerType: 'other', kind: `what ${family}`,
    ask(s) {
      const found = distinct(objectsThat(s, { family }).map((object) => object.category))
      return found.length === 1 ? at(found, 0) : null
    }
  }
}

const whatColoured: QuestionMaker = (scene, stream) => {
  const { colour } = stream.pick(scene.objects)
  return {
    text: stream.pick([`What is ${colour}?`, `What is the ${colour} thing?`]), type: 'what is', answerType: 'other', kind: 'what colored',
    ask(s) {
      const found = distinct(objectsThat(s, { colour }).map((object) => object.category))
      return found.length === 1 ? at(found, 0) : null
    }
  }
}

const where: QuestionMaker = (_scene, stream) => ({
  text: stream.pick(['Where is this?', 'Where was this picture taken?', 'Where is this photo taken?']), type: 'where is', answerType: 'other', kind: 'where',
  ask: (s) => (s.background === 'night' ? null : s.background)
})

const whichSide: QuestionMaker = (scene, stream) => {
  const { category } = stream.pick(scene.objects)
  return {
    text: `Which side is the ${nounFor(category, stream)} on?`, type: 'which', answerType: 'other', kind: 'side',
    ask(s) {
      const object = onlyObject(s, { category })
      const left = object ? isOnSide(s, object, 'left') : null
      return left === null ? null : left ? 'left' : 'right'
    }
  }
}

const howBig: QuestionMaker = (scene, stream) => {
  const { category } = stream.pick(scene.objects)
  return {
    text: `Is the ${nounFor(category, stream)} small or large?`, type: 'is the', answerType: 'other', kind: 'size',
    ask(s) {
      const size = onlyObject(s, { category })?.size
      return size === 'small' || size === 'large' ? size : null
    }
  }
}

/** The mix of kinds: about a quarter yes/no, a fifth numbers, the rest other answers. */
export const VQA_QUESTIONS: Weighted<QuestionMaker> = [
  [10, exists], [6, colourCheck], [3, relationCheck], [2, holdingCheck], [2, placeCheck], [1, sideCheck], [18, howMany],
  [26, whatColour], [6, whatIsThere], [6, whatHeld], [7, whatKind], [5, whatColoured], [5, where], [1, whichSide],
  [1, howBig]
]
