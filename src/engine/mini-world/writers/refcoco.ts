// RefCOCO, RefCOCO+ and RefCOCOg: refs(unc).p or refs(umd).p, a Python pickle, with instances.json
// (data formats 6). testA holds people, testB all other things. Read next: ../language/expressions.ts.

import { basename } from 'node:path'
import { randomStream, type RandomStream } from '../../random'
import { expressionFor, isPersonObject, longestExpression, type ExpressionStyle } from '../language/expressions'
import { picturesOf } from '../language/facts'
import { countPieces, wordsOf } from '../language/vocabulary'
import type { Picture, SceneObject, Split } from '../scene'
import { categoryId, instances } from './coco'
import { pickle, type Picklable } from './pickle'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

const SPLITS: readonly Split[] = ['train', 'val', 'test']

interface Ref {
  readonly picture: Picture
  readonly object: SceneObject
  readonly part: string
  readonly sentences: readonly string[]
}

/** Up to so many different expressions for one object. */
function sentencesFor(picture: Picture, object: SceneObject, style: ExpressionStyle, most: number, stream: RandomStream): string[] {
  const sentences = new Set<string>()
  for (let attempt = 0; sentences.size < most && attempt < 30; attempt++) {
    const expression = expressionFor(picture.scene, object, style, stream)
    if (expression && countPieces(expression.text) <= longestExpression(style)) sentences.add(expression.text)
  }
  return [...sentences]
}

function partOf(split: Split, object: SceneObject, style: ExpressionStyle): string {
  if (split !== 'test' || style === 'umd') return split
  return isPersonObject(object) ? 'testA' : 'testB'
}

/** Refs until there are `count` sentences: objects in random order, each named once or twice. */
function drawRefs(pictures: readonly Picture[], split: Split, style: ExpressionStyle, count: number, stream: RandomStream): Ref[] {
  const objects = stream.shuffle(pictures.flatMap((picture) => picture.scene.objects.map((object) => ({ picture, object }))))
  const refs: Ref[] = []
  let drawn = 0
  for (const { picture, object } of objects) {
    if (drawn >= count) break
    const most = Math.min(stream.chance(0.6) ? 2 : 1, count - drawn)
    const sentences = sentencesFor(picture, object, style, most, stream)
    if (sentences.length === 0) continue
    drawn += sentences.length
    refs.push({ picture, object, part: partOf(split, object, style), sentences })
  }
  return refs
}

function records(refs: readonly Ref[]): Picklable[] {
  let sentence = 0
  return refs.map(({ picture, object, part, sentences }, index) => {
    const first = sentence
    sentence += sentences.length
    const file = basename(picture.file).replace(/\.png$/, `_${index}.png`)
    return {
      sent_ids: sentences.map((_, i) => first + i), file_name: file, ann_id: object.id, ref_id: index, image_id: picture.scene.id, split: part,
      sentences: sentences.map((sent, i) => ({ tokens: wordsOf(sent), raw: sent, sent_id: first + i, sent })),
      category_id: categoryId(object.category)
    }
  })
}

/** Writes one of refcoco/, refcoco+/ and refcocog/. */
export function writeRefCoco(out: DataFolder, folder: string, style: ExpressionStyle, pictures: readonly Picture[], counts: Counts, seed: number): void {
  const refs = SPLITS.flatMap((split) => drawRefs(picturesOf(pictures, 'coco', split), split, style, counts[split], randomStream(seed, folder, split)))
  const used = new Set(refs.map(({ picture }) => picture))
  out.bytes(`${folder}/refs(${style === 'umd' ? 'umd' : 'unc'}).p`, pickle(records(refs)))
  out.json(`${folder}/instances.json`, instances(pictures.filter((picture) => used.has(picture))))
}
