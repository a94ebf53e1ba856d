import { describe, expect, it } from 'vitest'
import type { NewRunEvent, RunEvent } from '../../src/contract/run-events'
import { TASK_IDS } from '../../src/contract/task-catalog'
import { laneOf, laneSteps, nextCheckIn } from '../../src/renderer/src/run/lanes'
import { meanScoreCurve } from '../../src/renderer/src/run/mean-score-curve'
import { emptyRun, foldEvents, lastCheckpoint, lastFailure, lastState, partsOf } from '../../src/renderer/src/run/run-record'
import { collapseReason, meanStanding, taskStanding } from '../../src/renderer/src/run/task-standing'
import { syntheticRun } from './replay/synthetic-run'

/** Events with numbers, one second apart. */
function numbered(from: number, rows: readonly (readonly [number, NewRunEvent])[]): RunEvent[] {
  return rows.map(([iteration, event], i) => ({ ...event, iteration, sequence: from + i, time: (from + i) * 1000 }) as RunEvent)
}
const step = (loss: number): NewRunEvent => ({ kind: 'step', task: 'vqa', loss, score: 0.5, learningRate: 1e-4, gradientNorm: 1, milliseconds: 10, examples: 32 })
const check = (score: number, spread = 0.4): NewRunEvent => ({
  kind: 'validation', task: 'vqa', split: 'val', metrics: { score, loss: 1 }, examples: 100, constantGuess: 0.3, textOnlyGuess: 0.35, spread, milliseconds: 10
})
const decision = (state: 'go' | 'stop', changed: boolean): NewRunEvent => ({ kind: 'stopAndGo', task: 'vqa', state, changed, reason: 'because', best: 0.5, score: 0.5 })

describe('a run folded from its events', () => {
  it('has one loss point a step and one score a check of every task', () => {
    const { events, config } = syntheticRun({ upTo: 120 })
    const run = emptyRun(config.tasks)
    foldEvents(run, events)
    for (const id of TASK_IDS) {
      const task = run.tasks.get(id)
      expect(task?.loss.length).toBe(events.filter((event) => event.kind === 'step' && event.task === id).length)
      expect(task?.checks.length).toBe(2)
      expect(task?.score.length).toBe(2)
    }
    expect(run.sequence).toBe(events.length)
    expect(run.checkpoints.map((row) => row.iteration)).toEqual([50, 100])
  })

  it('is the same in bundles of any size as in one', () => {
    const { events, config } = syntheticRun({ upTo: 60 })
    const whole = emptyRun(config.tasks)
    foldEvents(whole, events)
    const parts = emptyRun(config.tasks)
    for (let i = 0; i < events.length; i += 7) foldEvents(parts, events.slice(i, i + 7))
    expect(parts).toEqual(whole)
  })

  it('forgets what came after the checkpoint when numbers come again', () => {
    const run = emptyRun(['vqa'])
    foldEvents(run, numbered(1, [
      [0, step(3)], [1, step(2)], [2, { kind: 'checkpoint', folder: 'checkpoints/step-2', sizeBytes: 1, milliseconds: 1 }],
      [2, step(9)], [3, step(9)], [4, { kind: 'failure', message: 'broken', remedy: 'mend' }]
    ]))
    expect(lastFailure(run)?.message).toBe('broken')
    foldEvents(run, numbered(4, [[2, { kind: 'state', state: 'running', reason: 'checkpoint 2' }], [2, step(1.5)]]))
    const loss = run.tasks.get('vqa')?.loss
    expect(Array.from(loss?.value.subarray(0, loss.length) ?? [])).toEqual([3, 2, 1.5])
    expect(lastFailure(run)).toBeNull()
    expect(lastState(run)?.state).toBe('running')
    expect(lastCheckpoint(run)?.iteration).toBe(2)
    expect(run.sequence).toBe(5)
  })

  it('keeps one clean curve when iterations come again under new numbers', () => {
    const run = emptyRun(['vqa'])
    foldEvents(run, numbered(1, [[0, step(3)], [1, step(2)], [2, step(8)], [3, check(0.9)]]))
    foldEvents(run, numbered(5, [[2, step(1)], [3, check(0.5)]]))
    const task = run.tasks.get('vqa')
    expect(Array.from(task?.loss.value.subarray(0, task.loss.length) ?? [])).toEqual([3, 2, 1])
    expect(task?.checks.map((row) => row.metrics['score'])).toEqual([0.5])
  })

  it('ignores checks on the test split in the validation curve', () => {
    const run = emptyRun(['vqa'])
    foldEvents(run, numbered(1, [[1, { ...check(0.9), split: 'test' } as NewRunEvent]]))
    expect(run.tasks.get('vqa')?.checks).toEqual([])
  })

  it('forgets progress once training begins', () => {
    const run = emptyRun(['vqa'])
    foldEvents(run, numbered(1, [[0, { kind: 'progress', what: 'Drawing', done: 1, total: 2 }]]))
    expect(run.progress?.what).toBe('Drawing')
    foldEvents(run, numbered(2, [[0, { kind: 'state', state: 'running' }]]))
    expect(run.progress).toBeNull()
  })

  it('knows the model\'s parameters by part once the run has made it', () => {
    const run = emptyRun(['vqa'])
    expect(partsOf(run)).toEqual([])
    foldEvents(run, numbered(1, [[0, { kind: 'state', state: 'running', parameters: { textLayers: 7, retrieval: 3 } }], [1, { kind: 'state', state: 'paused' }]]))
    expect(partsOf(run).filter(({ parameters }) => parameters > 0).map(({ label, parameters }) => [label, parameters])).toEqual([['Text layers', 7], ['Head: retrieval', 3]])
  })
})

