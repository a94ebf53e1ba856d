// SNLI-VE's hypotheses. "The dog is red" is entailed where the dog is red, contradicted where it has another colour,
// and left open where no dog is to be seen (there may be one out of view). So the same sentence occurs with all three
// labels and the words alone tell nothing. Read next: writers/snli-ve.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import { categoryOf } from '../catalog'
import { BACKGROUNDS, COLOURS, type Scene } from '../scene'
import { drawWeighted, type Weighted } from './drawing'
import { carried, isDirected, isOnSide, objectsThat, onlyObject, relatedObjects, DIRECTIONS } from './facts'
import { FAMILY_NOUNS, PLACE_PHRASES, SIZE_WORDS, colourPredicate, nounFor } from './words'

export const LABELS = ['contradiction', 'neutral', 'entailment'] as const
export type Label = (typeof LABELS)[number]

export interface Hypothesis {
  readonly text: string
  readonly kind: string
  /** The label on a scene; null where people could disagree. */
  judge(scene: Scene): Label | null
}

type Maker = (scene: Scene, stream: RandomStream) => Hypothesis | null

const decided = (truth: boolean | null): Label | null => (truth === null ? null : truth ? 'entailment' : 'contradiction')

/** True if all have it, false if none has, null if mixed. */
function unanimous(verdicts: readonly (boolean | null)[]): boolean | null {
  const first = verdicts[0] ?? null
  return verdicts.every((verdict) => verdict === first) ? first : null
}

const isColoured: Maker = (scene, stream) => {
  const { category, colour } = stream.pick(scene.objects)
  const many = objectsThat(scene, { category }).length > 1
  const noun = nounFor(category, stream, many)
  const text = `The ${noun} ${many ? 'are' : 'is'} ${colourPredicate(category, colour)}.`
  return {
    text, kind: 'color',
    judge(s) {
      const found = objectsThat(s, { category })
      if (found.length === 0) return 'neutral'
      if (found.length > 1 !== many) return null
      return decided(unanimous(found.map((object) => object.colour === colour)))
    }
  }
}

/** The easiest rung: a family word, so that many scenes decide it. */
const familyColour: Maker = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const { family } = categoryOf(object.category)
  const noun = FAMILY_NOUNS[family]?.one
  if (noun === undefined) return null
  const colour = stream.chance(0.7) ? object.colour : stream.pick(COLOURS)
  return {
    text: `The ${noun} is ${family === 'person' ? `in ${colour}` : colour}.`, kind: 'family color',
    judge(s) {
      const found = objectsThat(s, { family })
      if (found.length === 0) return 'neutral'
      return found.length > 1 ? null : decided(at(found, 0).colour === colour)
    }
  }
}

const isPlaced: Maker = (scene, stream) => {
  const { category } = stream.pick(scene.objects)
  const place = stream.chance(0.5) ? scene.background : stream.pick(BACKGROUNDS)
  const text = `The ${nounFor(category, stream)} is ${at(PLACE_PHRASES[place], stream.integer(2))}.`
  return { text, kind: 'place', judge: (s) => (objectsThat(s, { category }).length === 0 ? 'neutral' : decided(s.background === place)) }
}

const isHolding: Maker = (scene, stream) => {
  const all = carried(scene)
  if (all.length === 0) return null
  const { person, verb, thing } = stream.pick(all)
  const noun = nounFor(thing.category, stream)
  const text = `The ${nounFor(person.category, stream)} is ${verb} a ${noun}.`.replace(/ a ([aeiou])/, ' an $1')
  return {
    text, kind: 'holding',
    judge(s) {
      const people = objectsThat(s, { category: person.category })
      if (people.length === 0) return 'neutral'
      return decided(unanimous(people.map((who) => relatedObjects(s, who, verb).some((o) => o.category === thing.category))))
    }
  }
}

const isRelated: Maker = (scene, stream) => {
  const [a, b] = stream.shuffle(scene.objects)
  if (!a || !b || a.category === b.category) return null
  const wanted = stream.pick(DIRECTIONS)
  const text = `The ${nounFor(a.category, stream)} is ${wanted} the ${nounFor(b.category, stream)}.`
  return {
    text, kind: 'relation',
    judge(s) {
      const ones = objectsThat(s, { category: a.category })
      const twos = objectsThat(s, { category: b.category })
      if (ones.length === 0 || twos.length === 0) return 'neutral'
      const [one, two] = [onlyObject(s, { category: a.category }), onlyObject(s, { category: b.category })]
      return one && two ? decided(isDirected(one, wanted, two)) : null
    }
  }
}

const isSized: Maker = (scene, stream) => {
  const { category } = stream.pick(scene.objects)
  const size = stream.pick(['small', 'large'] as const)
  return {
    text: `The ${nounFor(category, stream)} is ${stream.pick(SIZE_WORDS[size])}.`, kind: 'size',
    judge(s) {
      const found = objectsThat(s, { category })
      if (found.length === 0) return 'neutral'
      return decided(unanimous(found.map((object) => (object.size === 'medium' ? null : object.size === size))))
    }
  }
}

const isOnTheSide: Maker = (scene, stream) => {
  const { category } = stream.pick(scene.objects)
  const side = stream.pick(['left', 'right'] as const)
  return {
    text: `The ${nounFor(category, stream)} is on the ${side}.`, kind: 'side',
    judge(s) {
      const found = objectsThat(s, { category })
      return found.length === 0 ? 'neutral' : decided(unanimous(found.map((object) => isOnSide(s, object, side))))
    }
  }
}

const sameColour: Maker = (scene, stream) => {
  const [a, b] = stream.shuffle(scene.objects)
  if (!a || !b || a.category === b.category) return null
  const text = `The ${nounFor(a.category, stream)} and the ${nounFor(b.category, stream)} have the same color.`
  return {
    text, kind: 'same color',
    judge(s) {
      const ones = objectsThat(s, { category: a.category })
      const twos = objectsThat(s, { category: b.category })
      if (ones.length === 0 || twos.length === 0) return 'neutral'
      const [one, two] = [onlyObject(s, { category: a.category }), onlyObject(s, { category: b.category })]
      return one && two ? decided(one.colour === two.colour) : null
    }
  }
}

const MAKERS: Weighted<Maker> = [
  [44, isColoured], [10, familyColour], [12, isPlaced], [9, isHolding], [10, isRelated], [5, isSized], [7, isOnTheSide],
  [3, sameColour]
]

/** A hypothesis prompted by a scene (it need not hold there); null if the draw made no sense. */
export function hypothesisAbout(scene: Scene, stream: RandomStream): Hypothesis | null {
  return drawWeighted(MAKERS, stream)(scene, stream)
}
