// The mini-world's files go through the same readers as the real data sets, without a problem and without a loss.

import { expect, it } from 'vitest'
import type { DatasetId } from '../../../src/contract/task-catalog'
import type { Example } from '../../../src/engine/data/example'
import { readSplit } from '../../../src/engine/data/sources/all-sources'
import { writtenWorld } from './written-world'

const world = writtenWorld(13)

const COUNTS: readonly (readonly [DatasetId, number, number, number])[] = [
  ['vqa', 60, 24, 24], ['gqa', 60, 24, 24], ['vgqa', 160, 20, 20], ['coco', 120, 60, 60], ['flickr30k', 120, 60, 60], ['refcoco', 60, 24, 24],
  ['refcoco+', 60, 24, 24], ['refcocog', 60, 24, 24], ['visual7w', 60, 24, 24], ['guesswhat', 60, 24, 24], ['nlvr2', 60, 24, 24], ['snli-ve', 60, 24, 24]
]

const hasTarget = (example: Example): boolean => {
  if (example.kind === 'question') return Object.keys(example.answers).length > 0
  if (example.kind === 'statement') return example.label !== null
  return example.kind === 'caption' || example.answer[2] > example.answer[0]
}

it.each(COUNTS)('reads %s back: %i, %i and %i examples', (dataset, train, val, test) => {
  const splits = (['train', 'val', 'test'] as const).map((split) => readSplit(dataset, world.folder, split))
  expect(splits.flatMap((split) => split.problems)).toEqual([])
  expect(splits.map((split) => split.examples.length)).toEqual([train, val, test])
  expect(splits.flatMap((split) => split.examples).filter((example) => !hasTarget(example))).toEqual([])
})

it('reads the captions for pre-training', () => {
  const splits = (['train', 'val'] as const).map((split) => readSplit('conceptual-captions', world.folder, split))
  expect(splits.map((split) => [split.examples.length, split.problems])).toEqual([[60, []], [24, []]])
})
