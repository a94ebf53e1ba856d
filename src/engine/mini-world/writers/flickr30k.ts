// Flickr30k in Karpathy's form, dataset_flickr30k.json (data formats 5). Read next: coco.ts.

import type { Picture } from '../scene'
import { captioned, karpathyImages } from './coco'
import type { ExampleCounts } from './sizes'
import type { DataFolder } from './write-files'

/** Writes flickr30k/. */
export function writeFlickr30k(out: DataFolder, pictures: readonly Picture[], counts: ExampleCounts, seed: number): void {
  const items = captioned(pictures, 'flickr30k', counts.flickr30k, seed)
  out.json('flickr30k/dataset_flickr30k.json', { images: karpathyImages(items, () => ({})), dataset: 'flickr30k' })
}
