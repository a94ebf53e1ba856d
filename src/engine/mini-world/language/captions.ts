// Captions: several objects, each with its own attributes, so that a model that learns them learns what the tasks
// need (colour bound to category, counts, relations, place). Styles: web captions for pre-training, COCO's full
// sentences, Flickr30k's tokenised ones. Every factual word is true of the scene. Read next: statements.ts.

import { at } from '../../../contract/check'
import type { RandomStream } from '../../random'
import type { Scene, SceneObject } from '../scene'
import { drawWeighted, type Weighted } from './drawing'
import {
  carried, centreX, colourGroups, direction, isOnSide, objectsThat, onlyObject, type Direction
} from './facts'
import {
  FAMILY_NOUNS, NUMBER_WORDS, PLACE_PHRASES, SIZE_WORDS, isPerson, listing, nounFor, phrase,
  sentenceCase, withArticle
} from './words'
import { countPieces } from './vocabulary'

export type CaptionStyle = 'web' | 'coco' | 'flickr'

const LONGEST = 16

interface Draft {
  /** The caption without its place: a noun phrase that may carry a verb-less relation. */
  readonly text: string
  /** Several things, for agreement ("there are"). */
  readonly many: boolean
}

type Pattern = (scene: Scene, stream: RandomStream) => Draft | null

/** `a red dog`, now and then with its size. */
function oneObject(object: SceneObject, stream: RandomStream, bare = 0.08): string {
  const sizes = SIZE_WORDS[object.size]
  const person = isPerson(object.category)
  return withArticle(
    phrase({
      noun: nounFor(object.category, stream),
      person,
      colour: stream.chance(bare) ? undefined : object.colour,
      sizeWord: sizes.length > 0 && stream.chance(0.22) ? stream.pick(sizes) : undefined
    })
  )
}

type Group = ReturnType<typeof colourGroups>[number]

function groupText(group: Group, stream: RandomStream): string {
  if (group.members.length === 1) return oneObject(at(group.members, 0), stream)
  const noun = nounFor(group.category, stream, true)
  const naming = { noun, colour: group.colour, person: isPerson(group.category) }
  return `${at(NUMBER_WORDS, group.members.length)} ${phrase(naming)}`
}

const pair: Pattern = (scene, stream) => {
  const [a, b] = stream.shuffle(scene.objects)
  if (!a || !b) return null
  const next = scene.relations.some(
    (r) => scene.objects[r.subject] === a && scene.objects[r.object] === b && r.predicate === 'next to'
  )
  const on = scene.relations.some(
    (r) => scene.objects[r.subject] === a && scene.objects[r.object] === b && r.predicate === 'on'
  )
  const relation = on ? 'on' : next && stream.chance(0.4) ? 'next to' : direction(a, b)
  if (!relation) return null
  const text = `${oneObject(a, stream)} ${spoken(relation, stream)} ${oneObject(b, stream)}`
  const others = colourGroups(scene).filter((group) => !group.members.includes(a) && !group.members.includes(b))
  if (others.length === 0 || stream.chance(0.62)) return { text, many: false }
  return { text: `${text} and ${groupText(stream.pick(others), stream)}`, many: false }
}

/** A relation as people say it: `left of` also as `to the left of`. */
function spoken(relation: Direction | 'next to' | 'on', stream: RandomStream): string {
  if (relation === 'left of' || relation === 'right of') return stream.chance(0.25) ? `to the ${relation}` : relation
  if (relation === 'below') return stream.chance(0.2) ? 'under' : 'below'
  return relation === 'next to' && stream.chance(0.3) ? 'beside' : relation
}

const list: Pattern = (scene, stream) => {
  const groups = stream.shuffle(colourGroups(scene)).slice(0, stream.chance(0.6) ? 3 : 2)
  if (groups.length < 2) return null
  return { text: listing(groups.map((group) => groupText(group, stream))), many: true }
}

const single: Pattern = (scene, stream) => {
  const groups = colourGroups(scene)
  const several = groups.filter((group) => group.members.length > 1)
  const group = several.length > 0 && stream.chance(0.5) ? stream.pick(several) : stream.pick(groups)
  return { text: groupText(group, stream), many: group.members.length > 1 }
}

const counted: Pattern = (scene, stream) => {
  const several = stream
    .shuffle(categoriesOf(scene))
    .map((category) => ({ category, count: objectsThat(scene, { category }).length }))
    .sort((a, b) => b.count - a.count)
  const first = several[0]
  const second = stream.pick(several)
  if (!first || first.count < 2) return null
  const parts = [first, ...(second.category === first.category ? [] : [second])].map(({ category, count }) =>
    count === 1 ? withArticle(nounFor(category, stream)) : `${at(NUMBER_WORDS, count)} ${nounFor(category, stream, true)}`
  )
  return { text: listing(parts), many: true }
}

const handling: Pattern = (scene, stream) => {
  const all = carried(scene)
  if (all.length === 0) return null
  const { person, verb, thing } = stream.pick(all)
  const other = stream.chance(0.35) ? stream.pick(colourGroups(scene)) : null
  const extra = other && !other.members.includes(person) && !other.members.includes(thing)
  const text = `${oneObject(person, stream)} ${verb} ${oneObject(thing, stream)}`
  return { text: extra ? `${text} and ${groupText(other, stream)}` : text, many: false }
}

