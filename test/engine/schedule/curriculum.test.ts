// Tasks of a curriculum join one by one over the first half of a run.

import { expect, it } from 'vitest'
import { joiningRound } from '../../../src/engine/schedule/curriculum'

it('lets the first task begin at once and the last before half of the run', () => {
  const run = { curriculum: ['coco', 'vqa', 'nlvr2', 'gqa'], iterations: 80 } as const
  expect((['coco', 'vqa', 'nlvr2', 'gqa'] as const).map((task) => joiningRound(run, task))).toEqual([0, 10, 20, 30])
})

it('lets every task begin at once without a curriculum, and one that the order leaves out', () => {
  expect(joiningRound({ curriculum: 'none', iterations: 80 }, 'vqa')).toBe(0)
  expect(joiningRound({ curriculum: ['coco', 'nlvr2'], iterations: 80 }, 'vqa')).toBe(0)
})
