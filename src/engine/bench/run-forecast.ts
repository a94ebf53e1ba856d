// The forecast of a run against the run: its memory, and its time as foretold from the steps of a shorter run of the same
// configuration. Each run is a real one, with checks and checkpoints, in a process of its own.
// Read next: ../../contract/run-time.ts, ../training/run-forecast.ts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { StateEvent, StepEvent, ValidationEvent } from '../../contract/run-events'
import type { RunForecast } from '../../contract/run-forecast'
import { joinMeasured, measureSteps, runTime } from '../../contract/run-time'
import type { BenchContext, Benchmark, Side } from './benchmark'

type Seen = StepEvent | ValidationEvent

interface RunMade {
  readonly peakBytes: number
  readonly events: readonly Seen[]
  /** From the state `running` to `done`; checkpoints left out, which no forecast counts. */
  readonly seconds: number
}

interface Figures {
  readonly forecast: number
  readonly measured: number
  readonly ratio: number
}

function side(): Side {
  return {
    async run({ config }: { config: RunConfig }): Promise<RunMade> {
      const [{ createRunFolder }, { trainRun }] = await Promise.all([import('../training/run-folder'), import('../training/train-run')])
      const folder = join(mkdtempSync(join(tmpdir(), 'twelve-in-one-bench-')), 'run')
      const events: Seen[] = []
      const times = new Map<StateEvent['state'], number>()
      let checkpointMs = 0
      try {
        createRunFolder(folder, config)
        const { end } = await trainRun({ folder, appVersion: 'bench', onEvent: (event) => {
          if (event.kind === 'step' || event.kind === 'validation') events.push(event)
          else if (event.kind === 'state') times.set(event.state, event.time)
          else if (event.kind === 'phases') checkpointMs += event.checkpoint
          else if (event.kind === 'failure') throw new WorkbenchError(event.message, 'work')
        } })
        if (end !== 'done') throw new WorkbenchError(`The run ended as '${end}'.`, 'work')
        return { peakBytes: process.resourceUsage().maxRSS * 1024, events, seconds: ((times.get('done') ?? Number.NaN) - (times.get('running') ?? Number.NaN) - checkpointMs) / 1000 }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    async forecast({ config }: { config: RunConfig }): Promise<RunForecast> {
      return (await import('../training/run-forecast')).runForecast(config, Number.POSITIVE_INFINITY)
    }
  }
}

async function asked<T>({ ours }: BenchContext, method: string, config: RunConfig): Promise<T> {
  const child = await ours('forecast')
  try {
    return await child.ask<T>(method, { config })
  } finally {
    await child.close()
  }
}

const compared = (forecast: number, measured: number): Figures => ({ forecast, measured, ratio: forecast / measured })

export const runForecastBench: Benchmark = {
  name: 'forecast',
  about: 'memory and time of a run as foretold, and as they are: of the preset, cut to --rounds rounds (12), time from a run of a third of them',
  side,
  async run(context) {
    const rounds = context.rounds ?? 12
    const few = Math.max(2, Math.ceil(rounds / 3))
    const cut = (iterations: number, validateEvery: number): RunConfig => ({ ...context.config, iterations, validateEvery, checkpointEvery: iterations, stopAndGo: false })
    const config = cut(rounds, few)
    context.say(`forecast: a run of ${few} rounds, then one of ${rounds}`)
    const first = await asked<RunMade>(context, 'run', cut(few, Math.floor(few / 2)))
    const expected = await asked<RunForecast>(context, 'forecast', config)
    const time = runTime(config, expected, joinMeasured([{ id: 'first', device: '', tasks: measureSteps(first.events) ?? {} }]))
    const whole = await asked<RunMade>(context, 'run', config)
    return {
      [config.preset]: {
        rounds, tasks: expected.tasks.length, parameters: expected.parameters,
        memoryBytes: compared(expected.peakBytes, whole.peakBytes), seconds: compared(time?.seconds ?? Number.NaN, whole.seconds),
        stepMs: compared(time?.stepMs ?? Number.NaN, meanStep(whole.events))
      }
    }
  }
}

function meanStep(events: readonly Seen[]): number {
  const steps = events.flatMap((event) => (event.kind === 'step' ? [event.milliseconds] : []))
  return steps.reduce((sum, each) => sum + each, 0) / steps.length
}