const placed: Pattern = (scene, stream) => {
  const object = stream.pick(scene.objects)
  const sides = (['left', 'right', 'top', 'bottom'] as const).filter((side) => isOnSide(scene, object, side))
  if (sides.length === 0) return null
  const side = stream.pick(sides)
  const where = side === 'left' || side === 'right' ? `on the ${side}` : `at the ${side}`
  const mirror = side === 'left' ? 'right' : side === 'right' ? 'left' : null
  const others = mirror ? scene.objects.filter((o) => o !== object && isOnSide(scene, o, mirror)) : []
  const text = `${oneObject(object, stream)} ${where}`
  if (others.length === 0 || stream.chance(0.5)) return { text, many: false }
  return { text: `${text} and ${oneObject(stream.pick(others), stream)} on the ${mirror}`, many: true }
}

const families: Pattern = (scene, stream) => {
  const counts = (Object.keys(FAMILY_NOUNS) as (keyof typeof FAMILY_NOUNS)[])
    .map((family) => ({ nouns: FAMILY_NOUNS[family], count: objectsThat(scene, { family }).length }))
    .filter((entry) => entry.count > 1)
  if (counts.length === 0) return null
  const chosen = stream.shuffle(counts).slice(0, 2)
  const parts = chosen.map(({ nouns, count }) => `${at(NUMBER_WORDS, count)} ${nouns?.many ?? ''}`)
  return { text: listing(parts), many: true }
}

/** `a dog and a cat , both red`, `a red dog and a cat of another color`. */
const compared: Pattern = (scene, stream) => {
  const categories = stream.shuffle(categoriesOf(scene))
  const [first, second] = categories.map((category) => onlyObject(scene, { category })).filter((o) => o !== null)
  if (!first || !second) return null
  const [a, b] = [oneObject(first, stream, 1), oneObject(second, stream, 1)]
  if (first.colour === second.colour) return { text: `${a} and ${b} , both ${first.colour}`, many: true }
  return { text: `${a} and ${b} of different colors`, many: true }
}

const facing: Pattern = (scene, stream) => {
  const sided = scene.objects.filter((object) => object.facing !== 'none')
  if (sided.length === 0) return null
  const object = stream.pick(sided)
  return { text: `${oneObject(object, stream)} facing ${object.facing}`, many: false }
}

/** `three red things`: counts over a colour. */
const coloured: Pattern = (scene, stream) => {
  const { colour } = stream.pick(scene.objects)
  const count = objectsThat(scene, { colour }).length
  if (count < 2) return null
  return { text: `${at(NUMBER_WORDS, count)} ${colour} ${stream.pick(['things', 'objects'])}`, many: true }
}

/** Web captions are often short; those of the retrieval sets must tell a picture from a hundred others. */
const WEB_PATTERNS: Weighted<Pattern> = [
  [32, pair], [26, list], [9, single], [7, counted], [11, handling], [8, placed], [3, families], [2, compared],
  [1, facing], [2, coloured]
]
const FULL_PATTERNS: Weighted<Pattern> = [
  [32, pair], [32, list], [3, single], [5, counted], [14, handling], [8, placed], [1, families], [3, compared],
  [1, facing], [1, coloured]
]

function categoriesOf(scene: Scene): string[] {
  return [...new Set(scene.objects.map((object) => object.category))]
}

const OPENERS: Readonly<Record<CaptionStyle, readonly string[]>> = {
  web: ['photo of', 'a picture of', 'stock photo of', 'view of'],
  coco: ['a picture of', 'there is', 'an image of', 'a photo of'],
  flickr: ['here is', 'one can see', 'there is']
}

function dressed(draft: Draft, scene: Scene, style: CaptionStyle, stream: RandomStream): string {
  const place = stream.pick(PLACE_PHRASES[scene.background])
  const placeFirst = stream.chance(0.12)
  const withPlace = stream.chance(style === 'web' ? 0.32 : 0.4)
  const opened = !withPlace && stream.chance(style === 'web' ? 0.06 : 0.2)
  let text = draft.text
  if (opened) {
    const opener = stream.pick(OPENERS[style])
    text = `${draft.many ? opener.replace(/ is$/, ' are') : opener} ${text}`
  } else if (withPlace) text = placeFirst ? `${place} , ${text}` : `${text} ${place}`
  if (style === 'coco') return `${sentenceCase(text.replace(/ ,/g, ','))}.`
  return style === 'flickr' ? `${sentenceCase(text)} .` : text
}

/** Words that say nothing, as captions from the web have them. */
const NOISE = ['for sale', 'download now', 'free', 'stock', 'day 3', 'hd', 'new'] as const

/** One caption of at most 16 word pieces. Web captions carry empty words in 3 of 100 cases. */
export function caption(scene: Scene, style: CaptionStyle, stream: RandomStream): string {
  for (let attempt = 0; attempt < 60; attempt++) {
    const draft = drawWeighted(style === 'web' ? WEB_PATTERNS : FULL_PATTERNS, stream)(scene, stream)
    if (!draft) continue
    const text = dressed(draft, scene, style, stream)
    if (countPieces(text) > LONGEST) continue
    return style === 'web' && stream.chance(0.03) ? `${text} ${stream.pick(NOISE)}` : text
  }
  const objects = [...scene.objects].sort((a, b) => centreX(a) - centreX(b))
  return dressed({ text: oneObject(at(objects, 0), stream), many: false }, scene, style, stream)
}

/** Five different captions of a picture. */
export function fiveCaptions(scene: Scene, style: 'coco' | 'flickr', stream: RandomStream): string[] {
  const captions = new Set<string>()
  for (let attempt = 0; captions.size < 5 && attempt < 200; attempt++) captions.add(caption(scene, style, stream))
  return [...captions]
}
