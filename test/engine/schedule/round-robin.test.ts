import { describe, expect, it } from 'vitest'
import { maySteps, resetDue, roundOrder, validationDue } from '../../../src/engine/schedule/round-robin'
import { startStopAndGo } from '../../../src/engine/schedule/stop-and-go'

const stopped = { ...startStopAndGo(), state: 'stop' } as const
const rounds = (count: number, test: (round: number) => boolean): number[] => Array.from({ length: count }, (_, i) => i).filter(test)

describe('a round', () => {
  it('goes through the tasks in the order of the reference’s numbers', () => {
    expect(roundOrder(['snli-ve', 'gqa', 'vqa', 'coco', 'visual7w'])).toEqual(['vqa', 'visual7w', 'coco', 'snli-ve', 'gqa'])
  })

  it('skips a stopped task but for every gap-th round', () => {
    expect(rounds(10, (round) => maySteps(stopped, round, 4))).toEqual([0, 4, 8])
    expect(rounds(10, (round) => maySteps(stopped, round, 'never'))).toEqual([])
    expect(rounds(3, (round) => maySteps(startStopAndGo(), round, 'never'))).toEqual([0, 1, 2])
  })
})

describe('validation', () => {
  it('comes after so many complete rounds, and after the last', () => {
    expect(rounds(25, (round) => validationDue(round, 25, { every: 10 }))).toEqual([9, 19, 24])
  })

  it('follows the reference’s calendar with a pass length', () => {
    expect(rounds(25, (round) => validationDue(round, 25, { pass: 10 }))).toEqual([10, 20, 24])
  })
})

describe('the reset of all controllers', () => {
  it('comes at the end of epochs 5 and 7', () => {
    expect(rounds(200, (round) => resetDue(round, 10))).toEqual([59, 79])
  })
})
