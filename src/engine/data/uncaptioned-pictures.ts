// Pictures at hand that a data set annotates with boxes but not with captions. Where the pictures of the captions are
// absent, retrieval draws its wrong pictures from these, so that real pixels take part (as in a sample of COCO that
// holds other photographs than captions). Read next: task-data.ts.

import { annotatedBoxes } from './annotated-boxes'
import type { CaptionExample, Example, PictureRef } from './example'
import { pictureIndex } from './picture-index'

/** Those of the captions' pool, in the order of the annotation files; empty where the pool annotates no boxes. */
export function uncaptionedPictures(root: string, examples: readonly Example[]): readonly PictureRef[] {
  const captions = examples.filter((example): example is CaptionExample => example.kind === 'caption')
  const pool = captions[0]?.picture.pool
  if (pool === undefined) return []
  const captioned = new Set(captions.map(({ picture }) => picture.id))
  const index = pictureIndex(root)
  return [...annotatedBoxes(root, pool).keys()]
    .filter((id) => !captioned.has(id))
    .map((id) => ({ pool, id, file: index.find(pool, id) }))
    .filter(({ file }) => file !== '')
}
