// A made-up event stream with the shape of a real run, for looking at the window and for testing the stores: losses
// that fall, checks every fifty iterations, stops and restarts. Seeded, so that pictures can be compared.

import { type RunConfig, resolveConfig } from '../../../src/contract/run-config'
import type { NewRunEvent, RunEvent } from '../../../src/contract/run-events'
import { presetConfig } from '../../../src/contract/run-presets'
import { ROUND_ORDER, TASKS, type TaskId } from '../../../src/contract/task-catalog'
import { randomStream } from '../../../src/engine/random'

export interface SyntheticRun {
  readonly config: RunConfig
  readonly events: readonly RunEvent[]
}

interface Options {
  readonly iterations?: number
  readonly upTo?: number
  readonly checkEvery?: number
  readonly startedAt?: number
  readonly collapsed?: TaskId
}

/** Rounds of all tasks up to `upTo`, with every kind of event on the way. */
export function syntheticRun(options: Options = {}): SyntheticRun {
  const iterations = options.iterations ?? 600
  const upTo = options.upTo ?? 341
  const checkEvery = options.checkEvery ?? 50
  const config = resolveConfig(presetConfig('mini'), { iterations, validateEvery: checkEvery, name: 'demo' })
  const random = randomStream(7, 'synthetic-run')
  const events: RunEvent[] = []
  let time = options.startedAt ?? 1_700_000_000_000
  let iteration = 0
  const say = (event: NewRunEvent): void => {
    events.push({ ...event, sequence: events.length + 1, time, iteration } as RunEvent)
  }
  say({ kind: 'state', state: 'preparing', reason: 'making the mini-world' })
  for (let done = 0; done <= 1200; done += 300) say({ kind: 'progress', what: 'Drawing the mini-world', done, total: 1200 })
  time += 5000
  say({ kind: 'state', state: 'running', device: 'CPU, 2 cores', iterations, processId: 1 })
  const state = new Map<TaskId, 'go' | 'stop'>(TASKS.map((task) => [task.id, 'go']))
  const best = new Map<TaskId, number>()
  for (; iteration < upTo; ) {
    for (const id of ROUND_ORDER) {
      if (state.get(id) === 'stop' && iteration % 4 !== 0) continue
      const place = TASKS.findIndex((task) => task.id === id)
      const fall = Math.exp(-iteration / (40 + place * 9))
      const floor = 0.25 + (place % 4) * 0.12
      const loss = id === options.collapsed ? 0.69 + random.normal() * 0.02 : Math.max(0.02, floor + (1.2 + (place % 3)) * fall + random.normal() * (0.08 + 0.2 * fall))
      time += 60
      say({ kind: 'step', task: id, loss, score: Math.min(1, Math.max(0, 1 - loss / 3)), learningRate: 3e-4, gradientNorm: 1 + random.next(), milliseconds: 60, examples: 32 })
    }
    iteration += 1
    if (iteration % checkEvery === 0) {
      TASKS.forEach((task, place) => check(task.id, place))
      say({ kind: 'checkpoint', folder: `checkpoints/step-${iteration}`, sizeBytes: 67_200_000, milliseconds: 420 })
      say(phases(checkEvery))
    }
  }
  function phases(rounds: number): NewRunEvent {
    const times = (id: TaskId): object => ({ steps: rounds, data: rounds * 1.1, upload: rounds * 0.2, run: rounds * (id === 'guesswhat' ? 82 : 48), read: rounds * 0.1, score: rounds * 0.1, events: rounds * 0.2, validation: 450, samples: 2 })
    return { kind: 'phases', milliseconds: rounds * 12 * 54 + 12 * 455 + 420, paused: 0, checkpoint: 420, tasks: Object.fromEntries(TASKS.map(({ id }) => [id, times(id)])) }
  }
  function check(id: TaskId, place: number): void {
    const constant = [0.34, 0.24, 0.12, 0.25, 0.25, 0.18, 0.17, 0.16, 0.25, 0.21, 0.5, 0.36][place] ?? 0.2
    const text = constant + 0.02 + (place % 3) * 0.03
    const top = [0.72, 0.6, 0.46, 0.78, 0.66, 0.84, 0.71, 0.69, 0.75, 0.62, 0.57, 0.71][place] ?? 0.6
    const grown = constant + (top - constant) * (1 - Math.exp(-iteration / (70 + place * 6)))
    const score = id === options.collapsed ? constant : grown + random.normal() * 0.006
    time += 300
    const spread = id === options.collapsed && iteration > 100 ? 0.001 : 0.4
    say({ kind: 'validation', task: id, split: 'val', metrics: { score, loss: 1.2 - score }, examples: 200, constantGuess: constant, textOnlyGuess: text, spread, milliseconds: 300 })
    const before = best.get(id) ?? 0
    best.set(id, Math.max(before, score))
    const was = state.get(id) ?? 'go'
    const next = was === 'go' && iteration >= 150 && score < before * 1.012 ? 'stop' : was === 'stop' && random.chance(0.4) ? 'go' : was
    state.set(id, next)
    say({
      kind: 'stopAndGo', task: id, state: next, changed: next !== was, best: Math.max(before, score), score,
      reason: next === was ? 'No change.' : next === 'stop' ? 'Two checks without a gain of 0.1 %.' : 'The score fell more than 0.5 % below its best.'
    })
    say({ kind: 'sample', task: id, file: `predictions/${id}.json`, count: 24, right: 15 })
  }
  return { config, events }
}
