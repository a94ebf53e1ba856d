// The training-step benchmark on a tiny model, without processes of its own: what it reports, and how a ratio is made.

import { expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import type { StepFigures } from '../../../src/engine/bench/alternate'
import type { BenchContext, Child, Side } from '../../../src/engine/bench/benchmark'
import { figureRows } from '../../../src/engine/bench/figure-rows'
import { stepSide } from '../../../src/engine/bench/step-side'
import { trainStep } from '../../../src/engine/bench/train-step'

/** A side in this process: peak memory is then that of the test. */
const sideHere = (side: Side): Child => ({
  async ask<T>(method: string, params: object) {
    return JSON.parse(JSON.stringify((await side[method]?.(params as never)) ?? null)) as T
  },
  async close() {
    await side['close']?.({} as never)
  }
})

const context: BenchContext = {
  sizes: ['tiny'], rounds: 2, config: defaultConfig(), say: () => undefined, foldEvents: () => 0,
  ours: async () => sideHere(stepSide()),
  torch: async () => null
}

it('reports time, CPU time and peak memory of a real step', async () => {
  const { tiny } = (await trainStep.run(context)) as Record<string, StepFigures>
  expect(tiny?.minMs).toBeGreaterThan(0)
  expect(tiny?.medianMs).toBeGreaterThanOrEqual(tiny?.minMs ?? Number.POSITIVE_INFINITY)
  expect(tiny?.cpuMs).toBeGreaterThan(0)
  expect(tiny?.peakBytes).toBeGreaterThan(50e6)
  expect(tiny?.turnsMs).toHaveLength(2)
  expect(tiny).not.toHaveProperty('torch')
})

it('alternates with the other side and divides the shortest steps', async () => {
  const asked: string[] = []
  const figures = (ms: number[]): object => ({ ms, cpuMs: ms, losses: [], perTask: {}, peakBytes: 1000 })
  const standIn = (name: string, steps: number[][]): Child => ({
    async ask<T>(method: string) {
      asked.push(`${name} ${method}`)
      const made = { torch: 'stand-in', parameters: 7, device: 'none', backend: 'cpu', createMs: 1, firstStepMs: 1 }
      return (method === 'make' ? made : figures(steps.shift() ?? [])) as T
    },
    async close() { asked.push(`${name} close`) }
  })
  const { tiny } = (await trainStep.run({
    ...context, ours: async () => standIn('ours', [[99], [4, 5], [6, 7]]), torch: async () => standIn('torch', [[99], [9, 10], [8, 12]])
  })) as Record<string, StepFigures>
  expect(asked).toEqual(['ours make', 'torch make', 'ours steps', 'torch steps', 'ours steps', 'torch steps', 'ours steps', 'torch steps', 'ours close', 'torch close'])
  expect(tiny).toMatchObject({ minMs: 4, medianMs: 6, turnsMs: [4, 6], torch: { minMs: 8, medianMs: 10, ratio: 2, version: 'stand-in' } })
})

it('prints figures with their units', () => {
  expect(figureRows({ small: { minMs: 48.51, peakBytes: 5.1e9, ratio: 1.25, tasksMs: { vqa: { ours: 3 } }, eventsPerSecond: 1234.5 } })).toEqual([
    ['small.minMs', '48.5 ms'], ['small.peakBytes', '5.10 GB'], ['small.ratio', '1.250'], ['small.tasksMs.vqa.ours', '3.0 ms'], ['small.eventsPerSecond', '1235 a second']
  ])
})
