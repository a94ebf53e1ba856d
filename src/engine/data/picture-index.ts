// Finds picture files: real data sets keep them in folders of their own naming (COCO_train2014_000000000017.jpg,
// 2318324.jpg, dev-850-0-img0.png), the mini-world in images/<pool>. One walk over the folders, then look-ups.
// Read next: reading.ts.

import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

export interface PictureIndex {
  /** Path of the picture relative to the data folder, '' if there is none. `published` is the file name in the data set. */
  find(pool: string, id: string, published?: string): string
  /** How many picture files there are. */
  readonly files: number
}

const PICTURE = /\.(jpe?g|png)$/i
/** Folder names that tell a pool; a numeric id is only looked up in folders of its own pool. */
const POOL_FOLDERS: readonly (readonly [RegExp, string])[] = [
  [/coco|train2014|val2014|test2015|train2017|val2017/i, 'coco'], [/^vg|visual.?genome|gqa|visual7w/i, 'vg'],
  [/flickr/i, 'flickr30k'], [/nlvr/i, 'nlvr2'], [/^cc$|conceptual/i, 'cc']
]

/** The number or name by which a data set calls the picture of a file. */
export function pictureKey(file: string): string {
  const name = basename(file).replace(PICTURE, '')
  const coco = /^COCO_[a-z]+20\d\d_0*(\d+)$/.exec(name)
  if (coco) return coco[1] ?? name
  return /^0\d{11}$/.test(name) ? String(Number(name)) : name
}

function poolOf(path: string): string {
  for (const part of dirname(path).split(/[\\/]/).reverse()) {
    const found = POOL_FOLDERS.find(([pattern]) => pattern.test(part))
    if (found) return found[1]
  }
  return ''
}

function* walk(folder: string, depth: number): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth > 0) yield* walk(path, depth - 1)
    else if (PICTURE.test(entry.name)) yield path
  }
}

const indexes = new Map<string, PictureIndex>()

/** Index of the pictures under `<root>/images`, of a sibling `images` folder, or else under the root itself; made once per root. */
export function pictureIndex(root: string): PictureIndex {
  const known = indexes.get(resolve(root))
  if (known) return known
  const folders = [join(root, 'images'), join(dirname(resolve(root)), 'images')].filter((folder) => existsSync(folder))
  const keyed = new Map<string, string>()
  let files = 0
  for (const folder of folders.length > 0 ? folders.slice(0, 1) : [root]) {
    for (const path of existsSync(folder) ? walk(folder, 3) : []) {
      const place = relative(root, path).split('\\').join('/')
      files++
      for (const key of [`${poolOf(place)}/${pictureKey(path)}`, `file/${basename(path).replace(PICTURE, '')}`]) {
        if (!keyed.has(key)) keyed.set(key, place)
      }
    }
  }
  const index: PictureIndex = {
    files,
    find(pool, id, published) {
      const byId = keyed.get(`${pool}/${id}`)
      if (byId !== undefined) return byId
      const byName = published === undefined ? undefined : keyed.get(`file/${basename(published).replace(PICTURE, '')}`)
      return byName ?? keyed.get(`/${id}`) ?? ''
    }
  }
  indexes.set(resolve(root), index)
  return index
}
