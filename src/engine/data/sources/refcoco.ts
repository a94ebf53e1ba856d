// RefCOCO, RefCOCO+ and RefCOCOg as published: refs(unc).p or refs(umd).p (a Python pickle) and instances.json
// (data formats 6, spec 3.2). Every sentence is an example; any region of the picture may be its answer.

import type { DatasetId } from '../../../contract/task-catalog'
import type { Example, SplitName } from '../example'
import { Fields, RecordProblem } from '../published-file'
import type { FolderFiles, Reading, Source } from '../reading'
import { type Instances, readInstances } from './boxes-of-records'

const REFS = 'a pickled list of refs with sentences, split and ann_id'
const PARTS: Readonly<Record<SplitName, readonly string[]>> = { train: ['train'], val: ['val'], test: ['test', 'testA', 'testB'] }

/** The reference uses the unc splits for RefCOCO and RefCOCO+, umd for RefCOCOg. */
function refsFile(files: FolderFiles, who: string): string | undefined {
  const found = files.matching(/(^|\/)refs.*\.p$/)
  return found.find((name) => name.includes(`refs(${who})`)) ?? found[0]
}

function source(dataset: DatasetId, who: 'unc' | 'umd'): Source {
  return {
    dataset,
    folder: dataset,
    expects: `refs(${who}).p and instances.json`,
    splits: (files) => (refsFile(files, who) === undefined ? [] : ['train', 'val', 'test']),
    read: (reading, split) => readRefs(reading, dataset, refsFile(reading, who) ?? '', PARTS[split])
  }
}

export const refcoco = source('refcoco', 'unc')
export const refcocoPlus = source('refcoco+', 'unc')
export const refcocog = source('refcocog', 'umd')

function readRefs(reading: Reading, dataset: DatasetId, name: string, parts: readonly string[]): Example[] {
  const instances = readInstances(reading, reading.matching(/(^|\/)instances\.json$/)[0] ?? 'instances.json')
  const refs = reading.pickle(name, REFS)
  if (!Array.isArray(refs)) {
    reading.problem(name, 'the whole file', `holds no list; expected ${REFS}`)
    return []
  }
  const examples: Example[] = []
  reading.each(name, refs, (ref) => {
    const part = ref.text('split')
    if (!parts.includes(part)) return
    examples.push(...sentencesOf(reading, ref, dataset, part, instances))
  }, (index) => `ref ${index + 1}`)
  return examples
}

function sentencesOf(reading: Reading, ref: Fields, dataset: DatasetId, part: string, instances: Instances): Example[] {
  const annotation = instances.boxes.get(ref.id('ann_id'))
  if (!annotation) throw new RecordProblem(`'ann_id' is ${ref.id('ann_id')}, which instances.json does not have`)
  const picture = reading.picture('coco', ref.id('image_id'), instances.images.get(ref.id('image_id'))?.file)
  return ref.list('sentences').map((value) => {
    const sentence = Fields.of(value)
    return {
      kind: 'region', dataset, id: sentence.id('sent_id'), part, text: sentence.words('raw', 'sent'), picture, answer: annotation.box,
      candidates: [], annotated: instances.byPicture.get(picture.id) ?? []
    }
  })
}
