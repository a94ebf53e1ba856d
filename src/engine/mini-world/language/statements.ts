// NLVR2's statements about two pictures. About half are the easier rung (something exists, with its colour), the rest
// counts, comparisons and relations. A statement knows its truth on any two scenes, so that each one can be published
// with both truth values. Read next: writers/nlvr2.ts; statements about one picture are in hypotheses.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf } from '../catalog'
import { BACKGROUNDS, type Scene } from '../scene'
import { drawWeighted, type Weighted } from './drawing'
import { carried, direction, hasRelation, objectsThat, DIRECTIONS, type Description } from './facts'
import { described } from './questions'
import { NUMBER_WORDS, PLACE_PHRASES, nounFor, withArticle } from './words'

export interface Statement {
  readonly text: string
  readonly kind: string
  isTrue(left: Scene, right: Scene): boolean
}

type Maker = (left: Scene, right: Scene, stream: RandomStream) => Statement | null

const has = (scene: Scene, wanted: Description): boolean => objectsThat(scene, wanted).length > 0

/** What either picture shows, mostly with its colour. */
function something(left: Scene, right: Scene, stream: RandomStream, colourRate = 0.55): Description {
  const { category, colour } = stream.pick([...left.objects, ...right.objects])
  return stream.chance(colourRate) ? { category, colour } : { category }
}

const inAny: Maker = (left, right, stream) => {
  const wanted = something(left, right, stream)
  const name = withArticle(described(wanted, stream))
  const text = stream.pick([`There is ${name}.`, `At least one picture has ${name}.`, `A picture shows ${name}.`])
  return { text, kind: 'any', isTrue: (a, b) => has(a, wanted) || has(b, wanted) }
}

const inOne: Maker = (left, right, stream) => {
  const wanted = something(left, right, stream)
  const side = stream.pick(['left', 'right'] as const)
  const name = withArticle(described(wanted, stream))
  const text = stream.pick([`The ${side} picture has ${name}.`, `There is ${name} in the ${side} picture.`])
  return { text, kind: 'side', isTrue: (a, b) => has(side === 'left' ? a : b, wanted) }
}

const inBoth: Maker = (left, right, stream) => {
  const { category, colour } = stream.pick(left.objects)
  const wanted = stream.chance(0.2) ? { colour } : stream.chance(0.4) ? { family: categoryOf(category).family } : { category }
  if (wanted.family !== undefined && ['thing', 'place'].includes(wanted.family)) return null
  const name = withArticle(described(wanted, stream))
  return { text: stream.pick([`Both pictures have ${name}.`, `There is ${name} in each picture.`]), kind: 'both', isTrue: (a, b) => has(a, wanted) && has(b, wanted) }
}

const inNeither: Maker = (left, right, stream) => {
  const wanted = something(left, right, stream)
  const text = `Neither picture has ${withArticle(described(wanted, stream))}.`
  return { text, kind: 'neither', isTrue: (a, b) => !has(a, wanted) && !has(b, wanted) }
}

const holds: Maker = (left, right, stream) => {
  const all = [...carried(left), ...carried(right)]
  if (all.length === 0) return null
  const { person, verb, thing } = stream.pick(all)
  const colour = stream.chance(0.4) ? thing.colour : undefined
  const wanted: Description = { category: thing.category, ...(colour && { colour }) }
  const text = `${withArticle(nounFor(person.category, stream))} is ${verb} ${withArticle(described(wanted, stream))}.`
  const shows = (scene: Scene): boolean =>
    carried(scene).some((c) => c.verb === verb && c.person.category === person.category && objectsThat(scene, wanted).includes(c.thing))
  return { text: text.replace(/^a/, 'A'), kind: 'holds', isTrue: (a, b) => shows(a) || shows(b) }
}

const total: Maker = (left, right, stream) => {
  const wanted = something(left, right, stream, 0.25)
  const count = objectsThat(left, wanted).length + objectsThat(right, wanted).length
  if (count > 6) return null
  const verb = count === 1 ? 'is' : 'are'
  const text = `There ${verb} ${at(NUMBER_WORDS, count)} ${described(wanted, stream, count !== 1)} in total.`
  return { text, kind: 'total', isTrue: (a, b) => objectsThat(a, wanted).length + objectsThat(b, wanted).length === count }
}

const exactly: Maker = (left, right, stream) => {
  const wanted = something(left, right, stream, 0.2)
  const count = Math.max(objectsThat(left, wanted).length, objectsThat(right, wanted).length)
  if (count > 5) return null
  const text = `One picture has exactly ${at(NUMBER_WORDS, count)} ${described(wanted, stream, count !== 1)}.`
  const matches = (scene: Scene): number => (objectsThat(scene, wanted).length === count ? 1 : 0)
  return { text, kind: 'exactly', isTrue: (a, b) => matches(a) + matches(b) >= 1 }
}

const more: Maker = (left, right, stream) => {
  const wanted = something(left, right, stream, 0.15)
  const side = stream.pick(['left', 'right'] as const)
  const other = side === 'left' ? 'right' : 'left'
  const text = `The ${side} picture has more ${described(wanted, stream, true)} than the ${other} picture.`
  return {
    text, kind: 'more',
    isTrue(a, b) {
      const difference = objectsThat(a, wanted).length - objectsThat(b, wanted).length
      return side === 'left' ? difference > 0 : difference < 0
    }
  }
}

const related: Maker = (left, right, stream) => {
  const scene = stream.pick([left, right])
  const [one, two] = stream.shuffle(scene.objects)
  if (!one || !two || one.category === two.category) return null
  const relation = hasRelation(scene, one, 'next to', two) && stream.chance(0.3) ? 'next to' : stream.pick(DIRECTIONS)
  const text = `${withArticle(nounFor(one.category, stream))} is ${relation} ${withArticle(nounFor(two.category, stream))}.`
  const shows = (s: Scene): boolean =>
    objectsThat(s, { category: one.category }).some((x) =>
      objectsThat(s, { category: two.category }).some((y) =>
        relation === 'next to' ? hasRelation(s, x, relation, y) || hasRelation(s, y, relation, x) : direction(x, y) === relation
      )
    )
  return { text: text.replace(/^a/, 'A'), kind: 'relation', isTrue: (a, b) => shows(a) || shows(b) }
}

const samePlace: Maker = (_left, _right, stream) => {
  const place = stream.pick(BACKGROUNDS)
  const phrase = at(PLACE_PHRASES[place], stream.integer(2))
  const side = stream.pick(['left', 'right', 'both'] as const)
  const text = side === 'both' ? `Both pictures were taken ${phrase}.` : `The ${side} picture was taken ${phrase}.`
  const is = (scene: Scene): boolean => scene.background === place
  return { text, kind: 'place', isTrue: (a, b) => (side === 'both' ? is(a) && is(b) : is(side === 'left' ? a : b)) }
}

const MAKERS: Weighted<Maker> = [
  [34, inAny], [24, inOne], [6, inBoth], [4, inNeither], [6, holds], [8, total], [5, exactly], [4, more], [5, related],
  [4, samePlace]
]

/** A statement prompted by two scenes (it need not be true of them); null if the draw made no sense. */
export function statementAbout(left: Scene, right: Scene, stream: RandomStream): Statement | null {
  return drawWeighted(MAKERS, stream)(left, right, stream)
}
