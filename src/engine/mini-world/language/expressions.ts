// Referring expressions: each singles out exactly one object of its scene. `unc` may use places ("left dog"), `plus`
// may not (as RefCOCO+), `umd` is longer, with relations (as RefCOCOg). An expression carries its meaning as a function
// of the scene, and only those that mean one object are kept. Read next: writers/refcoco.ts, pointing.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf } from '../catalog'
import type { Scene, SceneObject } from '../scene'
import { drawWeighted, type Weighted } from './drawing'
import {
  carried, centreX, centreY, direction, fits, hasRelation, isDirected, isOnSide, objectsThat, DIRECTIONS,
  type Description, type Direction, type Side
} from './facts'
import { described } from './questions'
import { nounFor, phrase, isPerson, withArticle } from './words'

export interface Expression {
  readonly text: string
  readonly kind: string
  /** The objects it may mean; two or more where people could disagree. */
  means(scene: Scene): readonly SceneObject[]
}

type Maker = (scene: Scene, target: SceneObject, stream: RandomStream) => Expression | null

export type ExpressionStyle = 'unc' | 'plus' | 'umd'

const LONGEST: Readonly<Record<ExpressionStyle, number>> = { unc: 8, plus: 8, umd: 14 }
export const longestExpression = (style: ExpressionStyle): number => LONGEST[style]

/** Category with as much as is needed (or a little more) to tell the target apart; null if colour and size do not. */
function sufficient(scene: Scene, target: SceneObject, stream: RandomStream): Description | null {
  const { category, colour, size } = target
  const sized = size === 'medium' ? [] : [{ category, size }, { category, colour, size }]
  const choices: Description[] = stream.chance(0.45) ? [{ category, colour }, { category }, ...sized] : [{ category }, { category, colour }, ...sized]
  return choices.find((wanted) => objectsThat(scene, wanted).length === 1) ?? null
}

/** Objects of a description that lie outermost on a side, with those too near to tell. */
export function outermost(scene: Scene, wanted: Description, side: Side): SceneObject[] {
  const place = (object: SceneObject): number => {
    if (side === 'left' || side === 'right') return side === 'left' ? centreX(object) : scene.width - centreX(object)
    return side === 'top' ? centreY(object) : scene.height - centreY(object)
  }
  const found = objectsThat(scene, wanted)
  const nearest = Math.min(...found.map(place))
  return found.filter((object) => place(object) < nearest + 24)
}

const plain: Maker = (scene, target, stream) => {
  const wanted = sufficient(scene, target, stream)
  return wanted && { text: described(wanted, stream), kind: 'plain', means: (s) => objectsThat(s, wanted) }
}

const byColour: Maker = (_scene, target, stream) => {
  const wanted = { colour: target.colour }
  return { text: stream.pick([`${target.colour} thing`, `${target.colour} object`]), kind: 'color', means: (s) => objectsThat(s, wanted) }
}

const bySide: Maker = (scene, target, stream) => {
  const { category, colour } = target
  const side = stream.pick((['left', 'right', 'top', 'bottom'] as const).filter((s) => outermost(scene, { category }, s)[0] === target).concat(['left']))
  if (isOnSide(scene, target, side) === false) return null
  const wanted: Description = stream.chance(0.3) ? { category, colour } : { category }
  const name = described(wanted, stream)
  const text = stream.pick([`${side} ${name}`, `${name} on ${side === 'top' || side === 'bottom' ? 'the ' : ''}${side}`, `${name} on the ${side}`])
  const alone = objectsThat(scene, wanted).length === 1
  return { text, kind: 'side', means: (s) => (alone && outermost(s, {}, side)[0] !== target ? [] : outermost(s, wanted, side)) }
}

/** Objects that stand in a direction from any object of a description; unclear ones count as possible. */
function inDirection(scene: Scene, wanted: Description, relation: Direction, from: Description): SceneObject[] {
  return objectsThat(scene, wanted).filter((object) =>
    scene.objects.some((other) => other !== object && fits(other, from) && isDirected(object, relation, other) !== false)
  )
}

/** A description of the object that a relation starts from; its colour half the time. */
function anchorOf(object: SceneObject, stream: RandomStream, colourRate = 0.5): Description {
  const { category, colour } = object
  return stream.chance(colourRate) ? { category, colour } : { category }
}

const byRelation = (article: boolean): Maker => (scene, target, stream) => {
  const anchors = scene.objects.filter((object) => object !== target && direction(target, object) !== null)
  if (anchors.length === 0) return null
  const anchor = stream.pick(anchors)
  const relation = direction(target, anchor) ?? at(DIRECTIONS, 0)
  const wanted = anchorOf(target, stream, 0.35)
  const from = anchorOf(anchor, stream)
  const [name, other] = [described(wanted, stream), described(from, stream)]
  const words = relation === 'below' && stream.chance(0.2) ? 'under' : relation
  const text = article
    ? stream.pick([`the ${name} ${words} the ${other}`, `the ${name} that is ${words} the ${other}`, `${withArticle(name)} ${words} ${withArticle(other)}`])
    : `${name} ${words} ${other}`
  return { text, kind: 'relation', means: (s) => inDirection(s, wanted, relation, from) }
}

