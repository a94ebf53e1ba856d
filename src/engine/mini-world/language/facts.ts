// What is true of a scene, as plain questions to the scene graph: which objects fit a description, where they are,
// who holds what. Every grammar asks here, so that all twelve data sets mean the same by "left of".
// Read next: words.ts, captions.ts.

import { at } from '../../../contract/check'
import { categoryOf, type Family } from '../catalog'
import type { Colour, Picture, Predicate, Scene, SceneObject, Size } from '../scene'

/** What a noun phrase asks of an object; a missing field asks nothing. */
export interface Description {
  readonly category?: string
  readonly family?: Family
  readonly colour?: Colour
  readonly size?: Size
}

export type Direction = 'left of' | 'right of' | 'above' | 'below'
export const DIRECTIONS: readonly Direction[] = ['left of', 'right of', 'above', 'below']

export const OPPOSITE: Readonly<Record<Direction, Direction>> = {
  'left of': 'right of',
  'right of': 'left of',
  above: 'below',
  below: 'above'
}

export type Side = 'left' | 'right' | 'top' | 'bottom'

export function fits(object: SceneObject, wanted: Description): boolean {
  return (
    (wanted.category === undefined || object.category === wanted.category) &&
    (wanted.family === undefined || categoryOf(object.category).family === wanted.family) &&
    (wanted.colour === undefined || object.colour === wanted.colour) &&
    (wanted.size === undefined || object.size === wanted.size)
  )
}

export function objectsThat(scene: Scene, wanted: Description): SceneObject[] {
  return scene.objects.filter((object) => fits(object, wanted))
}

/** The one object that fits; null if none or several do. */
export function onlyObject(scene: Scene, wanted: Description): SceneObject | null {
  const found = objectsThat(scene, wanted)
  return found.length === 1 ? at(found, 0) : null
}

export const centreX = (object: SceneObject): number => (object.box[0] + object.box[2]) / 2
export const centreY = (object: SceneObject): number => (object.box[1] + object.box[3]) / 2

/** The main direction from `b` to `a` ("a is left of b"); null where neither axis clearly leads. */
export function direction(a: SceneObject, b: SceneObject): Direction | null {
  const dx = centreX(a) - centreX(b)
  const dy = centreY(a) - centreY(b)
  if (Math.abs(dx) >= 24 && Math.abs(dx) >= 1.2 * Math.abs(dy)) return dx < 0 ? 'left of' : 'right of'
  if (Math.abs(dy) >= 24 && Math.abs(dy) >= 1.2 * Math.abs(dx)) return dy < 0 ? 'above' : 'below'
  return null
}

/** True, false, or null where people could disagree (the objects lie across the other axis). */
export function isDirected(a: SceneObject, wanted: Direction, b: SceneObject): boolean | null {
  const found = direction(a, b)
  if (found === wanted) return true
  return found === OPPOSITE[wanted] ? false : null
}

/** The side of the picture that an object clearly lies on (outer two fifths), per axis. */
export function isOnSide(scene: Scene, object: SceneObject, side: Side): boolean | null {
  const x = centreX(object) / scene.width
  const y = centreY(object) / scene.height
  const place = side === 'left' ? x : side === 'right' ? 1 - x : side === 'top' ? y : 1 - y
  return place < 0.4 ? true : place > 0.6 ? false : null
}

/** The other end of a relation that the scene names, for example what a man holds. */
export function relatedObjects(scene: Scene, subject: SceneObject, predicate: Predicate): SceneObject[] {
  const index = scene.objects.indexOf(subject)
  return scene.relations
    .filter((relation) => relation.subject === index && relation.predicate === predicate)
    .map((relation) => at(scene.objects, relation.object))
}

export function hasRelation(scene: Scene, a: SceneObject, predicate: Predicate, b: SceneObject): boolean {
  return relatedObjects(scene, a, predicate).includes(b)
}

/** Objects that someone holds or wears: `holding` first. */
export function carried(scene: Scene): { person: SceneObject; verb: 'holding' | 'wearing'; thing: SceneObject }[] {
  return scene.relations.flatMap(({ subject, predicate, object }) =>
    predicate === 'holding' || predicate === 'wearing'
      ? [{ person: at(scene.objects, subject), verb: predicate, thing: at(scene.objects, object) }]
      : []
  )
}

/** Objects of one colour and category together, in order of first appearance. */
export function colourGroups(scene: Scene): { category: string; colour: Colour; members: SceneObject[] }[] {
  const groups: { category: string; colour: Colour; members: SceneObject[] }[] = []
  for (const object of scene.objects) {
    const group = groups.find((g) => g.category === object.category && g.colour === object.colour)
    if (group) group.members.push(object)
    else groups.push({ category: object.category, colour: object.colour, members: [object] })
  }
  return groups
}

export function distinct<T>(list: readonly T[]): T[] {
  return [...new Set(list)]
}

/** The pictures of a pool and split, in the world's order. */
export function picturesOf(pictures: readonly Picture[], pool: Picture['pool'], split: Picture['split']): Picture[] {
  return pictures.filter((picture) => picture.pool === pool && picture.split === split)
}
