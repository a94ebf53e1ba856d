// Referring expressions, "which" questions and dialogues single out exactly the object that their record names, as an
// independent reader finds it in the scene graph.

import { Parser } from 'pickleparser'
import { describe, expect, it } from 'vitest'
import type { Scene, SceneObject } from '../../../src/engine/mini-world/scene'
import { carries, distanceFrom, meantBy, nearestTo, reader, RELATION, stands } from './reading-english'
import { writtenWorld } from './written-world'

const world = writtenWorld(5)

type Meaning = (scene: Scene) => readonly SceneObject[]
const SIDE = '(left|right|top|bottom)'
const related = (np: string, relation: string, other: string): Meaning => (scene) => {
  const anchors = meantBy(scene, other)
  return meantBy(scene, np).filter((object) => anchors.some((anchor) => anchor !== object && stands(scene, object, relation, anchor)))
}
const atSide = (np: string, side: string): Meaning => (scene) => {
  const nearest = nearestTo(scene, meantBy(scene, np), side)
  return nearest ? [nearest] : []
}
const holders = (np: string, verb: string, what: string): Meaning => (scene) =>
  meantBy(scene, np).filter((who) => meantBy(scene, what).some((thing) => carries(scene, who, verb, thing)))
const held = (np: string, who: string, verb: string): Meaning => (scene) =>
  meantBy(scene, np).filter((thing) => meantBy(scene, who).some((person) => carries(scene, person, verb, thing)))
const extreme = (np: string, sizes: readonly string[]): Meaning => (scene) => {
  const rank = (object: SceneObject): number => sizes.indexOf(object.size)
  const found = meantBy(scene, np)
  const best = Math.min(...found.map(rank))
  return found.filter((object) => rank(object) === best)
}

const meaningOf = reader<Meaning>([
  [/^the largest (.+)$/, (np) => extreme(np, ['large', 'medium', 'small'])],
  [/^the smallest (.+)$/, (np) => extreme(np, ['small', 'medium', 'large'])],
  [/^the (.+) that is facing (left|right)$/, (np, side) => (scene) => meantBy(scene, np).filter((object) => object.facing === side)],
  [new RegExp(`^(.+?) (?:that is )?${RELATION} (.+)$`), related],
  [/^(.+?) the (\w+) is (holding|wearing)$/, held],
  [/^(.+?) (?:who is )?(holding|wearing) (.+)$/, holders],
  [new RegExp(`^(.+?) (?:on|at) (?:the )?${SIDE}(?: side)?(?: of the picture)?$`), atSide],
  [new RegExp(`^${SIDE} (.+)$`), (side, np) => atSide(np, side)],
  [/^(.+)$/, (np) => (scene) => meantBy(scene, np)]
])

interface Ref {
  readonly ann_id: number
  readonly image_id: number
  readonly split: string
  readonly category_id: number
  readonly sentences: readonly { readonly sent: string; readonly tokens: readonly string[] }[]
}

describe.each([['refcoco', 'unc'], ['refcoco+', 'unc'], ['refcocog', 'umd']])('%s of the mini-world', (folder, who) => {
  const refs = new Parser().parse<Ref[]>(world.bytes(`${folder}/refs(${who}).p`))

  it('has only expressions that mean the annotated object and no other', () => {
    expect(refs.length).toBeGreaterThan(40)
    for (const { image_id, ann_id, sentences } of refs) {
      const { scene } = world.picture('coco', image_id)
      for (const { sent } of sentences) expect([sent, ...meaningOf(sent)(scene).map((object) => object.id)]).toEqual([sent, ann_id])
    }
  })

  it('tests people in testA and other things in testB, on pictures that training does not see', () => {
    const instances = world.json<{ annotations: { id: number; category_id: number }[]; categories: { id: number; supercategory: string }[] }>(`${folder}/instances.json`)
    const people = new Set(instances.categories.filter((c) => c.supercategory === 'person').map((c) => c.id))
    const known = new Map(instances.annotations.map((annotation) => [annotation.id, annotation.category_id]))
    const training = new Set(refs.filter((ref) => ref.split === 'train').map((ref) => ref.image_id))
    for (const ref of refs) {
      expect(known.get(ref.ann_id)).toBe(ref.category_id)
      if (ref.split !== 'train') expect(training.has(ref.image_id)).toBe(false)
      if (ref.split.startsWith('test') && who === 'unc') expect(ref.split).toBe(people.has(ref.category_id) ? 'testA' : 'testB')
    }
  })
})

