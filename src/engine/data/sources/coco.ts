// COCO captions as published: captions_*.json (2014, 2017), Karpathy's dataset_coco.json, or the reference's jsonline
// files (data formats 4). Read next: captions-by-picture.ts; the boxes are read by ../regions.ts.

import type { Example, SplitName } from '../example'
import { Fields, RecordProblem } from '../published-file'
import type { FolderFiles, Reading, Source } from '../reading'
import { karpathyFile, lineSplits, readCaptionLines, readKarpathy } from './captions-by-picture'

const CAPTIONS: Readonly<Record<SplitName, RegExp>> = {
  train: /(^|\/)captions_train\w*\.json$/, val: /(^|\/)captions_val\w*\.json$/, test: /(^|\/)captions_test\w*\.json$/
}
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']

export const coco: Source = {
  dataset: 'coco',
  folder: 'coco',
  expects: 'dataset_coco.json, captions_{train,val}2014.json or captions_{train,val}2017.json',
  splits(files: FolderFiles) {
    if (karpathyFile(files, 'coco') !== undefined) return SPLITS
    const captions = SPLITS.filter((split) => files.matching(CAPTIONS[split]).length > 0)
    return captions.length > 0 ? captions : lineSplits(files)
  },
  read(reading, split) {
    const file = karpathyFile(reading, 'coco')
    if (file !== undefined) return readKarpathy(reading, file, split, 'coco', 'coco')
    const captions = reading.matching(CAPTIONS[split])
    return captions.length > 0 ? captions.flatMap((name) => readCaptions(reading, name)) : readCaptionLines(reading, split, 'coco', 'coco')
  }
}

/** Images and annotations are lists in different orders; a caption of an unlisted picture is a problem. */
function readCaptions(reading: Reading, name: string): Example[] {
  const file = Fields.of(reading.json(name, 'COCO captions: images and annotations'))
  const images = new Map<string, string>()
  const captioned = new Set<string>()
  const examples: Example[] = []
  reading.each(name, file.list('images'), (image) => images.set(image.id('id'), image.text('file_name')), (index) => `image ${index + 1}`)
  reading.each(name, file.list('annotations'), (annotation) => {
    const id = annotation.id('image_id')
    const published = images.get(id)
    if (published === undefined) throw new RecordProblem(`'image_id' is ${id}, which is none of the file's ${images.size} images`)
    captioned.add(id)
    examples.push({ kind: 'caption', dataset: 'coco', id: annotation.id('id'), caption: annotation.words('caption'), picture: reading.picture('coco', id, published) })
  }, (index) => `annotation ${index + 1}`)
  for (const id of images.keys()) if (!captioned.has(id)) reading.problem(name, `image ${id}`, 'has no caption')
  return examples
}
