// Which relations hold between two boxes of a scene. Every rule has a clear margin, so that people would agree:
// what is neither clearly so nor clearly not so is no relation at all. Read next: scenes.ts, language/facts.ts.

import { at } from '../../contract/check'
import { CARRIERS, categoryOf } from './catalog'
import type { Box, Predicate, Relation, SceneObject } from './scene'

/** Least distance between two centres, pixels, and how much one axis must lead over the other. */
const CLEAR_DISTANCE = 24
const LEADING_AXIS = 1.2

/** Two objects are next to each other up to this gap between their boxes, pixels. */
const NEAR_GAP = 18

/** Things whose top edge others can stand on. */
export const SUPPORTS: readonly string[] = ['table', 'bed', 'sofa', 'wardrobe', 'car', 'bus', 'truck']

export const widthOf = (box: Box): number => box[2] - box[0]
export const heightOf = (box: Box): number => box[3] - box[1]
const middleX = (box: Box): number => (box[0] + box[2]) / 2
const middleY = (box: Box): number => (box[1] + box[3]) / 2

/** Area that two boxes share, in pixels. */
export function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return width > 0 && height > 0 ? width * height : 0
}

/** Intersection over union of two boxes. */
export function overlap(a: Box, b: Box): number {
  const shared = sharedArea(a, b)
  return shared / (widthOf(a) * heightOf(a) + widthOf(b) * heightOf(b) - shared)
}

/** Gap between two boxes, pixels; 0 if they touch or overlap. */
export function gapBetween(a: Box, b: Box): number {
  return Math.max(0, a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3])
}

function directionOf(a: Box, b: Box): Predicate | null {
  const dx = middleX(a) - middleX(b)
  const dy = middleY(a) - middleY(b)
  if (Math.abs(dx) >= CLEAR_DISTANCE && Math.abs(dx) >= LEADING_AXIS * Math.abs(dy)) return dx < 0 ? 'left of' : 'right of'
  if (Math.abs(dy) >= CLEAR_DISTANCE && Math.abs(dy) >= LEADING_AXIS * Math.abs(dx)) return dy < 0 ? 'above' : 'below'
  return null
}

/** `a` stands on the top edge of `b`. */
function standsOn(a: SceneObject, b: SceneObject): boolean {
  if (!SUPPORTS.includes(b.category) || categoryOf(a.category).family === 'place') return false
  const depth = a.box[3] - b.box[1]
  const x = middleX(a.box)
  return depth >= -2 && depth <= 8 && x > b.box[0] && x < b.box[2] && widthOf(a.box) <= widthOf(b.box)
}

/** `person` holds or wears `thing`: the thing lies at the hand, on the head or on the chest. */
export function carries(person: SceneObject, thing: SceneObject): 'holding' | 'wearing' | null {
  const { carried } = categoryOf(thing.category)
  if (carried === undefined || !CARRIERS.includes(person.category)) return null
  if (widthOf(thing.box) * heightOf(thing.box) > widthOf(person.box) * heightOf(person.box)) return null
  if (sharedArea(person.box, thing.box) === 0) return null
  const x = (middleX(thing.box) - person.box[0]) / widthOf(person.box)
  const y = (middleY(thing.box) - person.box[1]) / heightOf(person.box)
  if (carried === 'head') return x > 0.3 && x < 0.7 && y < 0.15 ? 'wearing' : null
  if (carried === 'chest') return x > 0.3 && x < 0.7 && y > 0.3 && y < 0.6 ? 'wearing' : null
  return (x < 0.15 || x > 0.85) && y > 0.1 && y < 0.75 ? 'holding' : null
}

/** The relations of `a` to `b`, strongest first: carrying and standing on replace a direction. */
function relationsBetween(a: SceneObject, b: SceneObject): Predicate[] {
  const carrying = carries(a, b)
  if (carrying) return [carrying]
  if (carries(b, a)) return []
  if (standsOn(a, b)) return ['on']
  if (standsOn(b, a)) return ['below']
  const found: Predicate[] = []
  const direction = directionOf(a.box, b.box)
  if (direction) found.push(direction)
  if (gapBetween(a.box, b.box) <= NEAR_GAP && sharedArea(a.box, b.box) === 0) found.push('next to')
  return found
}

/** All relations of a scene, by index into its objects. */
export function relationsOf(objects: readonly SceneObject[]): Relation[] {
  const relations: Relation[] = []
  for (let subject = 0; subject < objects.length; subject++) {
    for (let object = 0; object < objects.length; object++) {
      if (subject === object) continue
      for (const predicate of relationsBetween(at(objects, subject), at(objects, object))) {
        relations.push({ subject, predicate, object })
      }
    }
  }
  return relations
}