it('uses no place words in refcoco+', () => {
  const refs = new Parser().parse<Ref[]>(world.bytes('refcoco+/refs(unc).p'))
  const words = refs.flatMap((ref) => ref.sentences.flatMap((sentence) => sentence.tokens))
  expect(words.filter((word) => ['left', 'right', 'top', 'bottom', 'above', 'below', 'under'].includes(word))).toEqual([])
})

const COLOUR = '(?:in )?(red|orange|yellow|green|blue|purple|white|black)'
const asked = reader<Meaning>([
  [new RegExp(`^Which (.+) is ${COLOUR}\\?$`), (np, colour) => (scene) => meantBy(scene, np).filter((object) => object.colour === colour)],
  [new RegExp(`^Which (.+) is (?:on|at) the ${SIDE}\\?$`), atSide],
  [new RegExp(`^Which (.+) is ${RELATION} the (.+)\\?$`), related],
  [/^Which (.+) is the (\w+) (holding|wearing)\?$/, held],
  [/^Which (.+) is (holding|wearing) (.+)\?$/, holders],
  [/^Which (.+) is (an? .+)\?$/, (np, kind) => (scene) => meantBy(scene, kind).filter((object) => meantBy(scene, np).includes(object))]
])

interface Pointing {
  readonly images: readonly { readonly image_id: number; readonly split: string; readonly qa_pairs: readonly { readonly question: string; readonly answer: number; readonly multiple_choices: readonly number[] }[] }[]
  readonly boxes: readonly { readonly box_id: number; readonly x: number; readonly y: number; readonly width: number; readonly height: number }[]
}

describe('Visual7W of the mini-world', () => {
  const data = world.json<Pointing>('visual7w/dataset_v7w_pointing.json')
  const boxes = new Map(data.boxes.map((box) => [box.box_id, box]))

  it('asks questions that one of four different boxes answers, and nothing else in the picture', () => {
    expect(data.images.length).toBeGreaterThan(20)
    for (const { image_id, qa_pairs } of data.images) {
      const { scene } = world.picture('vg', image_id)
      for (const { question, answer, multiple_choices } of qa_pairs) {
        expect(new Set([answer, ...multiple_choices]).size).toBe(4)
        const [only, ...others] = asked(question)(scene)
        const box = boxes.get(answer)
        expect([question, others.length]).toEqual([question, 0])
        expect([question, only?.box]).toEqual([question, box && [box.x, box.y, box.x + box.width, box.y + box.height]])
      }
    }
  })
})

interface Game {
  readonly object_id: number
  readonly objects: readonly { readonly id: number }[]
  readonly image: { readonly id: number }
  readonly qas: readonly { readonly question: string; readonly answer: string }[]
}

/** True, false, or null where the object lies in the middle. */
const holdsFor = reader<(scene: Scene, object: SceneObject) => boolean | null>([
  [new RegExp(`^is it ${COLOUR}\\?$`), (colour) => (_, object) => object.colour === colour],
  [new RegExp(`^is it (?:on|at) the ${SIDE}\\?$`), (side) => (scene, object) => {
    const distance = distanceFrom(scene, object, side)
    return distance < 0.4 ? true : distance > 0.6 ? false : null
  }],
  [/^is it (an? .+)\?$/, (np) => (scene, object) => meantBy(scene, np).includes(object)]
])

describe('GuessWhat of the mini-world', () => {
  it.each(['train', 'valid', 'test'])('has dialogues in %s that leave only the object that was meant', (file) => {
    const games = world.lines<Game>(`guesswhat/guesswhat.${file}.jsonl.gz`)
    expect(games.length).toBeGreaterThanOrEqual(24)
    for (const { image, object_id, objects, qas } of games) {
      const { scene } = world.picture('coco', image.id)
      expect(objects.map((object) => object.id)).toEqual(scene.objects.map((object) => object.id))
      const left = scene.objects.filter((object) => qas.every(({ question, answer }) => holdsFor(question)(scene, object) !== (answer !== 'Yes')))
      expect(left.map((object) => object.id)).toEqual([object_id])
    }
  })
})
