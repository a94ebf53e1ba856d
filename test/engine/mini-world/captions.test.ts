// Captions say only what is true of the picture: every noun phrase, count, relation and place is looked up in the scene.

import { expect, it } from 'vitest'
import { caption } from '../../../src/engine/mini-world/language/captions'
import { planPools } from '../../../src/engine/mini-world/pools'
import { randomStream } from '../../../src/engine/random'
import type { Scene } from '../../../src/engine/mini-world/scene'
import { carries, distanceFrom, meantBy, NUMBERS, PLACES, RELATION, stands } from './reading-english'

const places = { ...PLACES, 'on the grass': 'meadow', 'on the sand': 'beach', 'in the street': 'street', indoors: 'room', 'in winter': 'snow', 'under the stars': 'night' }
const placePattern = new RegExp(`(?:^(${Object.keys(places).join('|')}) , |\\s(${Object.keys(places).join('|')})$)`)

/** `two red dogs` is true if there are exactly two; `a red dog` if there is one at least. */
function phraseIsTrue(scene: Scene, phrase: string): boolean {
  const [first = '', ...rest] = phrase.split(' ')
  const count = NUMBERS.indexOf(first)
  return count > 0 ? meantBy(scene, rest.join(' ')).length === count : meantBy(scene, phrase).length > 0
}

/** One part of a listing, with the relation that it may carry. */
function partIsTrue(scene: Scene, part: string): boolean {
  const related = new RegExp(`^(.+?) (?:${RELATION}|(beside|on|holding|wearing)) (an? .+)$`).exec(part)
  if (related) {
    const [, a = '', direction, other = '', b = ''] = related
    const holds = (x: Scene['objects'][number], y: Scene['objects'][number]): boolean =>
      direction !== undefined ? stands(scene, x, direction, y) : other === 'beside' ? stands(scene, x, 'next to', y) : carries(scene, x, other, y)
    return meantBy(scene, a).some((x) => meantBy(scene, b).some((y) => x !== y && holds(x, y)))
  }
  const side = /^(.+) (?:on|at) the (left|right|top|bottom)$/.exec(part)
  if (side) return meantBy(scene, side[1] ?? '').some((object) => distanceFrom(scene, object, side[2] ?? '') < 0.4)
  const facing = /^(.+) facing (left|right)$/.exec(part)
  if (facing) return meantBy(scene, facing[1] ?? '').some((object) => object.facing === facing[2])
  return phraseIsTrue(scene, part)
}

function captionIsTrue(scene: Scene, text: string): boolean {
  let rest = text.toLowerCase().replace(/\s?\.$/, '').replace(/(\w),/g, '$1 ,')
  rest = rest.replace(/ (for sale|download now|free|stock|day 3|hd|new)$/, '').replace(/^(photo of|stock photo of|view of|an? (?:picture|image|photo) of|there (?:is|are)|here (?:is|are)|one can see) /, '')
  const place = placePattern.exec(rest)
  if (place && places[(place[1] ?? place[2]) as keyof typeof places] !== scene.background) return false
  rest = rest.replace(placePattern, '')
  const both = / , both (\w+)$/.exec(rest)
  const different = / of different colors$/.test(rest)
  const parts = rest.replace(/ , both \w+$| of different colors$/, '').split(/ , | and /)
  if (both) return parts.every((part) => meantBy(scene, part).length === 1 && meantBy(scene, part)[0]?.colour === both[1])
  if (different) return new Set(parts.map((part) => meantBy(scene, part)[0]?.colour)).size === 2
  return parts.every((part) => partIsTrue(scene, part))
}

it.each(['web', 'coco', 'flickr'] as const)('says only true things in captions of the style %s', (style) => {
  const scenes = planPools('tiny', 17).map((picture) => picture.scene)
  const untrue = scenes.flatMap((scene) =>
    Array.from({ length: 6 }, (_, i) => caption(scene, style, randomStream(17, 'caption test', scene.id, style, i))).filter((text) => !captionIsTrue(scene, text))
  )
  expect(scenes.length).toBeGreaterThan(100)
  expect(untrue).toEqual([])
})
