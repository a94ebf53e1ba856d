import { describe, expect, it } from 'vitest'
import { NO_PHASES, addPhases, phaseSum, stepBusyShare, timeShares } from '../../src/contract/time-phases'

const first = { milliseconds: 1000, paused: 0, checkpoint: 100, tasks: { vqa: { steps: 10, data: 20, upload: 10, run: 380, read: 10, score: 5, events: 5, validation: 200 } } }
const second = { milliseconds: 2000, paused: 1000, checkpoint: 0, tasks: { vqa: { steps: 5, run: 190 }, coco: { steps: 5, run: 300, samples: 10 } } }

describe('where the time went', () => {
  const totals = [first, second].reduce(addPhases, NO_PHASES)

  it('sums the reports of a run, task by task', () => {
    expect(totals).toMatchObject({ wall: 3000, paused: 1000, checkpoint: 100 })
    expect(totals.tasks['vqa']).toEqual({ steps: 15, data: 20, upload: 10, run: 570, read: 10, score: 5, events: 5, validation: 200 })
    expect(phaseSum(totals, 'run')).toBe(870)
  })

  it('splits the time that the run was not paused, what no phase names is other', () => {
    const shares = timeShares(totals)
    expect(Object.fromEntries(shares.map(({ name, milliseconds }) => [name, milliseconds])))
      .toEqual({ step: 890, data: 20, score: 5, events: 5, validation: 210, checkpoint: 100, other: 770 })
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  it('counts the step against training alone: checks, checkpoints and pauses are apart', () => {
    expect(stepBusyShare(totals)).toBeCloseTo(890 / (3000 - 1000 - 100 - 210), 12)
    expect(stepBusyShare(NO_PHASES)).toBeUndefined()
  })

  it('changes no totals it was given', () => {
    const before = JSON.stringify(totals)
    addPhases(totals, first)
    expect(JSON.stringify(totals)).toBe(before)
  })
})
