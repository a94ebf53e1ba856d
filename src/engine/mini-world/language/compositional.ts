// GQA's grammar: query, verify, choose, logical and compare questions about a scene, each with its program and with
// the questions it entails. Answers are kept level by compositional question group in writers/gqa.ts.
// Read next: programs.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { CATEGORIES, categoryOf } from '../catalog'
import { BACKGROUNDS, COLOURS, type Colour, type Scene, type SceneObject } from '../scene'
import type { Weighted } from './drawing'
import { isDirected, isOnSide, objectsThat, onlyObject, OPPOSITE, type Direction } from './facts'
import { selected, type Operation, type ProgramQuestion } from './programs'
import { onlyInDirection } from './questions'
import { FAMILY_NOUNS, PLACE_PHRASES, colourPredicate, isPerson, otherColour, phrase, sentenceCase, withArticle } from './words'

type Maker = (scene: Scene, stream: RandomStream) => ProgramQuestion | null

/** How GQA spells directions. */
export const GQA_RELATIONS: Readonly<Record<Direction, string>> = {
  'left of': 'to the left of',
  'right of': 'to the right of',
  above: 'above',
  below: 'below'
}

const step = (operation: string, argument: string, ...dependencies: number[]): Operation => ({ operation, dependencies, argument })
const fullName = (category: string, colour: Colour): string => phrase({ noun: category, colour, person: isPerson(category) })
const yesNo = (truth: boolean): string => (truth ? 'yes' : 'no')
const said = (truth: boolean, text: string): string => `${truth ? 'Yes' : 'No'}, ${text}.`

type Rest = Partial<Pick<ProgramQuestion, 'mentioned' | 'answerObject' | 'entails'>>

function question(
  text: string, answer: string, fullAnswer: string, semantic: readonly Operation[],
  types: ProgramQuestion['types'], global: string | null, local: string, rest: Rest = {}
): ProgramQuestion {
  return { text, answer, fullAnswer, semantic, types, groups: { global, local }, mentioned: [], answerObject: null, entails: [], ...rest }
}

/** An object that its category alone, or its category and colour, tells apart. */
function uniqueObject(scene: Scene, stream: RandomStream, plainOnly = false): { object: SceneObject; name: string; steps: Operation[] } | null {
  const object = stream.pick(scene.objects)
  const { category, colour } = object
  const alike = objectsThat(scene, { category })
  if (alike.length === 1) return { object, name: category, steps: [step('select', selected(category, alike))] }
  if (plainOnly || !onlyObject(scene, { category, colour })) return null
  return { object, name: fullName(category, colour), steps: [step('select', selected(category, alike)), step('filter color', colour, 0)] }
}

function verifyColour(scene: Scene, object: SceneObject, colour: Colour): ProgramQuestion {
  const truth = object.colour === colour
  const { category } = object
  const semantic = [step('select', selected(category, objectsThat(scene, { category }))), step('verify color', colour, 0)]
  return question(
    `Is the ${category} ${colourPredicate(category, colour)}?`, yesNo(truth), said(truth, `the ${category} is ${colourPredicate(category, object.colour)}`), semantic,
    { structural: 'verify', semantic: 'attr', detailed: 'verifyAttr' }, null, `06-${category}_${colour}`, { mentioned: [{ noun: category, object }] }
  )
}

function existsColoured(scene: Scene, category: string, colour: Colour): ProgramQuestion {
  const found = objectsThat(scene, { category, colour })
  const semantic = [step('select', selected(category, objectsThat(scene, { category }))), step('filter color', colour, 0), step('exist', '?', 1)]
  return question(
    `Is there ${withArticle(fullName(category, colour))}?`, yesNo(found.length > 0), said(found.length > 0, `there is ${found.length > 0 ? 'a' : 'no'} ${fullName(category, colour)}`), semantic,
    { structural: 'verify', semantic: 'obj', detailed: 'existAttr' }, null, `13-${category}_${colour}`
  )
}

function chooseColour(scene: Scene, object: SceneObject, other: Colour, stream: RandomStream): ProgramQuestion {
  const { category, colour } = object
  const [a, b] = stream.chance(0.5) ? [colour, other] : [other, colour]
  const semantic = [step('select', selected(category, objectsThat(scene, { category }))), step('choose color', `${a}|${b}`, 0)]
  return question(
    `Is the ${category} ${colourPredicate(category, a)} or ${b}?`, colour, `The ${category} is ${colourPredicate(category, colour)}.`, semantic,
    { structural: 'choose', semantic: 'attr', detailed: 'chooseAttr' }, 'color', `10c-${category}_color`, { mentioned: [{ noun: category, object }] }
  )
}

/** Half the time the truth, half the time another colour: yes and no stay level. */
const guessColour = (object: SceneObject, stream: RandomStream): Colour => (stream.chance(0.5) ? object.colour : otherColour(object.colour, stream))

