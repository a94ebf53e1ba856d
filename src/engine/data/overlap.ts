// How much the data sets share: the share of each one's test pictures that occur in another's train or validation
// split (the paper's table, spec 3.3), and what cleaning removes. `twelve-in-one data overlap` prints it.

import { DATASET_IDS, type DatasetId, TASK_IDS } from '../../contract/task-catalog'
import { type CleaningRow, cleanSplit, testPictures } from './clean-split'
import type { SplitName } from './example'
import { type IdentityOf, pictureIdentity, picturesOfExample } from './picture-identity'
import { parsingOnce } from './reading'
import { availableSplits, hasDataset, readSplit } from './sources/all-sources'

export interface OverlapReport {
  /** Data sets that the root holds. */
  readonly datasets: readonly DatasetId[]
  /** share[test of][train/val of]: 0–1; absent rows have no test split. */
  readonly share: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly cleaning: readonly (CleaningRow & { readonly share: number })[]
}

export function overlapReport(root: string): OverlapReport {
  return parsingOnce(() => reportOf(root))
}

function reportOf(root: string): OverlapReport {
  const identity = pictureIdentity(root)
  const datasets = DATASET_IDS.filter((dataset) => hasDataset(dataset, root))
  const learned = new Map(datasets.map((dataset) => [dataset, picturesIn(dataset, root, ['train', 'val'], identity)]))
  const share: Record<string, Record<string, number>> = {}
  for (const dataset of datasets) {
    const tests = picturesIn(dataset, root, ['test'], identity)
    if (tests.size === 0) continue
    share[dataset] = Object.fromEntries(datasets.map((other) => {
      const seen = learned.get(other) ?? new Set<string>()
      return [other, [...tests].filter((picture) => seen.has(picture)).length / tests.size]
    }))
  }
  const tests = testPictures(root, identity)
  const cleaning = datasets
    .filter((dataset) => TASK_IDS.some((id) => id === dataset) && availableSplits(dataset, root).includes('train'))
    .map((dataset) => cleanSplit(readSplit(dataset, root, 'train'), tests, identity).row)
    .map((row) => ({ ...row, share: row.before === 0 ? 0 : row.removed / row.before }))
  return { datasets, share, cleaning }
}

function picturesIn(dataset: DatasetId, root: string, splits: readonly SplitName[], identity: IdentityOf): Set<string> {
  const pictures = new Set<string>()
  const available = availableSplits(dataset, root)
  for (const split of splits.filter((name) => available.includes(name))) {
    for (const example of readSplit(dataset, root, split).examples) {
      for (const picture of picturesOfExample(example)) pictures.add(identity(picture))
    }
  }
  return pictures
}
