// Every statement of NLVR2 and hypothesis of SNLI-VE carries the label that an independent reader finds.

import { describe, expect, it } from 'vitest'
import type { Scene } from '../../../src/engine/mini-world/scene'
import { carries, distanceFrom, meantBy, NUMBERS, PLACES, reader, RELATION, stands } from './reading-english'
import { countsOf, writtenWorld } from './written-world'

const world = writtenWorld(3)

type Truth = (left: Scene, right: Scene) => boolean
const any = (holds: (scene: Scene) => boolean): Truth => (l, r) => holds(l) || holds(r)
const every = (holds: (scene: Scene) => boolean): Truth => (l, r) => holds(l) && holds(r)
const one = (side: string, holds: (scene: Scene) => boolean): Truth => (l, r) => holds(side === 'left' ? l : r)
const has = (phrase: string) => (scene: Scene): boolean => meantBy(scene, phrase).length > 0

const truthOf = reader<Truth>([
  [/^There (?:is|are) (\w+) (.+) in total\.$/, (n, np) => (l, r) => meantBy(l, np).length + meantBy(r, np).length === NUMBERS.indexOf(n)],
  [/^There is (.+) in the (left|right) picture\.$/, (np, side) => one(side, has(np))],
  [/^There is (.+) in each picture\.$/, (np) => every(has(np))],
  [/^(?:There is|At least one picture has|A picture shows) (.+)\.$/, (np) => any(has(np))],
  [/^The (left|right) picture has more (.+) than the (?:left|right) picture\.$/, (side, np) => (l, r) => {
    const difference = meantBy(l, np).length - meantBy(r, np).length
    return side === 'left' ? difference > 0 : difference < 0
  }],
  [/^The (left|right) picture has (.+)\.$/, (side, np) => one(side, has(np))],
  [/^Both pictures have (.+)\.$/, (np) => every(has(np))],
  [/^Neither picture has (.+)\.$/, (np) => every((scene) => !has(np)(scene))],
  [/^One picture has exactly (\w+) (.+)\.$/, (n, np) => any((scene) => meantBy(scene, np).length === NUMBERS.indexOf(n))],
  [/^Both pictures were taken (.+)\.$/, (place) => every((scene) => scene.background === PLACES[place])],
  [/^The (left|right) picture was taken (.+)\.$/, (side, place) => one(side, (scene) => scene.background === PLACES[place])],
  [/^(.+) is (holding|wearing) (.+)\.$/, (who, verb, what) => any((s) => meantBy(s, who).some((a) => meantBy(s, what).some((b) => carries(s, a, verb, b))))],
  [new RegExp(`^(.+) is ${RELATION} (.+)\\.$`), (a, relation, b) => any((s) => meantBy(s, a).some((x) => meantBy(s, b).some((y) => x !== y && stands(s, x, relation, y))))]
])

type Label = (scene: Scene) => string
const judged = (truth: boolean): string => (truth ? 'entailment' : 'contradiction')

/** Left open where the subject is not to be seen; else what holds of all (the grammar asks nothing that only some have). */
const ofAll = (np: string, holds: (scene: Scene, object: Scene['objects'][number]) => boolean): Label => (scene) => {
  const subjects = meantBy(scene, np)
  if (subjects.length === 0) return 'neutral'
  const verdicts = new Set(subjects.map((object) => holds(scene, object)))
  return verdicts.size > 1 ? 'mixed' : judged(verdicts.has(true))
}

const COLOUR = '(?:in )?(red|orange|yellow|green|blue|purple|white|black)'

const labelOf = reader<Label>([
  [/^The (.+) and the (.+) have the same color\.$/, (a, b) => (scene) => {
    const [[x], [y]] = [meantBy(scene, a), meantBy(scene, b)]
    return x && y ? judged(x.colour === y.colour) : 'neutral'
  }],
  [new RegExp(`^The (.+) (?:is|are) ${COLOUR}\\.$`), (np, colour) => ofAll(np, (_, object) => object.colour === colour)],
  [/^The (.+) is (small|little|tiny|large|big)\.$/, (np, size) => ofAll(np, (_, object) => object.size === (/large|big/.test(size) ? 'large' : 'small'))],
  [/^The (.+) is on the (left|right)\.$/, (np, side) => ofAll(np, (scene, object) => distanceFrom(scene, object, side) < 0.5)],
  [/^The (.+) is (holding|wearing) (.+)\.$/, (np, verb, what) => ofAll(np, (scene, who) => meantBy(scene, what).some((thing) => carries(scene, who, verb, thing)))],
  [new RegExp(`^The (.+) is (${Object.keys(PLACES).join('|')})\\.$`), (np, place) => ofAll(np, (scene) => scene.background === PLACES[place])],
  [new RegExp(`^The (.+) is ${RELATION} the (.+)\\.$`), (a, relation, b) => (scene) => {
    const [[x], [y]] = [meantBy(scene, a), meantBy(scene, b)]
    return x && y ? judged(stands(scene, x, relation, y)) : 'neutral'
  }]
])

describe('NLVR2 of the mini-world', () => {
  for (const file of ['train', 'dev', 'test1']) {
    const lines = world.lines<{ sentence: string; label: string; identifier: string }>(`nlvr2/${file}.json`)
    it(`has only statements in ${file} whose label is what the pictures show`, () => {
      expect(lines.length).toBeGreaterThanOrEqual(24)
      for (const { sentence, label, identifier } of lines) {
        const pair = identifier.replace(/-\d+$/, '')
        const [left, right] = [0, 1].map((side) => world.picture('nlvr2', `${pair}-img${side}`).scene)
        if (!left || !right) throw new Error(identifier)
        expect(`${identifier} ${sentence} ${truthOf(sentence)(left, right)}`).toBe(`${identifier} ${sentence} ${label === 'True'}`)
      }
    })
    it(`has each sentence of ${file} as often true as false`, () => {
      for (const sentence of new Set(lines.map((line) => line.sentence))) {
        const labels = countsOf(lines.filter((line) => line.sentence === sentence).map((line) => line.label))
        expect(labels['True'], sentence).toBe(labels['False'])
      }
    })
  }
})

describe('SNLI-VE of the mini-world', () => {
  for (const file of ['train', 'dev', 'test']) {
    const lines = world.lines<{ sentence2: string; gold_label: string; Flickr30K_ID: string }>(`snli_ve/snli_ve_${file}.jsonl`)
    it(`has only hypotheses in ${file} whose label is what the picture shows`, () => {
      expect(lines.length).toBeGreaterThanOrEqual(24)
      for (const { sentence2, gold_label, Flickr30K_ID } of lines) {
        const { scene } = world.picture('flickr30k', Flickr30K_ID)
        expect(`${Flickr30K_ID} ${sentence2} ${labelOf(sentence2)(scene)}`).toBe(`${Flickr30K_ID} ${sentence2} ${gold_label}`)
      }
    })
    it(`has each hypothesis of ${file} equally often with all three labels`, () => {
      for (const sentence of new Set(lines.map((line) => line.sentence2))) {
        const labels = countsOf(lines.filter((line) => line.sentence2 === sentence).map((line) => line.gold_label))
        expect([labels['entailment'], labels['contradiction']], sentence).toEqual([labels['neutral'], labels['neutral']])
      }
    })
  }
})
