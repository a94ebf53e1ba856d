// The two layouts that COCO and Flickr30k retrieval share: Karpathy's dataset_*.json and the reference's
// all_data_final_*.jsonline, one picture with its captions each (data formats 4 and 5).

import type { DatasetId } from '../../../contract/task-catalog'
import type { Example, SplitName } from '../example'
import { Fields, RecordProblem } from '../published-file'
import type { FolderFiles, Reading } from '../reading'
import { pictureKey } from '../picture-index'

const LINES: Readonly<Record<SplitName, RegExp>> = {
  train: /(^|_)train(_|\.).*jsonline$|train\.jsonline$/, val: /(^|_)val(id)?(_|\.).*jsonline$/, test: /(^|_)test(_|\.).*jsonline$/
}
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']

export const karpathyFile = (files: FolderFiles, which: string): string | undefined =>
  files.matching(new RegExp(`(^|/)dataset_${which}\\.json$`))[0]

export const lineSplits = (files: FolderFiles): SplitName[] => SPLITS.filter((split) => files.matching(LINES[split]).length > 0)

/** Karpathy splits: train takes restval too. */
export function readKarpathy(reading: Reading, name: string, split: SplitName, dataset: DatasetId, pool: string): Example[] {
  const examples: Example[] = []
  const file = Fields.of(reading.json(name, "Karpathy's splits: images with sentences"))
  reading.each(name, file.list('images'), (image) => {
    const part = image.text('split')
    if (part !== split && !(split === 'train' && part === 'restval')) return
    const published = image.text('filename')
    const picture = reading.picture(pool, image.has('cocoid') ? image.id('cocoid') : pictureKey(published), published)
    image.list('sentences').forEach((value, index) => {
      const sentence = Fields.of(value)
      const id = sentence.has('sentid') ? sentence.id('sentid') : `${picture.id}#${index}`
      examples.push({ kind: 'caption', dataset, id, part, picture, caption: sentence.words('raw') })
    })
  }, (index) => `image ${index + 1}`)
  return examples
}

/** One picture a line: `{sentences, id, img_path}`. */
export function readCaptionLines(reading: Reading, split: SplitName, dataset: DatasetId, pool: string): Example[] {
  const examples: Example[] = []
  for (const name of reading.matching(LINES[split])) {
    reading.eachJsonLine(name, 'one picture with its sentences a line', (fields) => {
      const path = fields.has('img_path') ? fields.text('img_path') : `${fields.id('id')}.jpg`
      const picture = reading.picture(pool, pictureKey(path), path)
      fields.list('sentences').forEach((sentence, index) => {
        if (typeof sentence !== 'string' || sentence.trim() === '') throw new RecordProblem(`sentence ${index + 1} is empty or no text`)
        examples.push({ kind: 'caption', dataset, id: `${picture.id}#${index}`, picture, caption: sentence.replace(/\s+/g, ' ').trim() })
      })
    })
  }
  return examples
}
