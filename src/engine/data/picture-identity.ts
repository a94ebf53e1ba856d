// Which pictures are the same although two data sets name them differently (spec 3.3): COCO numbers are shared by six
// data sets, and half of Visual Genome's pictures are COCO pictures (image_data.json). Read next: clean-split.ts.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Example, PictureRef } from './example'
import { Fields } from './published-file'
import { createReading, folderFiles } from './reading'

/** A name that two references share exactly when they are the same picture. */
export type IdentityOf = (picture: PictureRef) => string

const known = new Map<string, IdentityOf>()

/** Reads the Visual Genome to COCO mapping of a data folder once. */
export function pictureIdentity(root: string): IdentityOf {
  const cached = known.get(root)
  if (cached) return cached
  const coco = new Map<string, string>()
  for (const folder of [join(root, 'visual_genome'), join(root, 'gqa'), root]) {
    if (!existsSync(folder)) continue
    const reading = createReading(folderFiles(folder), root)
    for (const name of reading.matching(/(^|\/)image_data\.json$/)) {
      const list = reading.json(name, 'Visual Genome pictures with their coco_id')
      reading.each(name, Array.isArray(list) ? list : [], (image: Fields) => {
        if (image.has('coco_id')) coco.set(image.id('image_id', 'id'), image.id('coco_id'))
      })
    }
  }
  const identity: IdentityOf = ({ pool, id }) => {
    const twin = pool === 'vg' ? coco.get(id.replace(/^v7w_/, '')) : undefined
    return twin === undefined ? `${pool}/${id}` : `coco/${twin}`
  }
  known.set(root, identity)
  return identity
}

export function picturesOfExample(example: Example): readonly PictureRef[] {
  return example.kind === 'statement' ? example.pictures : [example.picture]
}
