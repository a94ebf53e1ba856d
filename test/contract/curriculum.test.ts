// Tasks of a curriculum join one by one over the first half of a run.

import { expect, it } from 'vitest'
import { iterationsWithoutJoining, joiningRound } from '../../src/contract/curriculum'
import { TASK_IDS } from '../../src/contract/task-catalog'

it('lets the first task begin at once and the last before half of the run', () => {
  const run = { curriculum: ['coco', 'vqa', 'nlvr2', 'gqa'], iterations: 80 } as const
  expect((['coco', 'vqa', 'nlvr2', 'gqa'] as const).map((task) => joiningRound(run, task))).toEqual([0, 10, 20, 30])
})

it('lets every task begin at once without a curriculum, and one that the order leaves out', () => {
  expect(joiningRound({ curriculum: 'none', iterations: 80 }, 'vqa')).toBe(0)
  expect(joiningRound({ curriculum: ['coco', 'nlvr2'], iterations: 80 }, 'vqa')).toBe(0)
})

it('knows how long tasks that all begin at once train for as many steps', () => {
  for (const [iterations, tasks] of [[400, 12], [80, 4], [20, 1], [1, 12]] as const) {
    const curriculum = TASK_IDS.slice(0, tasks)
    const steps = curriculum.reduce((sum, task) => sum + iterations - joiningRound({ curriculum, iterations }, task), 0)
    const even = iterationsWithoutJoining(iterations, tasks)
    expect(Math.abs(even * tasks - steps)).toBeLessThanOrEqual(tasks / 2)
  }
  expect(iterationsWithoutJoining(400, 12)).toBe(309)
})
