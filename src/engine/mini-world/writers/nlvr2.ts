// NLVR2: JSON lines in train.json, dev.json and test1.json (data formats 9). Every sentence is written twice,
// about a pair it is true of and one it is false of, so that the words alone tell nothing. Read next:
// ../language/statements.ts.

import { basename } from 'node:path'
import { randomStream, type RandomStream } from '../../random'
import { groupBy, leastUsed, newTally, type Tally } from '../language/drawing'
import { distinct, picturesOf } from '../language/facts'
import { statementAbout, type Statement } from '../language/statements'
import type { Picture, Split } from '../scene'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

const FILES: readonly (readonly [Split, string])[] = [['train', 'train'], ['val', 'dev'], ['test', 'test1']]

interface Pair {
  readonly left: Picture
  readonly right: Picture
  /** `dev-850-0`. */
  readonly name: string
}

interface Judged {
  readonly pair: Pair
  readonly text: string
  readonly truth: boolean
}

/** The pairs of a split by the names of their files, `dev-850-0-img0.png` and `…-img1.png`. */
function pairsOf(pictures: readonly Picture[]): Pair[] {
  const byName = new Map(pictures.map((picture) => [basename(picture.file).replace(/\.png$/, ''), picture]))
  return [...byName].flatMap(([name, left]) => {
    const pair = name.replace(/-img0$/, '')
    const right = byName.get(`${pair}-img1`)
    return name.endsWith('-img0') && right ? [{ left, right, name: pair }] : []
  })
}

const setOf = (pair: Pair): string => pair.name.split('-').slice(0, 2).join('-')

const kindsIn = (picture: Picture): number => new Set(picture.scene.objects.map((object) => object.category)).size

/** Pairs that show as many kinds of things: else full pictures would give away "true" without a word read. */
const fullness = ({ left, right }: Pair): string => `${kindsIn(left)}/${kindsIn(right)}`

/** How often the second pair comes from the first one's own set: the same things in other numbers and colours, so harder. */
const NEAR_RATE = 0.4

/** A pair of which the statement has the wanted truth; of a few, the least used. */
function findPair(pairs: readonly Pair[], statement: Statement, truth: boolean, used: Tally, stream: RandomStream): Pair | null {
  const found: Pair[] = []
  for (const pair of stream.shuffle(pairs)) {
    if (statement.isTrue(pair.left.scene, pair.right.scene) === truth) found.push(pair)
    if (found.length === 4) break
  }
  return leastUsed(found, used, ({ name }) => name)
}

/** The prompting pair and another of which the statement has the other truth; null if there is none as full. */
function drawTwo(prompt: Pair, alike: readonly Pair[], statement: Statement, used: Tally, stream: RandomStream): Judged[] | null {
  const truth = statement.isTrue(prompt.left.scene, prompt.right.scene)
  const near = stream.chance(NEAR_RATE) ? alike.filter((pair) => setOf(pair) === setOf(prompt)) : []
  const other = findPair(near, statement, !truth, used, stream) ?? findPair(alike, statement, !truth, used, stream)
  return other && [{ pair: prompt, text: statement.text, truth }, { pair: other, text: statement.text, truth: !truth }]
}

function drawStatements(pairs: readonly Pair[], count: number, stream: RandomStream): Judged[] {
  const judged: Judged[] = []
  const used = newTally()
  const seen = new Set<string>()
  // A tiny world has too few pairs to choose among.
  const groupOf = pairs.length < 60 ? () => '' : fullness
  const alike = groupBy(pairs, groupOf)
  for (let attempt = 0; pairs.length > 1 && judged.length + 1 < count && attempt < count * 12; attempt++) {
    const prompt = stream.pick(pairs)
    const statement = statementAbout(prompt.left.scene, prompt.right.scene, stream)
    const two = statement && drawTwo(prompt, alike.get(groupOf(prompt)) ?? [], statement, used, stream)
    if (!two || two.some(({ pair, text }) => seen.has(`${pair.name}/${text}`))) continue
    for (const { pair, text } of two) {
      seen.add(`${pair.name}/${text}`)
      used.add(pair.name)
    }
    judged.push(...two)
  }
  return judged
}

function record({ pair, text, truth }: Judged, split: Split, sentence: number): Record<string, unknown> {
  const url = (side: number): string => `https://mini-world.invalid/nlvr2/${pair.name}-img${side}.png`
  const [category] = distinct([...pair.left.scene.objects, ...pair.right.scene.objects].map((object) => object.category))
  const place = split === 'train' ? { directory: Number(pair.name.split('-')[1]) % 100 } : { extra_validations: {} }
  return {
    validation: { 0: truth ? 'True' : 'False' }, sentence: text, left_url: url(0), right_url: url(1), writer: '0', label: truth ? 'True' : 'False',
    synset: category, query: `${category}0`, identifier: `${pair.name}-${sentence}`, ...place
  }
}

/** Writes nlvr2/. */
export function writeNlvr2(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number): void {
  for (const [split, file] of FILES) {
    const judged = drawStatements(pairsOf(picturesOf(pictures, 'nlvr2', split)), counts[split], randomStream(seed, 'nlvr2', split))
    const sentences = new Map<string, number>()
    const lines = judged.map((item) => {
      const number = sentences.get(item.pair.name) ?? 0
      sentences.set(item.pair.name, number + 1)
      return record(item, split, number)
    })
    out.lines(`nlvr2/${file}.json`, lines)
  }
}
