// A bridge without a host: answers the window's requests from a synthetic run and plays events on, for looking at
// every state of the window during development. The scenario is in the address: ?scenario=live&speed=2

import type { RunEvent, RunState } from '../../../src/contract/run-events'
import type { SamplePrediction } from '../../../src/contract/sample-prediction'
import { TASKS, type TaskId } from '../../../src/contract/task-catalog'
import type { AppInfo, PushName, RunSummary, WorkbenchBridge, WorkbenchPushes, WorkbenchRequests } from '../../../src/contract/workbench-api'
import { type SyntheticRun, syntheticRun } from './synthetic-run'

const SCENARIOS = ['first-start', 'live', 'long', 'preparing', 'paused', 'interrupted', 'failed', 'collapsed', 'done', 'closing'] as const
type Scenario = (typeof SCENARIOS)[number]

const INFO: AppInfo = {
  version: '0.1.0', workspace: '/home/user/12-in-1', shell: 'browser', versions: { electron: 'none', chrome: '108' }, cores: 8,
  memoryBytes: 16 * 1024 ** 3, freeDiskBytes: 212 * 1024 ** 3, backend: { name: 'CPU', device: 'synthetic replay', library: 'TensorFlow' }, problems: [],
  sideBySide: { setting: 'auto', places: 7 }
}

const STATE_OF: Readonly<Record<Scenario, RunState>> = {
  'first-start': 'created', live: 'running', long: 'running', preparing: 'preparing', paused: 'paused', interrupted: 'interrupted',
  failed: 'failed', collapsed: 'running', done: 'done', closing: 'running'
}

export function replayBridge(search: string): WorkbenchBridge {
  const query = new URLSearchParams(search)
  const scenario = SCENARIOS.find((name) => name === query.get('scenario')) ?? 'live'
  const now = Date.now()
  const run = made(scenario, now)
  let played = scenario === 'preparing' ? 4 : run.events.length
  let summary = summaryOf(run, STATE_OF[scenario], now, scenario === 'preparing' ? 0 : (run.events[run.events.length - 1]?.iteration ?? 0))
  let listed = scenario !== 'first-start'
  const others: RunSummary[] = listed ? otherRuns(summary, now) : []
  const listeners = new Map<PushName, ((payload: never) => void)[]>()
  const push = <N extends PushName>(name: N, payload: WorkbenchPushes[N]): void => listeners.get(name)?.forEach((listener) => listener(payload as never))
  const list = (): readonly RunSummary[] => (listed ? [summary, ...others] : [])
  const extra: RunEvent[] = []
  const sayState = (state: RunState, wait: number): void => {
    window.setTimeout(() => {
      summary = { ...summary, state }
      push('runs:changed', list())
    }, wait)
  }
  if (scenario === 'closing') window.setTimeout(() => push('app:closing', { live: [summary] }), 500)
  const speed = Number(query.get('speed') ?? 0)
  if (speed > 0) window.setInterval(() => {
    const next = run.events.slice(played, played + speed)
    played += next.length
    if (next.length > 0) push('run:events', { id: summary.id, events: next })
  }, 250)
  if (speed > 0) played = Math.floor(run.events.length / 3)

  const answers: { readonly [N in keyof WorkbenchRequests]: (argument: WorkbenchRequests[N][0]) => WorkbenchRequests[N][1] } = {
    'app:info': () => INFO,
    'app:sideBySide': ({ setting }) => ({ ...INFO, sideBySide: { setting, places: setting === 'auto' ? 7 : setting } }),
    'runs:list': list,
    'run:open': ({ id }) => {
      if (id !== summary.id && !others.some((row) => row.id === id)) throw new Error(`There is no run '${id}'.`)
      const events = [...run.events.slice(0, played), ...extra]
      return { summary, config: run.config, events, sequence: events.length }
    },
    'run:follow': () => null,
    'run:create': () => { throw new Error('The replay makes no runs; a real host would.') },
    'run:measured': () => null,
    'run:start': () => { sayState('running', 600); return null },
    'run:command': ({ command }) => {
      if (command === 'pause') sayState('paused', 1200)
      else if (command === 'resume') sayState('running', 300)
      else if (command === 'stop') sayState('stopped', 800)
      else throw new Error('The replay cannot do this: it has no process.')
      return null
    },
    'run:rename': ({ name }) => { summary = { ...summary, name }; return null },
    'run:delete': () => { listed = false; return null },
    'run:restore': () => { listed = true; return null },
    'demo:start': () => { listed = true; sayState('running', 3000); return { id: summary.id } },
    'samples:read': ({ task }) => samplesOf(task),
    'masking:read': () => { throw new Error('The replay has no captions; a real host would read them.') },
    'runs:compare': oneRun, 'runs:flipped': oneRun, 'run:checkpoints': () => [], 'run:tokens': oneRun,
    'studies:list': () => [],
    'study:plan': noStudies, 'study:start': noStudies, 'study:want': noStudies, 'study:jobs': noStudies, 'study:status': noStudies,
    'study:table': noStudies, 'study:conflicts': noStudies, 'study:curves': noStudies,
    'app:close': () => null
  }
  return {
    request: async (name, argument) => answers[name](argument),
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener as (payload: never) => void])
      return () => undefined
    },
    pictureUrl: (_run, file) => `data:image/svg+xml,${encodeURIComponent(drawing(file))}`
  }
}

