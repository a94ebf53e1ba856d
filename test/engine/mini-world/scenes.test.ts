import { describe, expect, it } from 'vitest'
import { CATEGORIES, categoryOf } from '../../../src/engine/mini-world/catalog'
import { planPools, POOL_COUNTS, storeKey, twinsOf } from '../../../src/engine/mini-world/pools'
import { gapBetween, relationsOf, sharedArea } from '../../../src/engine/mini-world/relations'
import { COLOURS, type Box, type Scene } from '../../../src/engine/mini-world/scene'
import { drawScene } from '../../../src/engine/mini-world/scenes'
import { randomStream } from '../../../src/engine/random'

const scenes = (seed: number, count: number): Scene[] =>
  Array.from({ length: count }, (_, i) => drawScene(randomStream(seed, 'scene', i), i + 1))

const middle = (box: Box) => ({ x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 })

describe('a drawn scene', () => {
  const drawn = scenes(3, 400)

  it('is the same for the same seed and another for another seed', () => {
    expect(scenes(3, 5)).toEqual(drawn.slice(0, 5))
    expect(scenes(4, 5)).not.toEqual(drawn.slice(0, 5))
  })

  it('has three to nine objects inside the picture, each more than 60 % visible', () => {
    for (const scene of drawn) {
      expect(scene.objects.length).toBeGreaterThanOrEqual(3)
      expect(scene.objects.length).toBeLessThanOrEqual(9)
      scene.objects.forEach(({ box }, i) => {
        expect(box[0] >= 0 && box[1] >= 0 && box[2] <= scene.width && box[3] <= scene.height).toBe(true)
        const area = (box[2] - box[0]) * (box[3] - box[1])
        const hidden = scene.objects.slice(i + 1).reduce((sum, later) => sum + sharedArea(box, later.box), 0)
        expect(hidden / area).toBeLessThan(0.4)
      })
    }
  })

  it('uses every category and every colour, none more than twice as often as the mean', () => {
    const objects = drawn.flatMap((scene) => scene.objects)
    for (const colour of COLOURS) {
      const share = objects.filter((object) => object.colour === colour).length / objects.length
      expect(share).toBeGreaterThan(0.09)
      expect(share).toBeLessThan(0.16)
    }
    for (const { name } of CATEGORIES) {
      const share = objects.filter((object) => object.category === name).length / objects.length
      expect(share).toBeGreaterThan(0.006)
      expect(share).toBeLessThan(3 / CATEGORIES.length)
    }
  })

  it('often has several objects of one category, in different colours', () => {
    const crowded = drawn.filter((scene) =>
      scene.objects.some((a) => scene.objects.some((b) => a !== b && a.category === b.category && a.colour !== b.colour))
    )
    expect(crowded.length / drawn.length).toBeGreaterThan(0.4)
  })

  it('states only relations that its boxes bear out', () => {
    const seen = new Map<string, number>()
    for (const scene of drawn) {
      for (const { subject, predicate, object } of scene.relations) {
        seen.set(predicate, (seen.get(predicate) ?? 0) + 1)
        const a = scene.objects[subject]
        const b = scene.objects[object]
        if (!a || !b) throw new Error('a relation names an object that is not there')
        const from = middle(a.box)
        const to = middle(b.box)
        if (predicate === 'left of') expect(to.x - from.x).toBeGreaterThanOrEqual(24)
        if (predicate === 'right of') expect(from.x - to.x).toBeGreaterThanOrEqual(24)
        if (predicate === 'above') expect(to.y - from.y).toBeGreaterThanOrEqual(24)
        if (predicate === 'next to') expect(gapBetween(a.box, b.box)).toBeLessThanOrEqual(18)
        if (predicate === 'on') expect(Math.abs(a.box[3] - b.box[1])).toBeLessThanOrEqual(8)
        if (predicate === 'below') expect(from.y).toBeGreaterThan(to.y)
        if (predicate === 'holding' || predicate === 'wearing') {
          expect(sharedArea(a.box, b.box)).toBeGreaterThan(0)
          expect(categoryOf(b.category).carried === 'hand').toBe(predicate === 'holding')
        }
      }
      expect(relationsOf(scene.objects)).toEqual(scene.relations)
    }
    for (const predicate of ['left of', 'right of', 'above', 'below', 'next to', 'on', 'holding', 'wearing']) {
      expect(seen.get(predicate) ?? 0).toBeGreaterThan(20)
    }
  })

  it('never lets a person touch a thing that could be carried without carrying it', () => {
    for (const scene of drawn) {
      scene.objects.forEach((person, p) => {
        if (!['man', 'woman', 'child'].includes(person.category)) return
        scene.objects.forEach((thing, t) => {
          if (categoryOf(thing.category).carried === undefined || sharedArea(person.box, thing.box) === 0) return
          const stated = scene.relations.some((r) => r.subject === p && r.object === t && ['holding', 'wearing'].includes(r.predicate))
          expect(stated).toBe(true)
        })
      })
    }
  })

  it('refuses impossible numbers of objects with a message that says what is allowed', () => {
    expect(() => drawScene(randomStream(1), 1, { objects: [5, 12] })).toThrow('1 to 9 objects')
  })
})

describe('the picture pools', () => {
  const pictures = planPools('tiny', 1)

  it('have the stated sizes and ids that occur once', () => {
    for (const [pool, splits] of Object.entries(POOL_COUNTS.tiny)) {
      for (const [split, count] of Object.entries(splits)) {
        expect(pictures.filter((picture) => picture.pool === pool && picture.split === split)).toHaveLength(count)
      }
    }
    expect(new Set(pictures.map((picture) => picture.scene.id)).size).toBe(pictures.length)
    expect(new Set(pictures.map((picture) => picture.file)).size).toBe(pictures.length)
    expect(new Set(pictures.map(storeKey)).size).toBe(pictures.length)
  })

  it('share half of the vg pictures with coco, across the splits', () => {
    const twins = twinsOf(pictures)
    const vg = pictures.filter((picture) => picture.pool === 'vg')
    expect(twins.size).toBe(vg.length / 2)
    for (const picture of vg) {
      const twin = twins.get(picture.scene.id)
      expect(picture.cocoId).toBe(twin?.scene.id ?? null)
      if (twin) expect(picture.scene.objects).toEqual(twin.scene.objects)
    }
    const crossing = vg.filter((picture) => (twins.get(picture.scene.id)?.split ?? picture.split) !== picture.split)
    expect(crossing.length).toBeGreaterThan(0)
  })

  it('name the nlvr2 pictures as published: set, pair, side', () => {
    const names = pictures.filter((picture) => picture.pool === 'nlvr2').map(storeKey)
    expect(names.slice(0, 3)).toEqual(['train-0-0-img0', 'train-0-0-img1', 'train-0-1-img0'])
    expect(names.some((name) => /^dev-\d+-[0-3]-img[01]$/.test(name))).toBe(true)
  })
})