describe('the standing of a task', () => {
  const checks = (scores: readonly (readonly [number, number])[]) =>
    numbered(1, scores.map(([score, spread], i) => [i * 50, check(score, spread)] as const)).flatMap((event) => (event.kind === 'validation' ? [event] : []))

  it('is learned from more than three points above the better guess', () => {
    expect(taskStanding([])).toBeNull()
    expect(taskStanding(checks([[0.375, 0.4]]))?.learned).toBe(false)
    const standing = taskStanding(checks([[0.5, 0.4], [0.4, 0.4]]))
    expect(standing?.learned).toBe(true)
    expect(standing?.gain).toBeCloseTo(0.05, 12)
    expect(standing?.best).toBe(0.5)
    expect(standing?.bestIteration).toBe(0)
  })

  it('is called collapsed when the spread fell ten times or the score stays at the constant guess', () => {
    expect(collapseReason(checks([[0.5, 0.4], [0.5, 0.05]]))).toBe('')
    expect(collapseReason(checks([[0.5, 0.4], [0.5, 0.03]]))).toContain('spread')
    expect(collapseReason(checks([[0.3, 0.4], [0.3, 0.4]]))).toBe('')
    expect(collapseReason(checks([[0.3, 0.4], [0.3, 0.4], [0.3, 0.4]]))).toContain('constant guess')
  })

  it('is averaged over the tasks that were checked', () => {
    const mean = meanStanding([taskStanding(checks([[0.5, 0.4]])), null, taskStanding(checks([[0.36, 0.4]]))])
    expect(mean?.score).toBeCloseTo(0.43, 12)
    expect(mean?.learned).toBe(1)
    expect(mean?.checked).toBe(2)
    expect(meanStanding([null])).toBeNull()
  })

  it('gives a mean curve with one place for each iteration with a check', () => {
    const { events, config } = syntheticRun({ upTo: 160 })
    const run = emptyRun(config.tasks)
    foldEvents(run, events)
    const curve = meanScoreCurve(run)
    expect(curve.length).toBe(3)
    expect(curve[2]).toBeGreaterThan(curve[0] ?? 1)
  })
})

describe('a lane of the board', () => {
  const lane = (rows: readonly (readonly [number, 'go' | 'stop', boolean])[], now: number) =>
    laneOf(numbered(1, rows.map(([at, state, changed]) => [at, decision(state, changed)] as const)).flatMap((event) => (event.kind === 'stopAndGo' ? [event] : [])), now)

  it('goes from the start and changes only where a decision changed it', () => {
    const { segments, marks, state } = lane([[50, 'go', false], [100, 'stop', true], [150, 'stop', false], [200, 'go', true]], 230)
    expect(segments).toEqual([{ from: 0, to: 100, state: 'go' }, { from: 100, to: 200, state: 'stop' }, { from: 200, to: 230, state: 'go' }])
    expect(marks.map((mark) => mark.iteration)).toEqual([100, 200])
    expect(state).toBe('go')
  })

  it('counts each iteration of Go and one in the gap of Stop', () => {
    const stopped = lane([[100, 'stop', true]], 140)
    expect(laneSteps(stopped, 4)).toBe(110)
    expect(laneSteps(stopped, 'never')).toBe(100)
  })

  it('knows the next check from the setting, or from the checks where a pass decides', () => {
    expect(nextCheckIn({ validateEvery: 50, iterations: 600 }, [], 341)).toBe(9)
    expect(nextCheckIn({ validateEvery: 50, iterations: 345 }, [], 341)).toBe(4)
    expect(nextCheckIn({ validateEvery: 50, iterations: 600 }, [], 600)).toBeNull()
    expect(nextCheckIn({ validateEvery: 'epoch', iterations: 600 }, [], 10)).toBeNull()
  })
})
