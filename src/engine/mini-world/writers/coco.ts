// COCO's files: Karpathy's dataset_coco.json, captions and instances of 2014 (data formats 4). The
// instances form serves RefCOCO too. Read next: write-data-sets.ts.

import { basename } from 'node:path'
import { randomStream } from '../../random'
import { CATEGORIES } from '../catalog'
import { fiveCaptions } from '../language/captions'
import { picturesOf } from '../language/facts'
import { wordsOf } from '../language/vocabulary'
import type { Picture, SceneObject, Split } from '../scene'
import type { ExampleCounts } from './sizes'
import type { DataFolder } from './write-files'

const SPLITS: readonly Split[] = ['train', 'val', 'test']

const LICENCES = [{ url: 'http://creativecommons.org/licenses/by/4.0/', id: 1, name: 'Creative Commons Attribution 4.0 International License' }]

function header(description: string): Record<string, unknown> {
  return { description, url: 'https://mini-world.invalid', version: '1.0', year: 2026, contributor: 'mini-world', date_created: '2026/01/01' }
}

/** Category ids count from 1 in the catalogue's order. */
export function categoryId(name: string): number {
  return CATEGORIES.findIndex((category) => category.name === name) + 1
}

function cocoImage(picture: Picture): Record<string, unknown> {
  const file = basename(picture.file)
  return {
    license: 1, file_name: file, coco_url: `https://mini-world.invalid/coco/${file}`, height: picture.scene.height,
    width: picture.scene.width, date_captured: '2026-01-01 00:00:00', flickr_url: '', id: picture.scene.id
  }
}

function annotation(picture: Picture, object: SceneObject): Record<string, unknown> {
  const [x1, y1, x2, y2] = object.box
  const [width, height] = [x2 - x1, y2 - y1]
  return {
    segmentation: [[x1, y1, x2, y1, x2, y2, x1, y2]], area: width * height, iscrowd: 0, image_id: picture.scene.id,
    bbox: [x1, y1, width, height], category_id: categoryId(object.category), id: object.id
  }
}

/** An instances_*.json: every object of the pictures with its box; the object's id is the annotation's id. */
export function instances(pictures: readonly Picture[]): Record<string, unknown> {
  return {
    info: header('Objects of the mini-world in the form of COCO'),
    licenses: LICENCES,
    images: pictures.map(cocoImage),
    annotations: pictures.flatMap((picture) => picture.scene.objects.map((object) => annotation(picture, object))),
    categories: CATEGORIES.map(({ name, family }, i) => ({ supercategory: family, id: i + 1, name }))
  }
}

export interface CaptionedPicture {
  readonly picture: Picture
  readonly captions: readonly string[]
}

/** Five captions for the first so many pictures of every split. */
export function captioned(pictures: readonly Picture[], pool: 'coco' | 'flickr30k', counts: ExampleCounts['coco'], seed: number): CaptionedPicture[] {
  const style = pool === 'coco' ? 'coco' : 'flickr'
  return SPLITS.flatMap((split) =>
    picturesOf(pictures, pool, split)
      .slice(0, counts[split])
      .map((picture) => ({ picture, captions: fiveCaptions(picture.scene, style, randomStream(seed, 'captions', pool, picture.scene.id)) }))
  )
}

/** The list `images` of a Karpathy file; `extra` adds what one data set has and the other has not. */
export function karpathyImages(items: readonly CaptionedPicture[], extra: (picture: Picture) => Record<string, unknown>): unknown[] {
  let sentence = 0
  return items.map(({ picture, captions }, index) => {
    const first = sentence
    sentence += captions.length
    return {
      ...extra(picture), filename: basename(picture.file), imgid: index, split: picture.split,
      sentids: captions.map((_, i) => first + i),
      sentences: captions.map((raw, i) => ({ tokens: wordsOf(raw).filter((w) => /[a-z0-9]/.test(w)), raw, imgid: index, sentid: first + i }))
    }
  })
}

/** `train2014`, `val2014` or `test2015`, from the picture's file name. */
function cocoPart(picture: Picture): string {
  return basename(picture.file).split('_')[1] ?? ''
}

/** Writes coco/. */
export function writeCoco(out: DataFolder, pictures: readonly Picture[], counts: ExampleCounts, seed: number): void {
  const items = captioned(pictures, 'coco', counts.coco, seed)
  const images = karpathyImages(items, (picture) => ({ filepath: cocoPart(picture), cocoid: picture.scene.id }))
  out.json('coco/dataset_coco.json', { images, dataset: 'coco' })
  for (const [split, part] of [['train', 'train2014'], ['val', 'val2014']] as const) {
    const own = items.filter(({ picture }) => picture.split === split)
    const annotations = own.flatMap(({ picture, captions }) => captions.map((caption, i) => ({ image_id: picture.scene.id, id: picture.scene.id * 10 + i, caption })))
    const info = header('Captions of the mini-world in the form of COCO')
    out.json(`coco/captions_${part}.json`, { info, images: own.map(({ picture }) => cocoImage(picture)), licenses: LICENCES, annotations })
    out.json(`coco/instances_${part}.json`, instances(picturesOf(pictures, 'coco', split)))
  }
}
