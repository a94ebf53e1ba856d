// Draws the content of a picture at random: which objects, in which colours and sizes, and where. Rich for language:
// often several of one category (so that expressions must single one out), people who hold and wear things, things
// that stand on others. Pure function of the stream. Read next: relations.ts, pools.ts, render.ts.

import { at, check } from '../../contract/check'
import type { RandomStream } from '../random'
import { CARRIERS, CATEGORIES, categoryOf, type Category } from './catalog'
import { GLYPH_BOXES } from './glyph-boxes'
import { carries, gapBetween, heightOf, relationsOf, sharedArea, SUPPORTS, widthOf } from './relations'
import { BACKGROUNDS, COLOURS, type Box, type Colour, type Scene, type SceneObject, type Size } from './scene'

const PICTURE_WIDTH = 320
const PICTURE_HEIGHT = 240

/** Longest side of an object in pixels, before a variation of ±8 %. */
const SIZE_PIXELS: Readonly<Record<Size, number>> = { small: 30, medium: 50, large: 82 }

/** No object may hide more than this share of another one's box. */
const MOST_HIDDEN = 0.36

export interface SceneOptions {
  /** Fewest and most objects; 3 and 9 unless told. */
  readonly objects?: readonly [fewest: number, most: number]
  /** Objects that must be there (as far as they fit), for pictures that a statement compares. */
  readonly include?: readonly { readonly category: string; readonly colour?: Colour }[]
  /** Id of the first object; ids must be unique in the world. The picture's id times ten unless told. */
  readonly firstObjectId?: number
}

interface Wanted {
  readonly category: string
  readonly colour: Colour
}

/** A scene under construction: the objects so far and how much of each is hidden. */
interface Draft {
  readonly stream: RandomStream
  readonly objects: SceneObject[]
  readonly hidden: number[]
  readonly most: number
  readonly firstId: number
}

/** The scene of one picture. The same stream gives the same scene. */
export function drawScene(stream: RandomStream, id: number, options: SceneOptions = {}): Scene {
  const [fewest, most] = options.objects ?? [3, 9]
  check(fewest >= 1 && most <= 9 && fewest <= most, () => `A scene has 1 to 9 objects, not ${fewest} to ${most}`)
  const background = stream.pick(BACKGROUNDS)
  const count = fewest + stream.integer(most - fewest + 1)
  const draft: Draft = { stream, objects: [], hidden: [], most: count, firstId: options.firstObjectId ?? id * 10 }
  for (const wanted of options.include ?? []) {
    addObject(draft, { category: wanted.category, colour: wanted.colour ?? stream.pick(COLOURS) })
  }
  if (options.include === undefined && stream.chance(0.6)) addCrowd(draft)
  for (let attempt = 0; draft.objects.length < count && attempt < 40; attempt++) {
    addObject(draft, { category: pickCategory(stream).name, colour: stream.pick(COLOURS) })
  }
  const { objects } = draft
  return { id, width: PICTURE_WIDTH, height: PICTURE_HEIGHT, background, objects, relations: relationsOf(objects) }
}

/** Uniform over the categories, people and supports somewhat more often: they make relations. */
function pickCategory(stream: RandomStream): Category {
  if (stream.chance(0.06)) return categoryOf(stream.pick(CARRIERS))
  if (stream.chance(0.05)) return categoryOf(stream.pick(SUPPORTS))
  return stream.pick(CATEGORIES)
}

/** Two to four objects of one category, mostly in different colours. */
function addCrowd(draft: Draft): void {
  const { stream } = draft
  const category = pickCategory(stream)
  const colours = stream.shuffle(COLOURS)
  const size = 2 + stream.integer(3)
  for (let i = 0; i < size && draft.objects.length < draft.most; i++) {
    addObject(draft, { category: category.name, colour: stream.chance(0.8) ? at(colours, i) : at(colours, 0) })
  }
}

/** Places one object, and sometimes something that it holds, wears or bears. */
function addObject(draft: Draft, wanted: Wanted): void {
  const { stream } = draft
  if (draft.objects.length >= draft.most) return
  const room = draft.most - draft.objects.length
  const carrier = CARRIERS.includes(wanted.category) && room > 1 && stream.chance(0.6)
  const support = SUPPORTS.includes(wanted.category) && room > 1 && stream.chance(0.4)
  const size: Size = carrier || (support && stream.chance(0.6)) ? 'large' : support ? 'medium' : stream.pick(['small', 'medium', 'large'])
  const placed = placeFreely(draft, wanted, size)
  if (!placed) return
  if (carrier) addCarried(draft, placed)
  if (support) addSupported(draft, placed)
}

function boxSize(stream: RandomStream, category: string, size: Size): [width: number, height: number] {
  const glyph = GLYPH_BOXES[category]
  if (!glyph) throw new Error(`No glyph is measured for "${category}"`)
  const width = glyph[2] - glyph[0]
  const height = glyph[3] - glyph[1]
  const scale = (SIZE_PIXELS[size] * (0.92 + 0.16 * stream.next())) / Math.max(width, height)
  return [Math.round(width * scale), Math.round(height * scale)]
}

