// Cleaning (spec 3.3): a picture of any data set's test split is taken out of the training split of every data set.
// Read next: overlap.ts, which shows how much the data sets share.

import { type DatasetId, TASK_IDS } from '../../contract/task-catalog'
import type { Example, SplitData } from './example'
import { type IdentityOf, picturesOfExample } from './picture-identity'
import { availableSplits, hasDataset, readSplit } from './sources/all-sources'

export interface CleaningRow {
  readonly dataset: DatasetId
  /** Training examples before cleaning. */
  readonly before: number
  readonly removed: number
}

/** Pictures of all test splits of the root's twelve data sets, whether or not they take part in a run. */
export function testPictures(root: string, identity: IdentityOf): ReadonlySet<string> {
  const pictures = new Set<string>()
  for (const dataset of TASK_IDS) {
    if (!hasDataset(dataset, root) || !availableSplits(dataset, root).includes('test')) continue
    for (const example of readSplit(dataset, root, 'test').examples) {
      for (const picture of picturesOfExample(example)) pictures.add(identity(picture))
    }
  }
  return pictures
}

/** The training split without the test pictures, and what was removed. */
export function cleanSplit(data: SplitData, tests: ReadonlySet<string>, identity: IdentityOf): { readonly data: SplitData; readonly row: CleaningRow } {
  const keep = (example: Example): boolean => picturesOfExample(example).every((picture) => !tests.has(identity(picture)))
  const examples = data.examples.filter(keep)
  return {
    data: { ...data, examples },
    row: { dataset: data.dataset, before: data.examples.length, removed: data.examples.length - examples.length }
  }
}