function oneRun(): never {
  throw new Error('The replay has no run folders; a real host would read them.')
}

function noStudies(): never {
  throw new Error('The replay has no studies; a real host would.')
}

function made(scenario: Scenario, now: number): SyntheticRun {
  if (scenario === 'long') return syntheticRun({ iterations: 6000, upTo: 3412, checkEvery: 125, startedAt: now - 3_600_000 })
  const run = syntheticRun({
    startedAt: now - 300_000, upTo: scenario === 'done' ? 600 : 341, ...(scenario === 'collapsed' ? { collapsed: 'nlvr2' as const } : {})
  })
  if (scenario !== 'failed') return run
  const last = run.events[run.events.length - 1]
  return {
    ...run,
    events: [...run.events, {
      kind: 'failure', sequence: run.events.length + 1, time: now, iteration: last?.iteration ?? 0, task: 'guesswhat',
      message: 'The loss of GuessWhat became not a number at iteration 341.', remedy: 'Go on from checkpoint 300 with half the learning rate, or with gradients cut at norm 1.'
    }]
  }
}

function summaryOf(run: SyntheticRun, state: RunState, now: number, iteration: number): RunSummary {
  return {
    id: 'demo-s1', name: 'demo', state, reason: state === 'interrupted' ? 'The process of this run is gone.' : '', preset: 'mini', seed: 1, tasks: run.config.tasks,
    iteration, iterations: run.config.iterations, createdAt: now - 400_000, updatedAt: now, secondsLeft: state === 'running' ? 754 : null, device: 'CPU, 2 cores',
    stepsPerSecond: state === 'running' ? 13.4 : 0, lastCheckpoint: 300, parent: null, changed: [], preparing: state === 'preparing' ? { what: 'Drawing the mini-world', done: 300, total: 1200 } : null,
    memoryBytes: 1.9 * 1024 ** 3, problem: null
  }
}

function otherRuns(first: RunSummary, now: number): RunSummary[] {
  const states: readonly RunState[] = ['done', 'interrupted', 'failed', 'created', 'done', 'stopped']
  return states.map((state, index) => ({
    ...first, id: `run-${index}`, name: `mini-${index} · s${index + 1}`, state, seed: index + 1, createdAt: now - (index + 1) * 20_000_000, updatedAt: now - (index + 1) * 20_000_000,
    iteration: state === 'done' ? 600 : 120 * index, secondsLeft: null, memoryBytes: 0
  }))
}

function samplesOf(task: TaskId): SamplePrediction[] {
  const row = TASKS.find((candidate) => candidate.id === task)
  const box = [40, 60, 130, 150] as const
  return Array.from({ length: 24 }, (_, index) => {
    const regions = row?.objective === 'regions' || row?.objective === 'choices'
    const right = index % 3 !== 2
    const labels = regions ? ['Region 3', 'Region 1', 'Region 5'] : row?.objective === 'classes' ? ['True', 'False'] : ['brown', 'orange', 'white', 'black', 'grey']
    const picture = { file: `${index}.png`, width: 240, height: 180, boxes: [box, [150, 20, 220, 100], [10, 10, 60, 50]] as const }
    return {
      id: `${task}-${index}`, task, iteration: 300, text: regions ? 'the red ball left of the tree' : 'What colour is the dog left of the bicycle?',
      pictures: row?.rowsPerExample === 2 ? [picture, { ...picture, file: `${index + 50}.png` }] : [picture],
      candidates: labels.map((label, place) => ({ label, score: 0.7 / (place + 1) ** 1.6, truth: place === (right ? 0 : 1) ? 1 : 0, ...(regions ? { picture: 0, box: place === 0 ? box : ([150, 20, 220, 100] as const) } : {}) })),
      answer: labels[0] ?? '', expected: labels[right ? 0 : 1] ?? '', right, ...(regions ? { expectedBox: right ? ([44, 58, 128, 152] as const) : ([150, 20, 220, 100] as const) } : {})
    }
  })
}

/** A drawing that differs by file name, enough to see boxes on. */
function drawing(file: string): string {
  const hue = (Number.parseInt(file, 10) * 47) % 360
  return `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="180"><rect width="240" height="180" fill="hsl(${hue},55%,80%)"/><rect y="110" width="240" height="70" fill="hsl(${(hue + 90) % 360},40%,55%)"/><circle cx="85" cy="105" r="42" fill="hsl(${(hue + 200) % 360},65%,50%)"/><path d="M185 22 218 98H152Z" fill="#2f8a4a"/><rect x="12" y="12" width="46" height="36" fill="#fff"/></svg>`
}