function makeObject(draft: Draft, wanted: Wanted, size: Size, box: Box): SceneObject {
  const facing = !categoryOf(wanted.category).sided ? 'none' : draft.stream.chance(0.5) ? 'left' : 'right'
  return { id: draft.firstId + draft.objects.length, category: wanted.category, colour: wanted.colour, size, facing, box }
}

function placeFreely(draft: Draft, wanted: Wanted, size: Size): SceneObject | null {
  const { stream } = draft
  const mayOverlap = stream.chance(0.45)
  for (let attempt = 0; attempt < 40; attempt++) {
    // A crowded picture still gets its objects: after many attempts the object becomes smaller.
    const fitting: Size = attempt < 25 ? size : 'small'
    const [width, height] = boxSize(stream, wanted.category, fitting)
    const x = 4 + stream.integer(PICTURE_WIDTH - 8 - width)
    const y = 4 + stream.integer(PICTURE_HEIGHT - 8 - height)
    const object = makeObject(draft, wanted, fitting, [x, y, x + width, y + height])
    if (draft.objects.every((other) => isApart(object, other, mayOverlap)) && keep(draft, object)) return object
  }
  return null
}

/** Far enough from another object, or overlapping it a little in another colour; never carried by accident. */
function isApart(object: SceneObject, other: SceneObject, mayOverlap: boolean): boolean {
  const shared = sharedArea(object.box, other.box)
  const carrying = carries(other, object) ?? carries(object, other)
  const handy = isHandy(object, other) || isHandy(other, object)
  if (carrying || (handy && gapBetween(object.box, other.box) < 6)) return false
  if (shared === 0) return gapBetween(object.box, other.box) >= 3
  if (!mayOverlap || object.colour === other.colour) return false
  const smaller = Math.min(widthOf(object.box) * heightOf(object.box), widthOf(other.box) * heightOf(other.box))
  return shared <= 0.3 * smaller
}

const isHandy = (person: SceneObject, thing: SceneObject): boolean =>
  CARRIERS.includes(person.category) && categoryOf(thing.category).carried !== undefined

/** Adds the object unless it is outside the picture or hides too much of another. */
function keep(draft: Draft, object: SceneObject): boolean {
  const [x1, y1, x2, y2] = object.box
  if (x1 < 2 || y1 < 2 || x2 > PICTURE_WIDTH - 2 || y2 > PICTURE_HEIGHT - 2) return false
  const hidden = draft.objects.map(
    (other, i) => at(draft.hidden, i) + sharedArea(object.box, other.box) / (widthOf(other.box) * heightOf(other.box))
  )
  if (hidden.some((share) => share > MOST_HIDDEN)) return false
  draft.hidden.splice(0, draft.hidden.length, ...hidden, 0)
  draft.objects.push(object)
  return true
}

function otherColour(stream: RandomStream, colour: Colour): Colour {
  return stream.pick(COLOURS.filter((other) => other !== colour))
}

/** A hat on the head, a tie on the chest or something in the hand of a person. */
function addCarried(draft: Draft, person: SceneObject): void {
  const { stream } = draft
  const place = stream.pick(['hand', 'hand', 'hand', 'head', 'chest'] as const)
  const category = stream.pick(CATEGORIES.filter((candidate) => candidate.carried === place)).name
  const wanted = { category, colour: otherColour(stream, person.colour) }
  const [x1, y1, x2, y2] = person.box
  for (let attempt = 0; attempt < 8; attempt++) {
    const [width, height] = boxSize(stream, category, 'small')
    let x = Math.round((x1 + x2 - width) / 2)
    let y = y1 + Math.round((y2 - y1) * 0.44 - height / 2)
    if (place === 'head') y = y1 - Math.round(height * 0.55)
    if (place === 'hand') {
      const grip = 3 + stream.integer(3)
      x = stream.chance(0.5) ? x2 - grip : x1 + grip - width
      y = y1 + Math.round((y2 - y1) * (0.3 + 0.25 * stream.next()) - height / 2)
    }
    const object = makeObject(draft, wanted, 'small', [x, y, x + width, y + height])
    const others = draft.objects.filter((other) => other !== person)
    if (carries(person, object) && others.every((other) => isApart(object, other, false)) && keep(draft, object)) return
  }
}

/** Something that stands on a table, a bed, a car … */
function addSupported(draft: Draft, support: SceneObject): void {
  const { stream } = draft
  const fitting = CATEGORIES.filter(({ family }) => family === 'animal' || family === 'food' || family === 'clothing' || family === 'thing')
  const wanted = { category: stream.pick(fitting).name, colour: otherColour(stream, support.colour) }
  for (let attempt = 0; attempt < 8; attempt++) {
    const size: Size = support.size === 'large' && stream.chance(0.5) ? 'medium' : 'small'
    const [width, height] = boxSize(stream, wanted.category, size)
    const slack = Math.max(1, widthOf(support.box) - width)
    const x = support.box[0] + stream.integer(slack)
    const y = support.box[1] + 3 - height
    const object = makeObject(draft, wanted, size, [x, y, x + width, y + height])
    const others = draft.objects.filter((other) => other !== support)
    if (others.every((other) => isApart(object, other, false)) && keep(draft, object)) return
  }
}
