// SNLI-VE as published: JSON lines, a Flickr30k picture and a hypothesis (data formats 10). The key of the picture has
// three spellings in the releases. Read next: ../../tasks/verification.ts.

import type { Example, SplitName } from '../example'
import { RecordProblem } from '../published-file'
import type { FolderFiles, Source } from '../reading'

const EXPECTED = 'SNLI-VE records, one JSON object a line'
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']
export const SNLI_VE_LABELS = ['contradiction', 'neutral', 'entailment'] as const

function splitOf(name: string): SplitName | null {
  if (!/\.jsonl$/.test(name)) return null
  if (/(^|[_-])(dev|val|valid)[_.-]/.test(name)) return 'val'
  if (/(^|[_-])test[_.-]/.test(name)) return 'test'
  return /(^|\/)snli_ve/.test(name) ? 'train' : null
}

const filesOf = (files: FolderFiles, split: SplitName): string[] => {
  const all = files.names.filter((name) => splitOf(name) === split)
  const published = all.filter((name) => /(^|\/)snli_ve_(train|dev|test)\.jsonl$/.test(name))
  return published.length > 0 ? published : all
}

export const snliVe: Source = {
  dataset: 'snli-ve',
  folder: 'snli_ve',
  expects: 'snli_ve_train.jsonl, snli_ve_dev.jsonl or snli_ve_test.jsonl',
  splits: (files) => SPLITS.filter((split) => filesOf(files, split).length > 0),
  read(reading, split) {
    const examples: Example[] = []
    for (const name of filesOf(reading, split)) {
      reading.eachJsonLine(name, EXPECTED, (fields) => {
        const picture = fields.id('Flikr30kID', 'Flickr30K_ID', 'Flickr30kID').replace(/\.jpg$/, '')
        const gold = fields.text('gold_label')
        const label = SNLI_VE_LABELS.findIndex((word) => word === gold)
        if (label < 0 && gold !== '-') throw new RecordProblem(`'gold_label' is '${gold}'; expected ${SNLI_VE_LABELS.join(', ')} or -`)
        examples.push({
          kind: 'statement', dataset: 'snli-ve', id: fields.id('pairID'), statement: fields.words('sentence2'),
          label: label < 0 ? null : label, pictures: [reading.picture('flickr30k', picture, `${picture}.jpg`)]
        })
      })
    }
    return examples
  }
}
