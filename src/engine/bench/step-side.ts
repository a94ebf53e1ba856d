// Our side of the training-step benchmarks: an engine of a fixed size on random batches, or that of a run on its own data.
// Batches are made before the clock starts; making them is timed apart. Read next: alternate.ts, twelve-tasks.ts.

import { at } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { TaskId } from '../../contract/task-catalog'
import { type BackendReport, loadBackend } from '../backend'
import { countOf } from '../count-of'
import type { TaskData } from '../data/task-data'
import type { EngineOptions } from '../execution/engine-options'
import type { StepEngine } from '../execution/step-engine'
import type { TaskBatch } from '../tasks/task-batch'
import { chooseThreads } from '../threads'
import { trunkWidth } from '../trunk/trunk-config'
import { type Side, timed } from './benchmark'
import { LEARNING_RATE, type StepSize, type TorchCase, randomBatch, stepCase, torchCase } from './step-case'

export interface StepMade {
  readonly torch: TorchCase
  readonly parameters: number
  readonly tensors: number
  readonly device: string
  readonly backend: BackendReport['name']
  readonly libraryMs: number
  /** Reading the data; absent on random batches. */
  readonly dataMs?: number
  readonly createMs: number
  readonly firstStepMs: number
  /** From the start of the process to the end of its first round. */
  readonly readyMs: number
}

export interface StepNumbers {
  /** A round is one step of each task, in their order. */
  readonly ms: readonly number[]
  readonly cpuMs: readonly number[]
  /** Of every step. */
  readonly losses: readonly number[]
  readonly perTask: Readonly<Record<string, readonly number[]>>
  readonly peakBytes: number
  /** Making the round's batches, not part of `ms`; absent on random batches. */
  readonly dataMs?: readonly number[]
}

/** `size` with `dropout`, or the tasks of a run's configuration. */
export type StepRequest = { readonly size: StepSize; readonly dropout: number } | { readonly config: RunConfig }

interface Made {
  readonly engine: StepEngine
  readonly options: EngineOptions
  readonly learningRate: number
  lossScale(task: TaskId): number
  batch(task: TaskId, round: number): TaskBatch
  readonly real: boolean
}

export function stepSide(): Side {
  let made: Made | undefined
  let round = 0
  let update = 0
  const current = (): Made => {
    if (made === undefined) throw new Error('Ask for make first.')
    return made
  }
  const rounds = async (count: number): Promise<StepNumbers> => {
    const { options, real } = current()
    const numbers = { ms: [] as number[], cpuMs: [] as number[], losses: [] as number[], dataMs: [] as number[] }
    const perTask: Record<string, number[]> = Object.fromEntries(options.shapes.map(({ task }) => [task, []]))
    for (let i = 0; i < count; i++, round++) {
      const data = await timed(() => options.shapes.map(({ task }) => current().batch(task, round)))
      numbers.dataMs.push(data.ms)
      const whole = await timed(async () => {
        for (const batch of data.value) {
          const step = await timed(() => train(current(), batch, ++update))
          perTask[batch.task]?.push(step.ms)
          numbers.losses.push(step.value)
        }
      })
      numbers.ms.push(whole.ms)
      numbers.cpuMs.push(whole.cpuMs)
    }
    const { dataMs, ...rest } = numbers
    return { ...rest, ...(real ? { dataMs } : {}), perTask, peakBytes: process.resourceUsage().maxRSS * 1024 }
  }
  return {
    async make(request: StepRequest): Promise<StepMade> {
      const { backend, times, ...rest } = 'size' in request ? await makeSize(request) : await makeRun(request.config)
      made = rest
      const first = await timed(() => rounds(1))
      const readyMs = performance.now()
      // Listed, not read: a copy of them would count as memory of the step.
      const weights = made.engine.list('weights')
      return {
        torch: torchCase(made.options, made.learningRate, made.lossScale),
        parameters: weights.reduce((total, { shape }) => total + countOf(shape), 0), tensors: weights.length,
        device: backend.device, backend: backend.name, ...times, firstStepMs: first.ms, readyMs
      }
    },
    steps: ({ rounds: count }: { rounds: number }) => rounds(count),
    async close() {
      made?.engine.dispose()
      made = undefined
    }
  }
}

async function train({ engine, lossScale, learningRate }: Made, batch: TaskBatch, update: number): Promise<number> {
  const { loss } = await engine.train(batch, {
    learningRate, headLearningRate: learningRate, lossScale: lossScale(batch.task), dropoutSeed: [1, update], update
  })
  return loss
}

type Making = Made & { readonly backend: BackendReport; readonly times: Pick<StepMade, 'libraryMs' | 'dataMs' | 'createMs'> }

async function makeSize({ size, dropout }: { size: StepSize; dropout: number }): Promise<Making> {
  const options = stepCase(size, dropout)
  chooseThreads(options.model.hidden_size)
  const { value: backend, ms: libraryMs } = await timed(() => loadBackend('auto'))
  const { value: engine, ms: createMs } = await timed(() => compiled(options))
  const batches = new Map(options.shapes.map((shape) => [shape.task, randomBatch(shape, options.model)]))
  return {
    engine, options, backend, times: { libraryMs, createMs }, real: false, learningRate: LEARNING_RATE, lossScale: () => 1,
    batch: (task) => batches.get(task) ?? at([...batches.values()], 0)
  }
}

async function compiled(options: EngineOptions): Promise<StepEngine> {
  const { createCompiledEngine } = await import('../execution/compiled-engine')
  return createCompiledEngine(options)
}

async function makeRun(config: RunConfig): Promise<Making> {
  chooseThreads(trunkWidth(config.model))
  const { value: backend, ms: libraryMs } = await timed(() => loadBackend(config.backend))
  const { value: opened, ms: dataMs } = await timed(() => openRunData(config))
  const { data, options, tasks } = opened
  const { createEngine } = await import('../training/prepare-run')
  const { lossScale, peakRate } = await import('../schedule/learning-rate')
  const { value: engine, ms: createMs } = await timed(() => createEngine(config, options, backend, () => undefined))
  return {
    engine, options, backend, times: { libraryMs, dataMs, createMs }, real: true, learningRate: peakRate(config.learningRate, tasks),
    lossScale: (task) => lossScale(task, tasks, config.taskScale),
    batch: (task, round) => data.train(task).batch(round)
  }
}

/** The data of a run's tasks and what its engine is made for; the mini-world is made if it is not there. */
export async function openRunData(config: RunConfig): Promise<{ data: TaskData; options: EngineOptions; tasks: readonly TaskId[] }> {
  const { ensureData } = await import('../training/data-folder')
  const { taskEngineOptions } = await import('../training/task-course')
  const { openTaskData } = await import('../data/task-data')
  const { roundOrder } = await import('../schedule/round-robin')
  await ensureData(config, () => undefined)
  const tasks = roundOrder(config.tasks)
  const data = openTaskData({ root: config.data, tasks, config })
  return { data, options: taskEngineOptions(config, data), tasks }
}
