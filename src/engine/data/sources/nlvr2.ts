// NLVR2 as published: JSON lines in files called .json, two pictures a sentence (data formats 9, spec 3.2).
// Read next: ../../tasks/verification.ts.

import type { Example, SplitName } from '../example'
import { RecordProblem, type Fields } from '../published-file'
import type { FolderFiles, Source } from '../reading'

const FILES: Readonly<Record<SplitName, RegExp>> = { train: /(^|\/)train\.json$/, val: /(^|\/)dev\.json$/, test: /(^|\/)test1?\.json$/ }
const EXPECTED = 'NLVR2 sentences, one JSON object a line'
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']

export const NLVR2_LABELS = ['False', 'True'] as const

export const nlvr2: Source = {
  dataset: 'nlvr2',
  folder: 'nlvr2',
  expects: 'train.json, dev.json or test1.json',
  splits: (files: FolderFiles) => SPLITS.filter((split) => files.matching(FILES[split]).length > 0),
  read(reading, split) {
    const examples: Example[] = []
    for (const name of reading.matching(FILES[split]).slice(0, 1)) {
      reading.eachJsonLine(name, EXPECTED, (fields) => {
        const identifier = fields.text('identifier')
        const pair = identifier.slice(0, identifier.lastIndexOf('-'))
        if (!/-\d+$/.test(identifier)) throw new RecordProblem(`'identifier' is '${identifier}'; expected split-set-pair-sentence, as in dev-850-0-0`)
        examples.push({
          kind: 'statement', dataset: 'nlvr2', id: identifier, statement: fields.words('sentence'), label: labelOf(fields),
          pictures: ['img0', 'img1'].map((side) => reading.picture('nlvr2', `${pair}-${side}`, `${pair}-${side}.png`))
        })
      })
    }
    return examples
  }
}

function labelOf(fields: Fields): number | null {
  if (!fields.has('label')) return null
  const label = NLVR2_LABELS.findIndex((name) => name === String(fields.get('label')))
  if (label < 0) throw new RecordProblem(`'label' is ${JSON.stringify(fields.get('label'))}; expected "True" or "False"`)
  return label
}
