import { describe, expect, it } from 'vitest'
import { checkScore, startStopAndGo, type StopAndGoState } from '../../../src/engine/schedule/stop-and-go'

function after(scores: readonly number[]): { state: StopAndGoState; reasons: string[]; changes: boolean[] } {
  let state = startStopAndGo()
  const reasons: string[] = []
  const changes: boolean[] = []
  for (const score of scores) {
    const step = checkScore(state, score)
    state = step.next
    reasons.push(step.reason)
    changes.push(step.changed)
  }
  return { state, reasons, changes }
}

describe('checkScore', () => {
  it('says why a task stops', () => {
    const { reasons, changes } = after([0.6, 0.623, 0.6232, 0.6231])
    expect(reasons).toEqual([
      'first check: 60.0 %', 'better: 62.3 %', 'one check without 0.1 % gain over 62.3 %', 'two checks without 0.1 % gain over 62.3 %'
    ])
    expect(changes).toEqual([false, false, false, true])
  })

  it('says why a stopped task goes again', () => {
    const { reasons, changes } = after([0.623, 0.623, 0.623, 0.61845])
    expect(reasons[3]).toBe('0.73 % under its best 62.3 %')
    expect(changes[3]).toBe(true)
  })

  it('keeps a state that survives JSON, from the first check on', () => {
    const { state } = after([0.5, 0.5, 0.5])
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
    expect(JSON.parse(JSON.stringify(startStopAndGo()))).toEqual(startStopAndGo())
  })

  it('does not restart a stopped task that improves', () => {
    const { state, reasons } = after([0.5, 0.5, 0.5, 0.6])
    expect(state).toMatchObject({ state: 'stop', best: 0.6 })
    expect(reasons[3]).toBe('still stopped: better, 60.0 %; only a drop lets it go')
  })

  it('changes nothing in the state it was given', () => {
    const state = Object.freeze(startStopAndGo())
    expect(checkScore(state, 0.4).next).not.toBe(state)
    expect(state.checks).toBe(0)
  })
})
