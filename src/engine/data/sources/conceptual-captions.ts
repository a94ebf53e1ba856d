// Conceptual Captions as published: caption, tab, address of the picture; no header, no quoting (data formats 11).
// Pre-training reads it (spec section 5). The picture's id is the last part of the address without its extension.

import type { Example, SplitName } from '../example'
import { RecordProblem } from '../published-file'
import type { FolderFiles, Source } from '../reading'

const EXPECTED = 'lines of caption, tab, picture address'
const FILES: Readonly<Record<SplitName, RegExp>> = { train: /train.*\.tsv$/i, val: /valid.*\.tsv$/i, test: /test.*\.tsv$/i }
const SPLITS: readonly SplitName[] = ['train', 'val', 'test']

function pictureName(address: string): string {
  const path = address.replace(/[?#].*$/, '').replace(/\/+$/, '')
  return path.slice(path.lastIndexOf('/') + 1)
}

export const conceptualCaptions: Source = {
  dataset: 'conceptual-captions',
  folder: 'conceptual_captions',
  expects: 'Train_GCC-training.tsv or Validation_GCC-1.1.0-Validation.tsv',
  splits: (files: FolderFiles) => SPLITS.filter((split) => files.matching(FILES[split]).length > 0),
  read(reading, split) {
    const examples: Example[] = []
    const addresses = new Map<string, string>()
    for (const name of reading.matching(FILES[split])) {
      reading.eachLine(name, EXPECTED, (line, place) => {
        const [caption, address] = line.split('\t')
        if (caption === undefined || address === undefined) throw new RecordProblem(`no tab; expected ${EXPECTED}`)
        const text = caption.replace(/\s+/g, ' ').trim()
        const file = pictureName(address.trim())
        if (text === '') throw new RecordProblem('the caption is empty; expected words')
        if (file === '') throw new RecordProblem(`the picture address is '${address}'; expected an address with a file name`)
        const id = distinctId(file.replace(/\.[A-Za-z]{2,5}$/, ''), address.trim(), addresses)
        examples.push({
          kind: 'caption', dataset: 'conceptual-captions', id: `${split}-${place.replace('line ', '')}`,
          caption: text, picture: reading.picture('cc', id, file)
        })
      })
    }
    return examples
  }
}

/** Pictures of different sites may share a file name (1.jpg): the later ones get a number. */
function distinctId(name: string, address: string, addresses: Map<string, string>): string {
  for (let copy = 1; ; copy++) {
    const id = copy === 1 ? name : `${name}~${copy}`
    const known = addresses.get(id)
    if (known === undefined) addresses.set(id, address)
    if (known === undefined || known === address) return id
  }
}
