// An independent reader of the mini-world's English: from the words back to the objects that they mean. It shares no
// code with the grammars, so that a wrong sentence cannot agree with itself.

import { CATEGORIES, FAMILIES } from '../../../src/engine/mini-world/catalog'
import { COLOURS, type Scene, type SceneObject } from '../../../src/engine/mini-world/scene'

const FAMILY_OF_NOUN: Readonly<Record<string, (typeof FAMILIES)[number]>> = {
  person: 'person', people: 'person', animal: 'animal', animals: 'animal', vehicle: 'vehicle', vehicles: 'vehicle',
  'food item': 'food', 'food items': 'food', 'piece of furniture': 'furniture', 'pieces of furniture': 'furniture',
  'piece of clothing': 'clothing', 'pieces of clothing': 'clothing'
}
const SIZE_OF_WORD: Readonly<Record<string, string>> = { small: 'small', little: 'small', tiny: 'small', large: 'large', big: 'large' }
export const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

function pluralForms(noun: string): string[] {
  return [`${noun}s`, `${noun}es`, noun.replace(/y$/, 'ies'), noun.replace(/man$/, 'men')]
}

/** Category names that a noun may stand for; throws for a word that is no noun of the world. */
function categoriesOf(noun: string): readonly string[] {
  if (noun === 'thing' || noun === 'object' || noun === 'things' || noun === 'objects') return CATEGORIES.map((c) => c.name)
  const family = FAMILY_OF_NOUN[noun]
  if (family) return CATEGORIES.filter((c) => c.family === family).map((c) => c.name)
  const found = CATEGORIES.filter((c) => [c.name, c.plural, c.synonym].includes(noun) || (c.synonym !== undefined && pluralForms(c.synonym).includes(noun)))
  if (found.length !== 1) throw new Error(`"${noun}" names ${found.length} categories`)
  return found.map((c) => c.name)
}

/** The objects of a scene that a noun phrase fits: `a small red dog`, `the man in blue`, `two cars`. */
export function meantBy(scene: Scene, phrase: string): SceneObject[] {
  let rest = phrase.trim().toLowerCase().replace(/^(the|an?)\s+/, '')
  let colour: string | undefined
  const after = new RegExp(`^(.*) in (${COLOURS.join('|')})$`).exec(rest)
  if (after) [rest, colour] = [after[1] ?? '', after[2]]
  let size: string | undefined
  const words = rest.split(' ')
  while (words.length > 1) {
    const first = words[0] ?? ''
    if (SIZE_OF_WORD[first]) size = SIZE_OF_WORD[first]
    else if ((COLOURS as readonly string[]).includes(first)) colour = first
    else break
    words.shift()
  }
  const categories = categoriesOf(words.join(' '))
  return scene.objects.filter((o) => categories.includes(o.category) && (colour === undefined || o.colour === colour) && (size === undefined || o.size === size))
}

const middle = (o: SceneObject): [number, number] => [(o.box[0] + o.box[2]) / 2, (o.box[1] + o.box[3]) / 2]

export const RELATION = '(left of|right of|above|below|under|next to|to the left of|to the right of)'

/** Does `a` clearly stand so to `b`? By the centres, or by the scene's own relation for "next to". */
export function stands(scene: Scene, a: SceneObject, relation: string, b: SceneObject): boolean {
  if (relation === 'next to') {
    const [i, j] = [scene.objects.indexOf(a), scene.objects.indexOf(b)]
    return scene.relations.some((r) => r.predicate === 'next to' && r.subject === i && r.object === j)
  }
  const [ax, ay] = middle(a)
  const [bx, by] = middle(b)
  const [dx, dy] = [ax - bx, ay - by]
  const word = relation.replace('to the ', '').replace('under', 'below')
  if (word === 'left of') return dx <= -24 && -dx >= 1.2 * Math.abs(dy)
  if (word === 'right of') return dx >= 24 && dx >= 1.2 * Math.abs(dy)
  if (word === 'above') return dy <= -24 && -dy >= 1.2 * Math.abs(dx)
  return dy >= 24 && dy >= 1.2 * Math.abs(dx)
}

export function carries(scene: Scene, person: SceneObject, verb: string, thing: SceneObject): boolean {
  const [i, j] = [scene.objects.indexOf(person), scene.objects.indexOf(thing)]
  return scene.relations.some((r) => r.predicate === verb && r.subject === i && r.object === j)
}

/** How far an object is from a side, as a share of the picture: 0 at the side. */
export function distanceFrom(scene: Scene, object: SceneObject, side: string): number {
  const [x, y] = middle(object)
  if (side === 'left') return x / scene.width
  if (side === 'right') return 1 - x / scene.width
  return side === 'top' ? y / scene.height : 1 - y / scene.height
}

/** The one nearest to a side; null if two are as near. */
export function nearestTo(scene: Scene, objects: readonly SceneObject[], side: string): SceneObject | null {
  const [first, second] = [...objects].sort((a, b) => distanceFrom(scene, a, side) - distanceFrom(scene, b, side))
  if (!first) return null
  return second && distanceFrom(scene, second, side) - distanceFrom(scene, first, side) < 0.05 ? null : first
}

export const PLACES: Readonly<Record<string, string>> = {
  'on a meadow': 'meadow', 'in a field': 'meadow', 'on a beach': 'beach', 'at the beach': 'beach', 'on a street': 'street', 'on the road': 'street',
  'in a room': 'room', 'inside a room': 'room', 'in the snow': 'snow', 'on the snow': 'snow', 'at night': 'night', 'under the night sky': 'night'
}

/** A matcher over sentence patterns: the first that fits decides; a sentence that none fits is an error. */
export function reader<T>(patterns: readonly (readonly [RegExp, (...groups: string[]) => T])[]): (sentence: string) => T {
  return (sentence) => {
    for (const [pattern, meaning] of patterns) {
      const match = pattern.exec(sentence)
      if (match) return meaning(...match.slice(1).map((group) => group ?? ''))
    }
    throw new Error(`No pattern reads "${sentence}"`)
  }
}
