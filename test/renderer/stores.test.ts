import { createPinia, setActivePinia } from 'pinia'
import * as v from 'valibot'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunState } from '../../src/contract/run-events'
import type { RunSummary, WorkbenchBridge } from '../../src/contract/workbench-api'
import { REQUEST_SCHEMAS } from '../../src/host/request-schemas'
import { syntheticRun } from './replay/synthetic-run'

// The stores ask the window for the bridge when they are loaded, so the window is here before they are.
const requests: { name: string; argument: unknown }[] = []
let answer: (name: string, argument: unknown) => unknown = () => null
const bridge = {
  request: (name: string, argument: unknown) => {
    requests.push({ name, argument })
    // What the host would refuse no store may ask.
    v.parse(REQUEST_SCHEMAS[name as keyof typeof REQUEST_SCHEMAS] as v.GenericSchema, argument)
    return Promise.resolve().then(() => answer(name, argument))
  },
  on: () => () => undefined,
  pictureUrl: () => ''
} as unknown as WorkbenchBridge
vi.stubGlobal('window', { workbench: bridge, setTimeout, innerWidth: 1440, addEventListener: () => undefined, dispatchEvent: () => true })
vi.stubGlobal('document', { hidden: false })

const { useRuns } = await import('../../src/renderer/src/stores/runs')
const { useRun } = await import('../../src/renderer/src/stores/run')
const { useSparklines } = await import('../../src/renderer/src/stores/sparklines')
const { useChartView } = await import('../../src/renderer/src/stores/chart-view')

const summary = (id: string, state: RunState): RunSummary => ({
  id, name: id, state, reason: '', preset: 'mini', seed: 1, tasks: ['vqa'], iteration: 5, iterations: 10, createdAt: 1, updatedAt: 1, secondsLeft: null, device: '',
  stepsPerSecond: 0, lastCheckpoint: null, parent: null, changed: [], preparing: null, memoryBytes: 0, problem: null
})

beforeEach(() => {
  setActivePinia(createPinia())
  requests.length = 0
  answer = () => null
})

describe('the sparklines store', () => {
  it('asks for the curve of each run but the chosen one, also of runs that were there before it', async () => {
    const { config, events } = syntheticRun({ upTo: 100 })
    answer = (name) => (name === 'run:open' ? { summary: summary('a', 'done'), config, events, sequence: events.length } : null)
    useRuns().receive([summary('a', 'running'), summary('b', 'done'), summary('c', 'done')])
    const sparklines = useSparklines()
    await vi.waitFor(() => expect(['b', 'c'].map((id) => sparklines.of(id).length > 1)).toEqual([true, true]))
    expect(requests.filter(({ name }) => name === 'run:open').map(({ argument }) => argument)).toEqual(['b', 'c'].map((id) => ({ id, maxSteps: 1 })))
  })
})

describe('the runs store', () => {
  it('chooses a live run first', () => {
    const runs = useRuns()
    runs.receive([summary('a', 'done'), summary('b', 'running')])
    expect(runs.selectedId).toBe('b')
  })

  it('says Pausing until the run itself says paused, whatever an older list says', async () => {
    const runs = useRuns()
    runs.receive([summary('a', 'running')])
    await runs.pause('a')
    expect(requests).toEqual([{ name: 'run:command', argument: { id: 'a', command: 'pause' } }])
    expect(runs.pending['a']).toBe('pausing')
    runs.noteState('a', 'paused')
    expect(runs.pending['a']).toBeNull()
    runs.receive([summary('a', 'running')])
    expect(runs.stateOf(summary('a', 'running'))).toBe('paused')
    runs.receive([summary('a', 'interrupted')])
    expect(runs.stateOf(summary('a', 'interrupted'))).toBe('interrupted')
  })

  it('shows a refusal beside the buttons and waits for nothing', async () => {
    const runs = useRuns()
    runs.receive([summary('a', 'running')])
    answer = () => { throw new Error('Run a has no live process.') }
    expect(await runs.stop('a')).toBe(false)
    expect(runs.refusals['a']).toBe('Run a has no live process.')
    expect(runs.pending['a']).toBeNull()
  })

  it('lets go of a run that is no longer there', () => {
    const runs = useRuns()
    runs.receive([summary('a', 'running'), summary('b', 'done')])
    runs.receive([summary('b', 'done')])
    expect(runs.selectedId).toBe('b')
  })
})

describe('the run store', () => {
  it('opens a history and folds what follows, with text at once for checks and drawings at most twice a second', async () => {
    vi.useFakeTimers()
    const { config, events } = syntheticRun({ upTo: 60 })
    const run = useRun()
    run.reset('demo')
    const cut = events.findIndex((event) => event.iteration === 49)
    run.open({ summary: summary('demo', 'running'), config, events: events.slice(0, cut), sequence: cut })
    await vi.advanceTimersByTimeAsync(2000)
    const drawn = run.chartVersion
    expect(run.iteration).toBe(48)
    expect(run.standings.get('vqa')).toBeNull()
    for (let i = cut; i < events.length; i += 10) run.fold(events.slice(i, i + 10))
    expect(run.standings.get('vqa')?.iteration).toBe(50)
    expect(run.mean?.checked).toBe(12)
    expect(run.chartVersion).toBe(drawn)
    await vi.advanceTimersByTimeAsync(600)
    expect(run.chartVersion).toBe(drawn + 1)
    vi.useRealTimers()
  })
})

describe('the shared view of the charts', () => {
  it('grows in whole steps, zooms around a place, and turns time into iterations and back', () => {
    const { config, events } = syntheticRun({ upTo: 341 })
    const run = useRun()
    run.open({ summary: summary('demo', 'running'), config, events, sequence: events.length })
    const view = useChartView()
    expect(view.range).toEqual([0, 350])
    view.zoomAround(100, 0.5)
    expect(view.zoom?.[1]).toBeCloseTo(225, 6)
    expect(view.zoom?.[0]).toBeCloseTo(50, 6)
    view.zoomAround(100, 100)
    expect(view.zoom).toBeNull()
    view.axis = 'time'
    const at = view.toX(200)
    expect(at).toBeGreaterThan(0)
    expect(view.toIteration(at)).toBe(200)
  })
})