const besides: Maker = (scene, target, stream) => {
  const near = scene.objects.filter((object) => object !== target && hasRelation(scene, target, 'next to', object))
  if (near.length === 0) return null
  const wanted = anchorOf(target, stream, 0.35)
  const from = anchorOf(stream.pick(near), stream)
  return {
    text: `the ${described(wanted, stream)} next to the ${described(from, stream)}`, kind: 'next to',
    means: (s) => objectsThat(s, wanted).filter((object) => s.objects.some((other) => fits(other, from) && hasRelation(s, object, 'next to', other)))
  }
}

const handling = (article: boolean): Maker => (scene, target, stream) => {
  const all = carried(scene)
  const own = all.filter(({ person, thing }) => person === target || thing === target)
  if (own.length === 0) return null
  const { person, verb, thing } = stream.pick(own)
  if (thing === target) {
    const [wanted, holder] = [anchorOf(thing, stream, 0.3), { category: person.category }]
    const [name, who] = [described(wanted, stream), nounFor(person.category, stream)]
    const text = article ? `the ${name} the ${who} is ${verb}` : `${name} the ${who} is ${verb}`
    return { text, kind: 'held', means: (s) => carried(s).filter((c) => c.verb === verb && fits(c.thing, wanted) && fits(c.person, holder)).map((c) => c.thing) }
  }
  const wanted = anchorOf(person, stream, 0.25)
  const held = anchorOf(thing, stream, 0.6)
  const [name, what] = [described(wanted, stream), withArticle(described(held, stream))]
  const text = article ? `the ${name} ${stream.pick([verb, `who is ${verb}`])} ${what}` : `${name} ${verb} ${what}`
  return { text, kind: 'holder', means: (s) => carried(s).filter((c) => c.verb === verb && fits(c.person, wanted) && fits(c.thing, held)).map((c) => c.person) }
}

const facing: Maker = (_scene, target, stream) => {
  if (target.facing === 'none') return null
  const wanted = anchorOf(target, stream, 0.3)
  return {
    text: `the ${described(wanted, stream)} that is facing ${target.facing}`, kind: 'facing',
    means: (s) => objectsThat(s, wanted).filter((object) => object.facing === target.facing)
  }
}

/** RefCOCOg's plain form: a full noun phrase with both attributes. */
const fullPhrase: Maker = (_scene, target, stream) => {
  const { category, colour, size } = target
  const wanted: Description = size === 'medium' || stream.chance(0.4) ? { category, colour } : { category, colour, size }
  return { text: withArticle(described(wanted, stream)), kind: 'plain', means: (s) => objectsThat(s, wanted) }
}

const fullSide: Maker = (scene, target, stream) => {
  const wanted = anchorOf(target, stream, 0.4)
  const side = stream.pick(['left', 'right', 'top', 'bottom'] as const)
  if (isOnSide(scene, target, side) === false) return null
  const where = side === 'left' || side === 'right' ? `on the ${side} side` : `at the ${side}`
  const text = `the ${described(wanted, stream)} ${where} of the picture`
  return { text, kind: 'side', means: (s) => (outermost(s, {}, side).includes(target) || objectsThat(s, wanted).length > 1 ? outermost(s, wanted, side) : []) }
}

/** `the largest dog`: among several of a category. */
const largest: Maker = (_scene, target, stream) => {
  const { category, size } = target
  if (size === 'medium') return null
  const word = size === 'large' ? 'largest' : 'smallest'
  const rank = { small: 0, medium: 1, large: 2 }
  const most = (s: Scene): SceneObject[] => {
    const found = objectsThat(s, { category })
    return found.length < 2 ? [] : found.filter((o) => found.every((x) => x === o || (size === 'large' ? rank[x.size] < rank[o.size] : rank[x.size] > rank[o.size])))
  }
  return { text: `the ${word} ${phrase({ noun: nounFor(category, stream), person: isPerson(category) })}`, kind: 'largest', means: most }
}

const MAKERS: Readonly<Record<ExpressionStyle, Weighted<Maker>>> = {
  unc: [[42, plain], [4, byColour], [28, bySide], [14, byRelation(false)], [8, handling(false)]],
  plus: [[66, plain], [8, byColour], [12, handling(false)], [5, besides], [4, largest]],
  umd: [[30, byRelation(true)], [24, fullPhrase], [16, handling(true)], [12, fullSide], [8, besides], [4, facing], [4, largest]]
}

/** An expression that means the target and nothing else in the scene; null if this draw found none. */
export function expressionFor(scene: Scene, target: SceneObject, style: ExpressionStyle, stream: RandomStream): Expression | null {
  const expression = drawWeighted(MAKERS[style], stream)(scene, target, stream)
  if (!expression) return null
  const meant = expression.means(scene)
  return meant.length === 1 && meant[0] === target ? expression : null
}

/** True for people: RefCOCO's testA holds them, testB all others. */
export const isPersonObject = (object: SceneObject): boolean => categoryOf(object.category).family === 'person'
