// Writes a world's texts in the published forms of the twelve data sets and of Conceptual Captions, with the
// vocabulary. Pictures are written by make-world.ts. Same world, same bytes. Read next: sizes.ts, vqa.ts.

import { vocabularyLines } from '../language/vocabulary'
import type { World } from '../scene'
import { writeCoco } from './coco'
import { writeConceptualCaptions } from './conceptual-captions'
import { writeFlickr30k } from './flickr30k'
import { writeGqa } from './gqa'
import { writeGuessWhat } from './guesswhat'
import { writeNlvr2 } from './nlvr2'
import { writeRefCoco } from './refcoco'
import { exampleCounts } from './sizes'
import { writeSnliVe } from './snli-ve'
import { writeVisual7w } from './visual7w'
import { writeVisualGenome } from './visual-genome'
import { writeAnswerLabels, writeVqa } from './vqa'
import { dataFolder } from './write-files'

export interface WritingProgress {
  /** The data set that was just written. */
  readonly name: string
  readonly done: number
  readonly total: number
}

/** Writes every text file of the world under the folder `out`, which is made if needed. */
export function writeDataSets(out: string, world: World, onProgress?: (progress: WritingProgress) => void): void {
  const { pictures, seed } = world
  const folder = dataFolder(out)
  const counts = exampleCounts(world.size)
  // An answer becomes a label when it is not a one-off; the real data sets ask for nine.
  const leastAnswers = world.size === 'tiny' ? 1 : 5
  const steps: readonly (readonly [string, () => void])[] = [
    ['vocabulary', () => folder.bytes('vocab.txt', `${vocabularyLines().join('\n')}\n`)],
    ['conceptual-captions', () => writeConceptualCaptions(folder, pictures, counts, seed)],
    ['vqa and vgqa', () => {
      const answers = [...writeVqa(folder, pictures, counts.vqa, seed), ...writeVisualGenome(folder, pictures, counts.visualGenome, seed)]
      for (const name of ['vqa', 'visual_genome']) writeAnswerLabels(folder, name, answers, leastAnswers)
    }],
    ['gqa', () => writeGqa(folder, pictures, counts.gqa, seed, leastAnswers)],
    ['coco', () => writeCoco(folder, pictures, counts, seed)],
    ['flickr30k', () => writeFlickr30k(folder, pictures, counts, seed)],
    ['refcoco', () => writeRefCoco(folder, 'refcoco', 'unc', pictures, counts.refcoco, seed)],
    ['refcoco+', () => writeRefCoco(folder, 'refcoco+', 'plus', pictures, counts.refcocoPlus, seed)],
    ['refcocog', () => writeRefCoco(folder, 'refcocog', 'umd', pictures, counts.refcocog, seed)],
    ['visual7w', () => writeVisual7w(folder, pictures, counts.visual7w, seed)],
    ['guesswhat', () => writeGuessWhat(folder, pictures, counts.guesswhat, seed)],
    ['nlvr2', () => writeNlvr2(folder, pictures, counts.nlvr2, seed)],
    ['snli-ve', () => writeSnliVe(folder, pictures, counts.snliVe, seed)]
  ]
  steps.forEach(([name, write], index) => {
    write()
    onProgress?.({ name, done: index + 1, total: steps.length })
  })
}
