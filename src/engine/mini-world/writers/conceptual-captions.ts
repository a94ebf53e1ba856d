// Conceptual Captions: `caption<TAB>url`, no header (data formats 11). The captions that the trunk is
// pre-trained on; a picture may have several rows. Read next: language/captions.ts.

import { at } from '../../../contract/check'
import { randomStream } from '../../random'
import { caption } from '../language/captions'
import { picturesOf } from '../language/facts'
import type { Picture } from '../scene'
import type { ExampleCounts } from './sizes'
import type { DataFolder } from './write-files'

const FILES = [
  ['train', 'Train_GCC-training.tsv'],
  ['val', 'Validation_GCC-1.1.0-Validation.tsv']
] as const

/** Writes conceptual_captions/: rounds over the pictures until there are enough rows. No file for a world without them. */
export function writeConceptualCaptions(out: DataFolder, pictures: readonly Picture[], counts: ExampleCounts, seed: number): void {
  for (const [split, file] of FILES) {
    const own = picturesOf(pictures, 'cc', split)
    if (own.length === 0) continue
    const rows = counts.conceptualCaptions[split]
    const lines = Array.from({ length: rows }, (_, i) => {
      const picture = at(own, i % own.length)
      const round = Math.floor(i / own.length)
      const text = caption(picture.scene, 'web', randomStream(seed, 'web caption', picture.scene.id, round))
      return `${text}\thttps://mini-world.invalid/cc/${picture.scene.id}.png\n`
    })
    out.bytes(`conceptual_captions/${file}`, lines.join(''))
  }
}
