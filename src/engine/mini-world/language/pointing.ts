// Visual7W's "which" questions: four boxes of one picture, one of them right. The four are drawn first (sharing a
// category where they can), then the right one among them, so that the boxes alone tell nothing. Read next:
// writers/visual7w.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf } from '../catalog'
import type { Scene, SceneObject } from '../scene'
import { drawWeighted, type Weighted } from './drawing'
import { carried, direction, fits, isDirected, isOnSide, objectsThat, type Description } from './facts'
import { outermost, type Expression } from './expressions'
import { described } from './questions'
import { FAMILY_NOUNS, colourPredicate, isPerson, nounFor } from './words'

export interface WhichQuestion {
  readonly text: string
  readonly answer: SceneObject
  /** Three others. */
  readonly others: readonly SceneObject[]
}

type Maker = (scene: Scene, target: SceneObject, stream: RandomStream) => Expression | null

/** What "which" asks for: the category, its family, or any thing. */
function asked(target: SceneObject, stream: RandomStream): Description {
  const { family } = categoryOf(target.category)
  const known = FAMILY_NOUNS[family] !== undefined
  return drawWeighted<Description>([[5, { category: target.category }], [known ? 4 : 0, { family }], [3, {}]], stream)
}

const coloured: Maker = (_scene, target, stream) => {
  const wanted = asked(target, stream)
  const alive = isPerson(target.category) && (wanted.category !== undefined || wanted.family !== undefined)
  const colour = alive ? colourPredicate(target.category, target.colour) : target.colour
  return { text: `Which ${described(wanted, stream)} is ${colour}?`, kind: 'color', means: (s) => objectsThat(s, { ...wanted, colour: target.colour }) }
}

const kindOf: Maker = (_scene, target, stream) => {
  const { category, colour } = target
  const { family } = categoryOf(category)
  const wanted = FAMILY_NOUNS[family] && stream.chance(0.5) ? { family } : {}
  const meant: Description = stream.chance(0.5) ? { category } : { category, colour }
  const named = described(meant, stream)
  const text = `Which ${described(wanted, stream)} is ${/^[aeiou]/.test(named) ? 'an' : 'a'} ${named}?`
  return { text, kind: 'category', means: (s) => objectsThat(s, meant) }
}

const onSide: Maker = (scene, target, stream) => {
  const { category } = target
  const { family } = categoryOf(category)
  const wanted: Description = FAMILY_NOUNS[family] === undefined || stream.chance(0.7) ? { category } : { family }
  const side = stream.pick(['left', 'right', 'top', 'bottom'] as const)
  if (isOnSide(scene, target, side) === false) return null
  const where = side === 'left' || side === 'right' ? `on the ${side}` : `at the ${side}`
  return { text: `Which ${described(wanted, stream)} is ${where}?`, kind: 'side', means: (s) => (objectsThat(s, wanted).length > 1 ? outermost(s, wanted, side) : []) }
}

const related: Maker = (scene, target, stream) => {
  const anchors = scene.objects.filter((object) => object !== target && direction(target, object) !== null)
  if (anchors.length === 0) return null
  const anchor = stream.pick(anchors)
  const relation = direction(target, anchor)
  if (!relation) return null
  const wanted = asked(target, stream)
  const from: Description = stream.chance(0.5) ? { category: anchor.category } : { category: anchor.category, colour: anchor.colour }
  if (objectsThat(scene, from).length !== 1) return null
  return {
    text: `Which ${described(wanted, stream)} is ${relation} the ${described(from, stream)}?`, kind: 'relation',
    means: (s) => objectsThat(s, wanted).filter((o) => s.objects.some((x) => x !== o && fits(x, from) && isDirected(o, relation, x) !== false))
  }
}

const handled: Maker = (scene, target, stream) => {
  const own = carried(scene).filter(({ person, thing }) => person === target || thing === target)
  if (own.length === 0) return null
  const { person, verb, thing } = stream.pick(own)
  const all = (s: Scene): ReturnType<typeof carried> => carried(s).filter((c) => c.verb === verb)
  if (thing === target) {
    const text = `Which ${stream.pick(['thing', 'object'])} is the ${nounFor(person.category, stream)} ${verb}?`
    return { text, kind: 'held', means: (s) => all(s).filter((c) => c.person.category === person.category).map((c) => c.thing) }
  }
  const noun = stream.chance(0.5) ? 'person' : nounFor(person.category, stream)
  const named = nounFor(thing.category, stream)
  const text = `Which ${noun} is ${verb} ${/^[aeiou]/.test(named) ? 'an' : 'a'} ${named}?`
  return { text, kind: 'holder', means: (s) => all(s).filter((c) => c.thing.category === thing.category).map((c) => c.person) }
}

const MAKERS: Weighted<Maker> = [[36, coloured], [30, kindOf], [12, onSide], [14, related], [12, handled]]

/** Four objects, with as many of one category as the scene has. */
function fourObjects(scene: Scene, stream: RandomStream): SceneObject[] {
  const order = stream.shuffle(scene.objects)
  const first = order[0]
  if (!first || order.length < 4) return []
  const alike = order.filter((object) => object.category === first.category)
  return [...alike, ...order.filter((object) => object.category !== first.category)].slice(0, 4)
}

/** A question whose answer is unique in the whole scene; null if the draw made no sense or has too few objects. */
export function whichQuestion(scene: Scene, stream: RandomStream): WhichQuestion | null {
  const four = fourObjects(scene, stream)
  if (four.length < 4) return null
  const answer = at(four, stream.integer(4))
  for (let attempt = 0; attempt < 12; attempt++) {
    const question = drawWeighted(MAKERS, stream)(scene, answer, stream)
    const meant = question?.means(scene) ?? []
    if (question && meant.length === 1 && meant[0] === answer) {
      return { text: question.text, answer, others: four.filter((object) => object !== answer) }
    }
  }
  return null
}
