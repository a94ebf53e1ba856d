// The paper's wording of Stop-and-Go, the configured thresholds, and what a reset does to both rules.
import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import { type StopAndGoState, resetStopAndGo, startStopAndGo } from '../../../src/engine/schedule/stop-and-go'
import { checkScoreBy } from '../../../src/engine/schedule/stop-and-go-rule'

const states = (scores: readonly number[], difference: Partial<ReturnType<typeof defaultConfig>> = {}): string => {
  let state: StopAndGoState = startStopAndGo()
  return scores.map((score) => {
    state = checkScoreBy({ ...defaultConfig(), ...difference }, state, score).next
    return state.state === 'stop' ? 'S' : '.'
  }).join('')
}

describe('the rule of a run', () => {
  it('is the released one by default: a stopped task that is bad again does not hear of a drop in that check', () => {
    expect(states([0.5, 0.5, 0.5, 0.5, 0.5, 0.49, 0.49])).toBe('..SSSS.')
    expect(states([0.5, 0.5, 0.5, 0.5, 0.5, 0.49, 0.49], { stopAndGoRule: 'paper' })).toBe('..SSS..')
  })

  it('stops by the paper\'s wording only after two checks since the last go', () => {
    expect(states([0.5, 0.5, 0.5, 0.4, 0.4, 0.4], { stopAndGoRule: 'paper' })).toBe('..S..S')
  })

  it('takes its thresholds from the configuration', () => {
    expect(states([0.5, 0.51, 0.52])).toBe('...')
    expect(states([0.5, 0.51, 0.52], { stopAndGoGain: 0.1 })).toBe('..S')
    expect(states([0.5, 0.5, 0.5, 0.48], { stopAndGoDrop: 0.1 })).toBe('..SS')
    expect(states([0.5, 0.5, 0.5, 0.48], { stopAndGoRule: 'paper', stopAndGoDrop: 0.1 })).toBe('..SS')
  })

  it('keeps a state that survives JSON, and forgets its window in a reset', () => {
    let state = startStopAndGo()
    for (const score of [0.5, 0.6]) state = checkScoreBy({ ...defaultConfig(), stopAndGoRule: 'paper' }, state, score).next
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
    expect(state.window).toEqual({ last: 0.6, before: 0.5, since: 2 })
    expect(resetStopAndGo(state)).toEqual({ ...startStopAndGo(), checks: 2 })
  })
})
