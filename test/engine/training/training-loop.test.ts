// The loop on a course of arithmetic: what a task has learned is a number, so order, stops and resumes show exactly.

import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type RunConfig, defaultConfig } from '../../../src/contract/run-config'
import type { RunEvent } from '../../../src/contract/run-events'
import { parseEventLines } from '../../../src/contract/run-format'
import type { TaskId } from '../../../src/contract/task-catalog'
import type { NamedArray, StepEngine } from '../../../src/engine/execution/step-engine'
import { checkpointPortions, lastCheckpoint, readArrays } from '../../../src/engine/training/checkpoint'
import type { Course } from '../../../src/engine/training/course'
import { startLoopState } from '../../../src/engine/training/loop-state'
import { type RunControl, openRunControl } from '../../../src/engine/training/run-control'
import { createRunFolder, openRunFolder } from '../../../src/engine/training/run-folder'
import { weightsFile } from '../../../src/engine/training/start-weights'
import { type RunEnd, RunFailure, TrainingLoop } from '../../../src/engine/training/training-loop'

const tasks: TaskId[] = ['vqa', 'coco', 'refcoco']
const configOf = (difference: Partial<RunConfig>): RunConfig => ({
  ...defaultConfig(), tasks, iterations: 12, validateEvery: 3, checkpointEvery: 4, stopAndGo: true, ...difference
})

interface Setup {
  readonly folder: string
  readonly config?: RunConfig
  /** Validation score of a task at an iteration. */
  readonly score?: (task: string, iteration: number) => number
  readonly onEvent?: (event: RunEvent, control: RunControl) => void
  readonly loss?: (updates: number) => number
  /** In the middle of a validation. */
  readonly whileChecking?: (split: 'val' | 'test', control: RunControl) => void
}

/** Runs the loop from the folder's last checkpoint, as trainRun does with a real engine. */
async function train({ folder, config = configOf({}), score = () => 0.5, onEvent, loss, whileChecking }: Setup): Promise<RunEnd> {
  if (!existsSync(join(folder, 'config.json'))) createRunFolder(folder, config)
  const { checkpoint } = lastCheckpoint(folder)
  const resume = checkpoint ? { sequence: checkpoint.state.sequence, iteration: checkpoint.state.iteration } : undefined
  const control = openRunControl(folder)
  const run = openRunFolder(folder, { resume, onEvent: (event) => onEvent?.(event, control) })
  const weight = checkpoint ? ([...checkpointPortions(checkpoint.folder)].flat()[0]?.data ?? new Float32Array(1)) : new Float32Array(1)
  const course: Course = {
    tasks, epochRounds: 4, hasTest: (task) => task === 'vqa', lossScale: () => 1, scheduleStep: (steps) => steps,
    calendar: () => (typeof config.validateEvery === 'number' ? { every: config.validateEvery } : { pass: 2 }),
    async train(task, batch, settings) {
      weight[0] = (weight[0] ?? 0) * 0.9 + batch + settings.learningRate * 1000 + (settings.dropoutSeed[0] % 97) + tasks.indexOf(task as TaskId)
      return { loss: loss?.(settings.update) ?? weight[0], score: 0.1, gradientNorm: 1, examples: 8 }
    },
    async validate(task, split, iteration, gate) {
      whileChecking?.(split, control)
      if (!(await gate())) return undefined
      return { numbers: { metrics: { score: score(task, iteration), loss: weight[0] ?? 0 }, examples: 4, constantGuess: 0.25, textOnlyGuess: 0.3, spread: 1 }, samples: [] }
    }
  }
  const arrays = (): NamedArray[] => [{ name: 'w', shape: [1], data: weight.slice() }, { name: 'm/w', shape: [1], data: new Float32Array(1) }]
  const engine: Pick<StepEngine, 'list' | 'readEach' | 'read' | 'write' | 'tensors'> = {
    tensors: 0, list: arrays, read: async () => arrays(),
    async write(written) {
      weight[0] = written.find(({ name }) => name === 'w')?.data[0] ?? Number.NaN
      return []
    },
    async readEach(_what, visit) {
      for (const array of arrays()) await visit(array)
    }
  }
  try {
    return await new TrainingLoop(config, run, control, engine, course, checkpoint?.state.loop ?? startLoopState(tasks)).train()
  } finally {
    run.close()
    control.close()
  }
}

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'loop-')), 'run')
const eventsOf = (folder: string): RunEvent[] => parseEventLines(readFileSync(join(folder, 'events.jsonl'), 'utf8')).events
/** What must not depend on interruptions: everything of the curve but the clock. */
const curve = (folder: string) =>
  eventsOf(folder).filter(({ kind }) => ['step', 'validation', 'stopAndGo'].includes(kind)).map((event) => ({ ...event, sequence: 0, time: 0, milliseconds: 0 }))
