// A checkpoint of weights and moments in the middle of training, by the loop that trains every run: how long training
// stands still, how long until the files are whole, how much more memory it takes; then reading it back.
// Read next: ../training/training-loop.ts, ../training/save-checkpoint.ts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { RunEvent } from '../../contract/run-events'
import { presetConfig } from '../../contract/run-presets'
import { loadBackend } from '../backend'
import type { EngineOptions } from '../execution/engine-options'
import type { StepEngine } from '../execution/step-engine'
import { chooseThreads } from '../threads'
import type { Course } from '../training/course'
import { type Benchmark, type Side, timed } from './benchmark'
import { type PeakMemory, mark } from './peak-memory'
import { type StepSize, isStepSize, randomBatch, stepCase } from './step-case'

interface WriteFigures {
  readonly sizeBytes: number
  /** Until every file is on the disk, checked and in its place, while training goes on. */
  readonly writeMs: number
  /** From the end of the last step before the checkpoint to the beginning of the next. */
  readonly stoppedMs: number
  /** The slowest step while it was written, and the step before it began. */
  readonly slowestStepMs: number
  readonly stepMs: number
  /** Peak memory while it was written, less that of a step alone. */
  readonly extraBytes: number
}

interface LoadFigures {
  /** Checking the files' sums, reading, handing over to the engine. */
  readonly loadMs: number
  /** Peak memory meanwhile, less what the engine had before. */
  readonly loadExtraBytes: number
}

/** Rounds before the checkpoint, and after it: enough for it to be written. */
const BEFORE = 3
const AFTER: Readonly<Record<StepSize, number>> = { tiny: 20, small: 40, medium: 20, full: 8 }

function checkpointSide(): Side {
  return {
    write: async ({ size, folder }: { size: StepSize; folder: string }) => write(size, folder),
    load: async ({ size, folder }: { size: StepSize; folder: string }) => load(size, folder)
  }
}

async function openEngine(size: StepSize): Promise<{ engine: StepEngine; options: EngineOptions }> {
  const options = stepCase(size, 0)
  chooseThreads(options.model.hidden_size)
  await loadBackend('auto')
  const { createCompiledEngine } = await import('../execution/compiled-engine')
  return { engine: await createCompiledEngine(options), options }
}

/** A step as the loop asked for it, and what the loop did between it and the one before. */
interface StepMark {
  readonly gapMs: number
  readonly ms: number
}

function timedCourse(engine: StepEngine, options: EngineOptions, onStep: (step: StepMark) => void): Course {
  const batch = randomBatch(at(options.shapes, 0), options.model)
  let last = performance.now()
  return {
    tasks: ['vqa'], epochRounds: Number.MAX_SAFE_INTEGER, hasTest: () => false, calendar: () => ({ every: Number.MAX_SAFE_INTEGER }),
    lossScale: () => 1, scheduleStep: (steps) => steps,
    async train(_task, _number, settings) {
      const gapMs = performance.now() - last
      const { value, ms } = await timed(() => engine.train(batch, settings))
      onStep({ gapMs, ms })
      last = performance.now()
      return { loss: value.loss, gradientNorm: value.gradientNorm, score: 0, examples: batch.examples }
    },
    validate: async () => ({ numbers: { metrics: { score: 0 }, examples: 1, constantGuess: 0, textOnlyGuess: 0, spread: 0 }, samples: [] })
  }
}

async function write(size: StepSize, folder: string): Promise<WriteFigures> {
  const { engine, options } = await openEngine(size)
  const iterations = BEFORE + AFTER[size]
  // The loop's own checkpoint at the end is one more than needed: it is not measured.
  const config: RunConfig = { ...presetConfig('tiny'), tasks: ['vqa'], iterations, checkpointEvery: BEFORE, keepCheckpoints: 1, stopAndGo: false, validateEvery: iterations }
  const steps: StepMark[] = []
  let memory: PeakMemory = mark()
  let stepPeak = 0
  const course = timedCourse(engine, options, (step) => {
    steps.push(step)
    if (steps.length > BEFORE) return
    stepPeak = Math.max(stepPeak, steps.length > 1 ? memory.peakBytes() : 0)
    memory = mark()
  })
  let figures: WriteFigures | undefined
  const onEvent = (event: RunEvent): void => {
    if (event.kind !== 'checkpoint' || figures !== undefined) return
    const during = steps.slice(BEFORE)
    figures = {
      sizeBytes: event.sizeBytes, writeMs: event.milliseconds, stoppedMs: during[0]?.gapMs ?? event.milliseconds,
      stepMs: steps[BEFORE - 1]?.ms ?? 0, slowestStepMs: Math.max(...during.map(({ ms }) => ms), 0),
      extraBytes: Math.max(0, memory.peakBytes() - stepPeak)
    }
  }
  await trainLoop(config, folder, engine, course, onEvent)
  engine.dispose()
  if (figures === undefined) throw new Error('The loop wrote no checkpoint.')
  return figures
}

async function trainLoop(config: RunConfig, folder: string, engine: StepEngine, course: Course, onEvent: (event: RunEvent) => void): Promise<void> {
  const { createRunFolder, openRunFolder } = await import('../training/run-folder')
  const { openRunControl } = await import('../training/run-control')
  const { startLoopState } = await import('../training/loop-state')
  const { TrainingLoop } = await import('../training/training-loop')
  createRunFolder(folder, config)
  const run = openRunFolder(folder, { onEvent })
  const control = openRunControl(folder)
  try {
    await new TrainingLoop(config, run, control, engine, course, startLoopState(course.tasks)).train()
  } finally {
    control.close()
    run.close()
  }
}

async function load(size: StepSize, folder: string): Promise<LoadFigures> {
  const { checkpointPortions, lastCheckpoint } = await import('../training/checkpoint')
  const { engine } = await openEngine(size)
  const before = process.memoryUsage().rss
  const memory = mark()
  const { ms: loadMs } = await timed(async () => {
    const { checkpoint, problems } = lastCheckpoint(folder)
    if (checkpoint === undefined) throw new Error(`The checkpoint cannot be read back. ${problems.join(' ')}`)
    for (const arrays of checkpointPortions(checkpoint.folder)) await engine.write(arrays)
  })
  const loadExtraBytes = Math.max(0, memory.peakBytes() - before)
  engine.dispose()
  return { loadMs, loadExtraBytes }
}

export const checkpoint: Benchmark = {
  name: 'checkpoint',
  about: 'a checkpoint (weights and moments) written while training and read back: time, standstill, memory',
  side: checkpointSide,
  async run(context) {
    const result: Record<string, WriteFigures & LoadFigures> = {}
    for (const size of context.sizes.filter(isStepSize)) {
      context.say(`checkpoint: ${size}`)
      const parent = mkdtempSync(join(tmpdir(), 'twelve-in-one-bench-'))
      const ask = async <T>(method: string): Promise<T> => {
        const child = await context.ours('checkpoint')
        try {
          return await child.ask<T>(method, { size, folder: join(parent, 'run') })
        } finally {
          await child.close()
        }
      }
      try {
        result[size] = { ...(await ask<WriteFigures>('write')), ...(await ask<LoadFigures>('load')) }
      } finally {
        rmSync(parent, { recursive: true, force: true })
      }
    }
    return result
  }
}
