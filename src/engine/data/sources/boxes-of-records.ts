// Boxes as data sets write them (x, y, width, height in pixels) as corners, and the instances files of COCO and
// RefCOCO*. Read next: ../boxes.ts, the geometry.

import type { PixelBox } from '../example'
import { Fields, RecordProblem } from '../published-file'
import type { Reading } from '../reading'

/** Corners of an [x, y, width, height] list. */
export function cornersOf(list: readonly unknown[], key: string): PixelBox {
  const [x, y, width, height] = list
  if (list.length !== 4 || ![x, y, width, height].every((value) => typeof value === 'number' && Number.isFinite(value))) {
    throw new RecordProblem(`'${key}' is ${JSON.stringify(list).slice(0, 60)}; expected four numbers: x, y, width, height`)
  }
  if (Number(width) < 0 || Number(height) < 0) throw new RecordProblem(`'${key}' is ${JSON.stringify(list)}; its width and height must not be negative`)
  return [Number(x), Number(y), Number(x) + Number(width), Number(y) + Number(height)]
}

export interface Instances {
  readonly images: ReadonlyMap<string, { readonly file: string; readonly width: number; readonly height: number }>
  readonly boxes: ReadonlyMap<string, { readonly picture: string; readonly box: PixelBox; readonly category: string }>
  /** Boxes of a picture, ordered by annotation id. */
  readonly byPicture: ReadonlyMap<string, readonly PixelBox[]>
}

/** Reads an instances file (data formats 4); a wrong annotation becomes a problem. */
export function readInstances(reading: Reading, name: string): Instances {
  const file = Fields.of(reading.json(name, 'COCO instances: images, annotations, categories'))
  const images = new Map<string, { file: string; width: number; height: number }>()
  const boxes = new Map<string, { picture: string; box: PixelBox; category: string }>()
  const categories = new Map<string, string>()
  reading.each(name, file.list('images'), (image) => {
    images.set(image.id('id'), { file: image.text('file_name'), width: image.number('width'), height: image.number('height') })
  }, (index) => `image ${index + 1}`)
  reading.each(name, file.get('categories') === undefined ? [] : file.list('categories'), (category) => {
    categories.set(category.id('id'), category.text('name'))
  }, (index) => `category ${index + 1}`)
  reading.each(name, file.list('annotations'), (annotation) => {
    const category = annotation.has('category_id') ? annotation.id('category_id') : ''
    boxes.set(annotation.id('id'), {
      picture: annotation.id('image_id'), box: cornersOf(annotation.list('bbox'), 'bbox'), category: categories.get(category) ?? category
    })
  }, (index) => `annotation ${index + 1}`)
  const byPicture = new Map<string, PixelBox[]>()
  for (const [, row] of [...boxes].sort((a, b) => Number(a[0]) - Number(b[0]))) {
    const list = byPicture.get(row.picture)
    if (list) list.push(row.box)
    else byPicture.set(row.picture, [row.box])
  }
  return { images, boxes, byPicture }
}