const steps = (folder: string, task: string): number[] => eventsOf(folder).filter((event) => event.kind === 'step' && event.task === task).map(({ iteration }) => iteration)

describe('the loop', () => {
  it('steps each task once a round, validates on time, tests and saves at the end', async () => {
    const folder = newFolder()
    await expect(train({ folder, config: configOf({ stopAndGo: false }) })).resolves.toBe('done')
    for (const task of tasks) expect(steps(folder, task)).toEqual(Array.from({ length: 12 }, (_, i) => i))
    const events = eventsOf(folder)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, place) => place + 1))
    const checks = events.flatMap((event) => (event.kind === 'validation' ? [`${event.iteration} ${event.task} ${event.split}`] : []))
    expect(checks.filter((check) => check.includes('vqa'))).toEqual(['3 vqa val', '6 vqa val', '9 vqa val', '12 vqa val', '12 vqa test'])
    expect(checks).toHaveLength(13)
    expect(events.filter(({ kind }) => kind === 'checkpoint').map(({ iteration }) => iteration)).toEqual([4, 8, 12])
    expect(events[events.length - 1]).toMatchObject({ kind: 'state', state: 'done', iteration: 12 })
  })

  it('uses the schedule’s next rate after the first task of a round', async () => {
    const folder = newFolder()
    await train({ folder, config: configOf({ stopAndGo: false, learningRate: 1, warmupFraction: 0.5 }) })
    const rates = eventsOf(folder).flatMap((event) => (event.kind === 'step' ? [event.learningRate] : []))
    expect(rates.slice(0, 6)).toEqual([0, 1 / 6, 1 / 6, 1 / 6, 2 / 6, 2 / 6])
  })

  it('lets a converged task sit out, and says why', async () => {
    const folder = newFolder()
    await train({ folder, config: configOf({ iterations: 24 }), score: (task, iteration) => (task === 'coco' ? iteration / 100 : 0.5) })
    expect(steps(folder, 'coco')).toHaveLength(24)
    // Checks at 3, 6, 9 complete rounds: the third is the second without a gain.
    expect(steps(folder, 'vqa')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20])
    expect(eventsOf(folder).find((event) => event.kind === 'stopAndGo' && event.changed)).toMatchObject({ task: 'vqa', iteration: 9, state: 'stop', reason: 'two checks without 0.1 % gain over 50.0 %' })
  })

  it('resets Stop-and-Go where the reference does, with its calendar', async () => {
    const folder = newFolder()
    await train({ folder, config: configOf({ iterations: 40, validateEvery: 'epoch' }) })
    expect(eventsOf(folder).filter((event) => event.kind === 'note').map(({ iteration }) => iteration)).toEqual([24, 32])
  })

  it.each([['stop', 'stopped'], ['leave', 'paused']] as const)('goes on to the last bit after %s at any step', async (command, end) => {
    const whole = newFolder()
    await train({ folder: whole })
    for (const stopAt of [1, 2, 3, 10, 12, 13, 14, 20]) {
      const folder = newFolder()
      let seen = 0
      const onEvent = (event: RunEvent, control: RunControl): void => {
        if (event.kind === 'step' || event.kind === 'validation') seen += 1
        if (seen === stopAt && event.kind !== 'stopAndGo') control.request(command)
      }
      await expect(train({ folder, onEvent })).resolves.toBe(end)
      expect(eventsOf(folder).some((event) => event.kind === 'state' && event.state === end)).toBe(true)
      await expect(train({ folder })).resolves.toBe('done')
      expect(curve(folder)).toEqual(curve(whole))
    }
  })

  it('goes on to the last bit after a crash: no step twice, none missing', async () => {
    const whole = newFolder()
    await train({ folder: whole })
    for (const crashAt of [2, 17, 26]) {
      const folder = newFolder()
      let seen = 0
      const crash = train({ folder, onEvent: (event) => {
        if (event.kind === 'step' && (seen += 1) === crashAt) throw new Error('killed')
      } })
      await expect(crash).rejects.toThrow('killed')
      await train({ folder })
      expect(curve(folder)).toEqual(curve(whole))
      const events = eventsOf(folder)
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, place) => place + 1))
    }
  })

  it('pauses in memory, obeys while paused, and resumes the same curve', async () => {
    const whole = newFolder()
    await train({ folder: whole })
    const folder = newFolder()
    let stepsAtPause = 0
    const onEvent = (event: RunEvent, control: RunControl): void => {
      if (event.kind === 'step' && event.iteration === 2 && event.task === 'coco') control.request('pause')
      if (event.kind !== 'state' || event.state !== 'paused') return
      stepsAtPause = eventsOf(folder).filter(({ kind }) => kind === 'step').length
      control.request('checkpoint')
      setTimeout(() => control.request('resume'), 120)
    }
    await expect(train({ folder, onEvent })).resolves.toBe('done')
    const events = eventsOf(folder).filter(({ kind }) => kind !== 'phases')
    const pause = events.findIndex((event) => event.kind === 'state' && event.state === 'paused')
    expect(events[pause - 1]).toMatchObject({ kind: 'step', task: 'coco', iteration: 2 })
    expect(events.slice(pause + 1, pause + 3)).toMatchObject([{ kind: 'checkpoint', iteration: 2 }, { kind: 'state', state: 'running' }])
    expect(stepsAtPause).toBe(2 * 3 + 2)
    expect(curve(folder)).toEqual(curve(whole))
  })

  it('validates on command without touching the curve', async () => {
    const whole = newFolder()
    await train({ folder: whole })
    const folder = newFolder()
    await train({ folder, onEvent: (event, control) => {
      if (event.kind === 'step' && event.iteration === 1 && event.task === 'vqa') control.request('validate')
    } })
    const extra = eventsOf(folder).filter((event) => event.kind === 'validation' && event.iteration === 1)
    expect(extra).toHaveLength(3)
    expect(curve(folder).filter((event) => event.kind !== 'validation' || event.iteration !== 1)).toEqual(curve(whole))
  })

  it('reports where the time went: every step once, also over an interruption', async () => {
    const folder = newFolder()
    let seen = 0
    await train({ folder, onEvent: (event, control) => {
      if (event.kind === 'step' && (seen += 1) === 17) control.request('leave')
    } })
    await train({ folder })
    const reports = eventsOf(folder).flatMap((event) => (event.kind === 'phases' ? [event] : []))
    for (const task of tasks) {
      expect(reports.reduce((sum, { tasks: times }) => sum + (times[task]?.steps ?? 0), 0)).toBe(steps(folder, task).length)
    }
    expect(reports.some(({ checkpoint }) => checkpoint > 0)).toBe(true)
  })

  describe('that keeps the best weights', () => {
    const config = configOf({ keepBest: true, stopAndGo: false })
    const plain = configOf({ stopAndGo: false })
    // The best mean is that of iteration 6, though two tasks are at their best later.
    const score = (task: string, iteration: number): number => (task === 'vqa' ? ({ 3: 0.2, 6: 0.9, 9: 0.5 }[iteration] ?? 0.3) : iteration / 100)
    const checked = (folder: string, split: 'val' | 'test', iteration: number): number | undefined =>
      eventsOf(folder).flatMap((event) => (event.kind === 'validation' && event.task === 'vqa' && event.split === split && event.iteration === iteration ? [event.metrics['loss']] : []))[0]
    const lastWeight = (folder: string): number | undefined => [...checkpointPortions(lastCheckpoint(folder).checkpoint?.folder ?? '')].flat().find(({ name }) => name === 'w')?.data[0]

    it('tests with them, hands them out, and trains as if it did not', async () => {
      const [folder, other] = [newFolder(), newFolder()]
      await train({ folder, config, score })
      await train({ folder: other, config: plain, score })
      expect(checked(folder, 'test', 12)).toBe(checked(folder, 'val', 6))
      expect(checked(other, 'test', 12)).toBe(checked(other, 'val', 12))
      expect(curve(folder).filter((event) => event.kind === 'step')).toEqual(curve(other).filter((event) => event.kind === 'step'))
      expect(lastWeight(folder)).toBe(lastWeight(other))
      const best = weightsFile(folder)
      expect(best).toBe(join(folder, 'checkpoints', 'best', 'model.safetensors'))
      expect(readArrays(best).find(({ name }) => name === 'w')?.data[0]).toBe(checked(folder, 'val', 6))
      expect(weightsFile(other)).toBe(join(other, 'checkpoints', 'step-12', 'model.safetensors'))
      const events = eventsOf(folder)
      expect(events[events.length - 1]).toMatchObject({ state: 'done', reason: 'all 12 iterations are done; kept are the weights of iteration 6, mean validation score 34.0 %' })
    })

    it('keeps the last where those are the best, and where checks fall into different rounds waits for all tasks', async () => {
      const folder = newFolder()
      await train({ folder, config: configOf({ keepBest: true, stopAndGo: false, validateEvery: 'epoch' }), score: (_, iteration) => iteration })
      expect(readArrays(weightsFile(folder)).find(({ name }) => name === 'w')?.data[0]).toBe(lastWeight(folder))
      expect(checked(folder, 'test', 12)).toBe(lastWeight(folder))
    })

    it('goes on to the last bit after an interruption at any step, also in the middle of the test', async () => {
      const whole = newFolder()
      await train({ folder: whole, config, score })
      for (const [place, command] of [[4, 'leave'], [23, 'stop'], [30, 'leave'], [51, 'leave']] as const) {
        const folder = newFolder()
        let seen = 0
        await train({ folder, config, score, onEvent: (event, control) => {
          if ((event.kind === 'step' || event.kind === 'validation') && (seen += 1) === place) control.request(command)
        } })
        await train({ folder, config, score })
        expect(curve(folder)).toEqual(curve(whole))
        expect(lastWeight(folder)).toBe(lastWeight(whole))
      }
      for (const command of ['checkpoint', 'leave'] as const) {
        const folder = newFolder()
        let asked = false
        await train({ folder, config, score, whileChecking: (split, control) => {
          if (split === 'test' && !asked) control.request(command)
          asked ||= split === 'test'
        } })
        await train({ folder, config, score })
        expect(checked(folder, 'test', 12)).toBe(checked(whole, 'val', 6))
        expect(lastWeight(folder)).toBe(lastWeight(whole))
      }
    })
  })

  it('breaks off when the loss is no number, and says what to do', async () => {
    const folder = newFolder()
    const broken = train({ folder, loss: (update) => (update === 8 ? Number.NaN : 1) })
    await expect(broken).rejects.toThrow(/The training of coco broke down in iteration 2: loss NaN/)
    await expect(broken).rejects.toBeInstanceOf(RunFailure)
    expect(steps(folder, 'coco')).toEqual([0, 1])
  })
})
