// The reader of each data set, and the one way to read a split: from a data root (a folder of data-set folders) or
// from the data set's own folder. Read next: ../inspect.ts, which shows what was read.

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '../../../contract/check'
import type { DatasetId } from '../../../contract/task-catalog'
import type { SplitData, SplitName } from '../example'
import { RecordProblem } from '../published-file'
import { type FolderFiles, type Source, createReading, folderFiles } from '../reading'
import { coco } from './coco'
import { conceptualCaptions } from './conceptual-captions'
import { flickr30k } from './flickr30k'
import { gqa } from './gqa'
import { guesswhat } from './guesswhat'
import { nlvr2 } from './nlvr2'
import { refcoco, refcocoPlus, refcocog } from './refcoco'
import { snliVe } from './snli-ve'
import { visualGenome } from './visual-genome'
import { visual7w } from './visual7w'
import { vqa } from './vqa'

export const SOURCES: Readonly<Record<DatasetId, Source>> = {
  vqa, gqa, vgqa: visualGenome, coco, flickr30k, refcoco, 'refcoco+': refcocoPlus, refcocog, visual7w, guesswhat, nlvr2,
  'snli-ve': snliVe, 'conceptual-captions': conceptualCaptions
}

/** Published names of splits, as people type them. */
const SPLIT_NAMES: Readonly<Record<string, SplitName>> = {
  train: 'train', trainval: 'train', train2014: 'train', train2017: 'train', restval: 'train',
  val: 'val', dev: 'val', valid: 'val', validation: 'val', minval: 'val', val2014: 'val', val2017: 'val',
  test: 'test', test1: 'test', 'test-p': 'test', testdev: 'test', 'test-dev': 'test', test2015: 'test', testa: 'test', testb: 'test'
}

export function splitByName(name: string): SplitName {
  const split = SPLIT_NAMES[name.toLowerCase()]
  if (split) return split
  throw new WorkbenchError(`Split '${name}' is unknown; allowed: ${Object.keys(SPLIT_NAMES).join(', ')}.`)
}

/** The folder of the data set: `<root>/<folder>` if it holds its files, else the root itself. */
export function findFolder(dataset: DatasetId, root: string): FolderFiles {
  const source = SOURCES[dataset]
  if (!existsSync(root) || !statSync(root).isDirectory()) throw new WorkbenchError(`The data folder ${root} does not exist; give a folder with the published files.`)
  for (const folder of [join(root, source.folder), root]) {
    if (!existsSync(folder)) continue
    const files = folderFiles(folder)
    if (source.splits(files).length > 0) return files
  }
  throw new WorkbenchError(`${root} holds no ${dataset} data, neither in '${source.folder}' nor itself; expected ${source.expects}.`)
}

export function availableSplits(dataset: DatasetId, root: string): readonly SplitName[] {
  return SOURCES[dataset].splits(findFolder(dataset, root))
}

/** True if the root has any files of the data set. */
export function hasDataset(dataset: DatasetId, root: string): boolean {
  const source = SOURCES[dataset]
  return [join(root, source.folder), root].some((folder) => existsSync(folder) && source.splits(folderFiles(folder)).length > 0)
}

/** Reads a split; a split that is not there names those that are. */
export function readSplit(dataset: DatasetId, root: string, split: SplitName): SplitData {
  const source = SOURCES[dataset]
  const files = findFolder(dataset, root)
  const splits = source.splits(files)
  if (!splits.includes(split)) {
    throw new WorkbenchError(`${files.path} has no ${split} split of ${dataset}; it has: ${splits.join(', ')}. Expected ${source.expects}.`)
  }
  const reading = createReading(files, root)
  try {
    const examples = source.read(reading, split)
    return { dataset, split, examples, problems: reading.problems, files: reading.files }
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error
    const file = reading.files[reading.files.length - 1] ?? files.path
    throw new WorkbenchError(`${join(root, file)}: ${error.message} (expected ${source.expects} as published).`)
  }
}
