// A clock of hand-set time, so that every phase is known exactly.

import { describe, expect, it } from 'vitest'
import { PhaseClock } from '../../../src/engine/training/phase-clock'

function handSet(): { clock: PhaseClock; pass: (milliseconds: number) => void } {
  let now = 100
  return { clock: new PhaseClock(() => now), pass: (milliseconds) => { now += milliseconds } }
}

describe('the phase clock', () => {
  it('tells the parts of a step apart, the engine’s own too', () => {
    const { clock, pass } = handSet()
    const laps = clock.step('vqa')
    pass(3)
    laps.lap('data')
    pass(50)
    laps.engine({ upload: 1, run: 44, read: 2 })
    pass(0.5)
    laps.lap('score')
    pass(0.25)
    laps.lap('events')
    // What the engine does around its run (making the feeds) is upload.
    expect(clock.take()).toEqual({
      kind: 'phases', milliseconds: 53.8, paused: 0, checkpoint: 0, tasks: { vqa: { steps: 1, data: 3, run: 44, read: 2, upload: 4, score: 0.5, events: 0.3 } }
    })
  })

  it('reports each stretch once', () => {
    const { clock, pass } = handSet()
    clock.step('coco').lap('data')
    pass(10)
    clock.take()
    pass(5)
    expect(clock.take()).toEqual({ kind: 'phases', milliseconds: 5, paused: 0, checkpoint: 0, tasks: {} })
  })

  it('counts a pause and a checkpoint inside a check as what they are, also over a report', async () => {
    const { clock, pass } = handSet()
    await clock.timed('gqa', 'validation', async () => {
      pass(100)
      await clock.pausing(async () => {
        pass(1000)
        await clock.saving(async () => pass(30))
        clock.take()
        pass(500)
      })
      pass(100)
    })
    expect(clock.take()).toMatchObject({ milliseconds: 600, paused: 1500, checkpoint: 0, tasks: { gqa: { validation: 200 } } })
  })

  it('reports after five seconds, and more and more rarely in a long run', () => {
    const { clock, pass } = handSet()
    pass(4999)
    expect(clock.due()).toBe(false)
    pass(1)
    expect(clock.due()).toBe(true)
    pass(3_600_000)
    clock.take()
    pass(60_000)
    expect(clock.due()).toBe(false)
    pass(20_000)
    expect(clock.due()).toBe(true)
  })
})
