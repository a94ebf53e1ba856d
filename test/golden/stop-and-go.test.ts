// Dynamic Stop-and-Go and the loop's calendar against recordings of the released code (fixtures/stop-and-go: its
// controller on scripted scores, and its own training loop run with a toy model).

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { TASKS, type TaskId } from '../../src/contract/task-catalog'
import { lossScale, rateFactor } from '../../src/engine/schedule/learning-rate'
import { maySteps, resetDue, validationDue } from '../../src/engine/schedule/round-robin'
import { STOP_AND_GO_DEFAULTS, type StopAndGoState, checkScore, resetStopAndGo, startStopAndGo } from '../../src/engine/schedule/stop-and-go'

interface Row {
  readonly score: number
  readonly in_stop: boolean
  readonly best: number | null
  readonly num_bad_epochs: number
  readonly cooldown_counter: number
  readonly last_epoch: number
}
interface ControllerRecording {
  readonly series: Readonly<Record<string, readonly Row[]>>
  readonly demo_test_controller: { readonly continue_threshold: number; readonly rows: readonly Row[] }
  readonly reset_example: readonly (Row & { readonly event: 'step' | 'reset' })[]
}
interface LoopRecording {
  readonly arguments: { readonly validation_scores: Readonly<Record<string, readonly number[]>>; readonly num_train_epochs: number }
  readonly derived: {
    readonly median_num_iter: number
    readonly num_train_optimization_steps: number
    readonly warmpu_steps: number
    readonly loss_scale: Readonly<Record<string, number>>
    readonly task_ave_iter: Readonly<Record<string, number>>
    readonly base_lr: number
  }
  readonly counts: Readonly<Record<string, number>>
  readonly iterations: readonly {
    readonly iter: number
    readonly trained: readonly { readonly task: string; readonly stopped: boolean; readonly global_step: number; readonly lr_base: number; readonly lr_vil: number }[]
    readonly evaluations: readonly (Row & { readonly task: string })[]
    readonly resets: readonly string[]
  }[]
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./fixtures/stop-and-go/${name}.json`, import.meta.url), 'utf8')) as T
}

const asRow = (state: StopAndGoState) => ({
  in_stop: state.state === 'stop', best: state.best, num_bad_epochs: state.badCount, cooldown_counter: state.cooldown, last_epoch: state.checks - 1
})
const expected = (row: Row) => ({
  in_stop: row.in_stop, best: row.best, num_bad_epochs: row.num_bad_epochs, cooldown_counter: row.cooldown_counter, last_epoch: row.last_epoch
})

describe('the controller', () => {
  const recording = fixture<ControllerRecording>('controller')

  it.each(Object.keys(recording.series))('follows the released code through the series %s', (name) => {
    let state = startStopAndGo()
    for (const row of recording.series[name] ?? []) {
      state = checkScore(state, row.score).next
      expect(asRow(state)).toEqual(expected(row))
    }
    expect(state.checks).toBeGreaterThan(10)
  })

  it('follows it with another go threshold', () => {
    const options = { ...STOP_AND_GO_DEFAULTS, continueThreshold: recording.demo_test_controller.continue_threshold }
    let state = startStopAndGo()
    for (const row of recording.demo_test_controller.rows) {
      state = checkScore(state, row.score, options).next
      expect(asRow(state)).toEqual(expected(row))
    }
  })

  it('follows it through a reset in the middle', () => {
    let state = startStopAndGo()
    for (const row of recording.reset_example) {
      state = row.event === 'reset' ? resetStopAndGo(state) : checkScore(state, row.score).next
      expect(asRow(state)).toEqual(expected(row))
    }
  })

  it('gives the specification’s twelve states for its test vector', () => {
    const scores = [50, 51, 51.01, 51.02, 51.0, 50.9, 50.6, 50.5, 50.4, 52, 52, 52]
    let state = startStopAndGo()
    const stopped = scores.map((score) => {
      state = checkScore(state, score).next
      return state.state === 'stop' ? 'T' : 'F'
    })
    expect(stopped.join(' ')).toBe('F F F T T T T F F F F T')
  })
})

const taskNumber = (key: string): TaskId => {
  const task = TASKS.find((row) => `TASK${row.number}` === key)
  if (!task) throw new Error(`No task has the reference's key ${key}`)
  return task.id
}

describe('the loop', () => {
  // Gap −1 is the reference's way to switch stopping off: the same as stepping in every round.
  it.each([['loop_warmup_linear', 4], ['loop_gap_minus1', 1], ['loop_manual_lr', 4]] as const)('trains, checks and resets as recorded in %s', (name, gap) => {
    const recording = fixture<LoopRecording>(name)
    const tasks = Object.keys(recording.derived.task_ave_iter)
    const states = new Map(tasks.map((task) => [task, startStopAndGo()]))
    const checks = new Map(tasks.map((task) => [task, 0]))
    const stateOf = (task: string): StopAndGoState => states.get(task) ?? startStopAndGo()
    const rounds = recording.iterations.length
    for (const { iter, trained, evaluations, resets } of recording.iterations) {
      const steps = tasks.filter((task) => maySteps(stateOf(task), iter, gap))
      expect(steps).toEqual(trained.map((row) => row.task))
      const due = tasks.filter((task) => validationDue(iter, rounds, { pass: recording.derived.task_ave_iter[task] ?? 0 }))
      expect(due).toEqual(evaluations.map((row) => row.task))
      for (const row of evaluations) {
        states.set(row.task, checkScore(stateOf(row.task), row.score).next)
        checks.set(row.task, (checks.get(row.task) ?? 0) + 1)
        expect(asRow(stateOf(row.task))).toEqual(expected(row))
      }
      expect(resetDue(iter, recording.derived.median_num_iter)).toBe(resets.length > 0)
      if (resets.length > 0) for (const task of tasks) states.set(task, resetStopAndGo(stateOf(task)))
    }
    expect(rounds).toBe(recording.derived.median_num_iter * recording.arguments.num_train_epochs)
  })

  it.each(['loop_warmup_linear', 'loop_gap_minus1'])('uses the learning rates recorded in %s', (name) => {
    const { iterations, derived } = fixture<LoopRecording>(name)
    const totalSteps = derived.num_train_optimization_steps
    const schedule = { kind: 'warmup-linear', totalSteps, warmupFraction: derived.warmpu_steps / totalSteps } as const
    let scheduleSteps = 0
    for (const { trained } of iterations) {
      trained.forEach((row, place) => {
        expect(row.global_step).toBe(scheduleSteps)
        expect(row.lr_base).toBeCloseTo(2e-5 * rateFactor(schedule, scheduleSteps), 12)
        expect(row.lr_vil).toBeCloseTo(1e-4 * rateFactor(schedule, scheduleSteps), 12)
        if (place === 0) scheduleSteps += 1
      })
    }
  })

  it('scales the losses as recorded', () => {
    const { derived } = fixture<LoopRecording>('loop_warmup_linear')
    const keys = Object.keys(derived.loss_scale)
    const ids = keys.map(taskNumber)
    expect(ids.map((id) => lossScale(id, ids, 'reference'))).toEqual(keys.map((key) => derived.loss_scale[key]))
    expect(ids.map((id) => lossScale(id, ids, 'equal'))).toEqual(ids.map(() => 1))
  })
})
