// Boxes that a data set annotates in its pictures, used where a picture has pixels but no detector's regions: COCO
// instances and Visual Genome objects (data formats 3 and 4). Read next: regions.ts.

import { join } from 'node:path'
import type { PixelBox } from './example'
import { Fields } from './published-file'
import { createReading, folderFiles } from './reading'
import { cornersOf, readInstances } from './sources/boxes-of-records'

type Boxes = ReadonlyMap<string, readonly PixelBox[]>
const known = new Map<string, Boxes>()

const FOLDERS: Readonly<Record<string, readonly string[]>> = { coco: ['coco', 'refcoco', 'refcoco+', 'refcocog', 'vqa'], vg: ['visual_genome', 'gqa'] }
export const INSTANCE_FILES = /(^|\/)instances\w*\.json$/
const OBJECT_FILES = /(^|\/)objects\.json$/

/** Boxes by picture id for a pool; read once per root. Empty for pools whose data sets annotate none. */
export function annotatedBoxes(root: string, pool: string): Boxes {
  const key = `${pool}:${root}`
  const cached = known.get(key)
  if (cached) return cached
  const boxes = new Map<string, readonly PixelBox[]>()
  for (const folder of [root, join(root, '..'), ...(FOLDERS[pool] ?? []).flatMap((name) => [join(root, name), join(root, '..', name)])]) {
    const found = pool === 'coco' ? cocoBoxes(root, folder) : pool === 'vg' ? genomeBoxes(root, folder) : []
    for (const [picture, list] of found) if (!boxes.has(picture)) boxes.set(picture, list)
  }
  known.set(key, boxes)
  return boxes
}

function* cocoBoxes(root: string, folder: string): Generator<[string, readonly PixelBox[]]> {
  const reading = createReading(folderFiles(folder), root)
  for (const name of reading.matching(INSTANCE_FILES)) yield* readInstances(reading, name).byPicture
}

function* genomeBoxes(root: string, folder: string): Generator<[string, readonly PixelBox[]]> {
  const reading = createReading(folderFiles(folder), root)
  for (const name of reading.matching(OBJECT_FILES)) {
    const list = reading.json(name, 'Visual Genome objects: a list of pictures with objects')
    const boxes = new Map<string, PixelBox[]>()
    reading.each(name, Array.isArray(list) ? list : [], (image) => {
      boxes.set(image.id('image_id', 'id'), image.list('objects').map((value) => boxOf(Fields.of(value))))
    })
    yield* boxes
  }
}

const boxOf = (object: Fields): PixelBox => cornersOf(['x', 'y', 'w', 'h'].map((key) => object.number(key)), 'x, y, w, h')

