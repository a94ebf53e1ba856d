import { describe, expect, it } from 'vitest'
import { RUN_STATES } from '../../src/contract/run-events'
import { TASK_IDS } from '../../src/contract/task-catalog'
import type { RunSummary } from '../../src/contract/workbench-api'
import { lossExtent, lossTick, scoreExtent, xLabel, xStep } from '../../src/renderer/src/charts/axes'
import { spreadLabels } from '../../src/renderer/src/charts/spread-labels'
import { curveToken } from '../../src/renderer/src/charts/task-look'
import { controlPlan } from '../../src/renderer/src/run/run-state'
import { runSections } from '../../src/renderer/src/run/run-sections'
import { CARD_PLACES, GROUP_PLACES, isFew, neighbour, placesOf } from '../../src/renderer/src/views/card-places'

describe('the buttons of the header', () => {
  it('say Start, Pause or Resume by the state, and stop only what is live', () => {
    const labels = Object.fromEntries(RUN_STATES.map((state) => [state, controlPlan(state, null).main.label]))
    expect(labels).toEqual({
      created: 'Start', queued: 'Start', preparing: 'Pause', running: 'Pause', paused: 'Resume', stopped: 'Resume', done: 'Start', failed: 'Resume', interrupted: 'Resume'
    })
    expect(RUN_STATES.filter((state) => controlPlan(state, null).canStop)).toEqual(['queued', 'preparing', 'running', 'paused'])
    expect(controlPlan('done', null).main.enabled).toBe(false)
  })

  it('wait while something that was asked has not happened, but still let a pausing run be stopped', () => {
    expect(controlPlan('running', 'pausing').main.enabled).toBe(false)
    expect(controlPlan('running', 'pausing').canStop).toBe(true)
    expect(controlPlan('running', 'stopping').canStop).toBe(false)
    expect(controlPlan('running', 'saving').main.enabled).toBe(true)
    expect(controlPlan(null, null).main.enabled).toBe(false)
  })
})

describe('the card grid', () => {
  it('puts twelve cards on fourteen places without two on one', () => {
    expect(CARD_PLACES.map((place) => place.id).sort()).toEqual([...TASK_IDS].sort())
    expect(new Set(CARD_PLACES.map((place) => `${place.row} ${place.column}`)).size).toBe(12)
    expect(GROUP_PLACES.map(({ row, column, span }) => [row, column, span])).toEqual([[1, 1, 3], [1, 4, 2], [2, 1, 5], [3, 1, 2]])
  })

  it('is walked with the arrow keys', () => {
    expect(neighbour('vqa', 'ArrowRight')).toBe('gqa')
    expect(neighbour('vgqa', 'ArrowRight')).toBe('coco')
    expect(neighbour('vqa', 'ArrowDown')).toBe('refcoco')
    expect(neighbour('guesswhat', 'ArrowDown')).toBe('snli-ve')
    expect(neighbour('vqa', 'ArrowUp')).toBe('vqa')
  })

  it('has one row of cards for a run with few tasks', () => {
    const few = placesOf(new Set(['snli-ve', 'vqa', 'coco']))
    expect(few.map(({ id, row, column }) => [id, row, column])).toEqual([['vqa', 1, 1], ['coco', 1, 2], ['snli-ve', 1, 3]])
    expect(neighbour('coco', 'ArrowRight', few)).toBe('snli-ve')
    expect(neighbour('snli-ve', 'ArrowRight', few)).toBe('snli-ve')
    expect(neighbour('vqa', 'ArrowDown', few)).toBe('vqa')
    const six = new Set(TASK_IDS.slice(0, 6))
    expect([isFew(six), placesOf(six)]).toEqual([false, CARD_PLACES.slice(0, 6)])
  })

  it('has a colour token for every task', () => {
    expect(curveToken('refcoco+')).toBe('--task-refcoco-plus')
    expect(curveToken('snli-ve')).toBe('--task-snli-ve')
  })
})

describe('axes', () => {
  it('run on fives from just under the guess to just over the best', () => {
    expect(scoreExtent([0.26, 0.62])).toEqual({ min: 25, max: 65 })
    expect(scoreExtent([0.1, 0.9])).toEqual({ min: 0, max: 100 })
    expect(scoreExtent([])).toEqual({ min: 0, max: 100 })
    expect(scoreExtent([1, 1])).toEqual({ min: 95, max: 100 })
  })

  it('start at zero for a loss, and at a power of ten where the axis is logarithmic', () => {
    expect(lossExtent([1.4, 0.2], false)).toEqual({ min: 0, max: 1.5 })
    const log = lossExtent([0.02, 3], true)
    expect(log.min).toBeCloseTo(0.01, 12)
    expect(log.max).toBe(10)
    expect(lossTick(0)).toBe('0')
    expect(lossTick(0.25)).toBe('0.25')
  })

  it('label iterations and times in the unit of the span', () => {
    expect(xLabel('iteration', 2000, 3500, false)).toBe('2k')
    expect(xLabel('iteration', 2000, 3500, true)).toBe('2,000')
    expect(xLabel('time', 300, 600, false)).toBe('5 min')
    expect(xStep('iteration', 340, 4)).toBe(100)
    expect(xStep('iteration', 2, 4)).toBe(1)
  })
})

describe('labels at line ends', () => {
  it('keep their order, their distance and the frame', () => {
    const placed = spreadLabels([50, 52, 51, 98], 10, 0, 100)
    const sorted = [...placed].sort((a, b) => a - b)
    for (let i = 1; i < sorted.length; i++) expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...placed)).toBeLessThanOrEqual(100)
    expect(placed[0]).toBeLessThan(placed[2] ?? 0)
    expect(placed[2]).toBeLessThan(placed[1] ?? 0)
  })
})

describe('the run list', () => {
  const now = new Date(2026, 10, 23, 12).getTime()
  const row = (id: string, state: RunSummary['state'], hoursAgo: number): RunSummary => ({
    id, name: id, state, reason: '', preset: 'mini', seed: 1, tasks: [], iteration: 0, iterations: 10, createdAt: now - hoursAgo * 3_600_000,
    updatedAt: now - hoursAgo * 3_600_000, secondsLeft: null, device: '', stepsPerSecond: 0, lastCheckpoint: null, parent: null, changed: [], preparing: null, memoryBytes: 0, problem: null
  })
  const rows = [row('old', 'done', 100), row('yesterday', 'done', 20), row('today', 'failed', 2), row('live', 'running', 30)]

  it('puts live runs first, then by day, newest first', () => {
    const sections = runSections(rows, (run) => run.state, '', now)
    expect(sections.map((section) => [section.title, section.runs.map((run) => run.id)])).toEqual([
      ['Active', ['live']], ['Today', ['today']], ['Yesterday', ['yesterday']], ['Earlier', ['old']]
    ])
  })

  it('finds runs by every word of the search', () => {
    expect(runSections(rows, (run) => run.state, 'mini fail', now).flatMap((section) => section.runs.map((run) => run.id))).toEqual(['today'])
  })
})