const queryColour: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const { category, colour } = object
  if (!onlyObject(scene, { category })) return null
  const semantic = [step('select', selected(category, [object])), step('query', 'color', 0)]
  const entails = [verifyColour(scene, object, guessColour(object, stream)), existsColoured(scene, category, guessColour(object, stream)), chooseColour(scene, object, otherColour(colour, stream), stream)]
  return question(
    isPerson(category) ? `What color is the ${category} dressed in?` : stream.pick([`What color is the ${category}?`, `Which color is the ${category}?`]),
    colour, `The ${category} is ${colourPredicate(category, colour)}.`, semantic,
    { structural: 'query', semantic: 'attr', detailed: 'color' }, 'color', `10q-${category}_color`, { mentioned: [{ noun: category, object }], entails }
  )
}

const verifyColourOf: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  if (!onlyObject(scene, { category: object.category })) return null
  return verifyColour(scene, object, guessColour(object, stream))
}

const existence: Maker = (scene, stream) => {
  const { category, colour } = stream.pick(scene.objects)
  return existsColoured(scene, category, stream.chance(0.5) ? colour : stream.pick(COLOURS))
}

const chooseColourOf: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  if (!onlyObject(scene, { category: object.category })) return null
  return chooseColour(scene, object, otherColour(object.colour, stream), stream)
}

function verifyRelation(scene: Scene, a: SceneObject, relation: Direction, anchor: { name: string; steps: Operation[]; object: SceneObject }): ProgramQuestion | null {
  const truth = isDirected(a, relation, anchor.object)
  if (truth === null || !onlyObject(scene, { category: a.category })) return null
  const spelt = GQA_RELATIONS[relation]
  const semantic = [...anchor.steps, step('verify rel', `${a.category},${spelt},s (${a.id})`, anchor.steps.length - 1)]
  const actual = GQA_RELATIONS[truth ? relation : OPPOSITE[relation]]
  return question(
    `Is the ${a.category} ${spelt} the ${anchor.name}?`, yesNo(truth), said(truth, `the ${a.category} is ${actual} the ${anchor.name}`), semantic,
    { structural: 'verify', semantic: 'rel', detailed: 'relVerify' }, null, `14-${a.category}_${anchor.name}`,
    { mentioned: [{ noun: a.category, object: a }, { noun: anchor.name, object: anchor.object }] }
  )
}

const verifyRelationOf: Maker = (scene, stream) => {
  const anchor = uniqueObject(scene, stream)
  const a = stream.pick(scene.objects)
  if (!anchor || anchor.object === a || anchor.object.category === a.category) return null
  return verifyRelation(scene, a, stream.pick(['left of', 'right of', 'above', 'below'] as const), anchor)
}

const queryRelated: Maker = (scene, stream) => {
  const anchor = uniqueObject(scene, stream)
  if (!anchor) return null
  const relation = stream.pick(['left of', 'right of', 'above', 'below'] as const)
  const found = onlyInDirection(scene, relation, anchor.object)
  if (!found) return null
  const { family } = categoryOf(found.category)
  const noun = stream.chance(0.4) ? FAMILY_NOUNS[family]?.one : undefined
  const spelt = GQA_RELATIONS[relation]
  const last = anchor.steps.length
  const semantic = [...anchor.steps, step('relate', `${noun ?? '_'},${spelt},s (${found.id})`, last - 1), step('query', 'name', last)]
  const text = noun === undefined ? `What is ${spelt} the ${anchor.name}?` : `What ${noun} is ${spelt} the ${anchor.name}?`
  const check = verifyRelation(scene, found, stream.chance(0.5) ? relation : OPPOSITE[relation], anchor)
  return question(
    text, found.category, `${sentenceCase(withArticle(found.category))} is ${spelt} the ${anchor.name}.`, semantic,
    { structural: 'query', semantic: 'rel', detailed: 'relS' }, family, `15-${anchor.name}_${relation}`,
    { mentioned: [{ noun: anchor.name, object: anchor.object }], answerObject: found, entails: check ? [check] : [] }
  )
}

const queryKind: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const { family } = categoryOf(object.category)
  const noun = FAMILY_NOUNS[family]?.one
  if (noun === undefined || objectsThat(scene, { family }).length !== 1) return null
  const coloured = stream.chance(0.5)
  const steps = [step('select', selected(noun, [object])), ...(coloured ? [step('filter color', object.colour, 0)] : [])]
  const semantic = [...steps, step('query', 'name', steps.length - 1)]
  const text = coloured ? `What is the ${object.colour} ${noun} called?` : `What ${noun} is in the picture?`
  return question(
    text.replace(' called', ''), object.category, `The ${noun} is ${withArticle(object.category)}.`, semantic,
    { structural: 'query', semantic: 'cat', detailed: 'categoryThis' }, family, `09q-${family}`, { mentioned: [{ noun, object }], answerObject: object }
  )
}

const queryPlace: Maker = (scene, stream) => {
  const place = scene.background
  if (place === 'night') return null
  return question(
    stream.pick(['Where was the picture taken?', 'Which place is this?']), place, `The picture was taken ${at(PLACE_PHRASES[place], 0)}.`,
    [step('select', 'scene'), step('query', 'place', 0)], { structural: 'query', semantic: 'global', detailed: 'place' }, 'place', '02q-place'
  )
}

const verifyPlace: Maker = (scene, stream) => {
  const place = stream.chance(0.5) ? scene.background : stream.pick(BACKGROUNDS)
  const truth = scene.background === place
  const noun = place === 'night' ? 'at night' : at(PLACE_PHRASES[place], 0)
  return question(
    `Was the picture taken ${noun}?`, yesNo(truth), said(truth, `it was taken ${at(PLACE_PHRASES[scene.background], 0)}`),
    [step('select', 'scene'), step('verify place', place, 0)], { structural: 'verify', semantic: 'global', detailed: 'placeVerify' }, null, `02v-${place}`
  )
}

const querySide: Maker = (scene, stream) => {
  const found = uniqueObject(scene, stream, true)
  const left = found ? isOnSide(scene, found.object, 'left') : null
  if (!found || left === null) return null
  const side = left ? 'left' : 'right'
  return question(
    `Which side is the ${found.name} on?`, side, `The ${found.name} is on the ${side}.`, [...found.steps, step('query', 'hposition', 0)],
    { structural: 'query', semantic: 'attr', detailed: 'positionQuery' }, 'hposition', `10q-${found.name}_hposition`, { mentioned: [{ noun: found.name, object: found.object }] }
  )
}

/** `Is there a dog and a cat?`: two existence tests joined. */
const logical: Maker = (scene, stream) => {
  const joined = stream.pick(['and', 'or'] as const)
  const truth = stream.chance(0.5)
  const present = stream.shuffle([...new Set(scene.objects.map((object) => object.category))])
  const others = stream.shuffle(CATEGORIES.map((category) => category.name)).filter((category) => !present.includes(category))
  const [has, hasToo, no, noToo] = [present[0], present[1], others[0], others[1]]
  if (!has || !hasToo || !no || !noToo) return null
  const both = joined === 'and' ? (truth ? [has, hasToo] : [has, no]) : truth ? [has, no] : [no, noToo]
  const [a, b] = stream.shuffle(both).map((category) => ({ category, found: objectsThat(scene, { category }) }))
  if (!a || !b) return null
  const semantic = [
    step('select', selected(a.category, a.found)), step('exist', '?', 0), step('select', selected(b.category, b.found)), step('exist', '?', 2), step(joined, '', 1, 3)
  ]
  return question(
    `Is there ${withArticle(a.category)} ${joined} ${withArticle(b.category)}?`, yesNo(truth), said(truth, `there is ${truth ? 'such a thing' : 'not'}`), semantic,
    { structural: 'logical', semantic: 'obj', detailed: joined === 'and' ? 'existAnd' : 'existOr' }, null, `13-${a.category}_${joined}_${b.category}`
  )
}

const compare: Maker = (scene, stream) => {
  const alone = scene.objects.filter((object) => onlyObject(scene, { category: object.category }))
  const pairs = alone.flatMap((a) => alone.filter((b) => b !== a).map((b) => ({ a, b })))
  const alike = pairs.filter(({ a, b }) => a.colour === b.colour)
  const unlike = pairs.filter(({ a, b }) => a.colour !== b.colour)
  if (alike.length === 0 || unlike.length === 0) return null
  const { a, b } = stream.pick(stream.chance(0.5) ? alike : unlike)
  const same = a.colour === b.colour
  const asksSame = stream.chance(0.6)
  const truth = same === asksSame
  const word = asksSame ? 'same color' : 'different color'
  const semantic = [
    step('select', selected(a.category, [a])), step('select', selected(b.category, [b])), step(asksSame ? 'same color' : 'different color', '', 0, 1)
  ]
  const text = asksSame ? `Do the ${a.category} and the ${b.category} have the same color?` : `Do the ${a.category} and the ${b.category} have different colors?`
  return question(
    text, yesNo(truth), said(truth, `the colors are ${same ? 'the same' : 'different'}`), semantic,
    { structural: 'compare', semantic: 'attr', detailed: asksSame ? 'twoSame' : 'twoDifferent' }, null, `${word}-${a.category}_${b.category}`,
    { mentioned: [{ noun: a.category, object: a }, { noun: b.category, object: b }] }
  )
}

/** The mix of kinds; entailed questions come on top (writers/gqa.ts). */
export const PROGRAM_QUESTIONS: Weighted<Maker> = [
  [20, queryColour], [7, verifyColourOf], [10, existence], [6, chooseColourOf], [5, verifyRelationOf], [14, queryRelated],
  [17, queryKind], [6, queryPlace], [3, verifyPlace], [3, querySide], [5, logical], [4, compare]
]
