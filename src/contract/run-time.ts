// How long a run will take, from steps and checks that runs like it were seen to take. Pure; the host reads the events
// (host/measured-steps.ts). Read next: expected-run.ts, run-forecast.ts.

import type { ConfigKey, RunConfig } from './run-config'
import type { StepEvent, ValidationEvent } from './run-events'
import type { RunForecast } from './run-forecast'

/** Runs that agree in these have steps of the same length: model, batch, sizes of the data, and how they compute. */
const SAME_STEP: readonly ConfigKey[] = ['kind', 'model', 'world', 'batchRows', 'microBatch', 'engine', 'backend', 'xla', 'freeze', 'visualTarget']

type TimedTask = StepEvent['task']

export interface MeasuredTask {
  /** Of a training step, its batch and its event included; without the run's first where there are more. */
  readonly stepMs: number
  /** By how much the first step and the first check of a run took longer: TensorFlow prepares them. 0 where they were not seen. */
  readonly firstMs: number
  readonly steps: number
  /** Of a check, for each of its examples; absent before the first. */
  readonly checkMsPerExample?: number
  readonly checkExamples?: number
  /** Of the test at the end. */
  readonly testMs?: number
}

/** What runs of the workspace measured; a task's figures are those of the newest run that trained it. */
export interface MeasuredSteps {
  /** Their ids, newest first. */
  readonly runs: readonly string[]
  readonly device: string
  readonly tasks: { readonly [T in TimedTask]?: MeasuredTask }
}

export interface RunTime {
  readonly seconds: number
  readonly stepSeconds: number
  /** Checks and the test at the end, as far as they were measured. */
  readonly checkSeconds: number
  /** Mean over the run's tasks. */
  readonly stepMs: number
  /** Tasks whose step was not seen: their time follows from the multiplications in it. */
  readonly guessed: readonly TimedTask[]
  /** False where checks take place after each pass of unread data, or none was measured. */
  readonly checksKnown: boolean
}

/** Configurations with the same key have steps of the same length on the same machine. */
export function stepKey(config: RunConfig): string {
  return [...SAME_STEP.map((key) => config[key]), config.dropout > 0].join(' ')
}

/** The figures of one run's events; null without a step. The slowest twentieth is left out: pauses of the machine. */
export function measureSteps(events: readonly (StepEvent | ValidationEvent)[]): MeasuredSteps['tasks'] | null {
  const tasks: { [T in TimedTask]?: MeasuredTask } = {}
  for (const task of new Set(events.map((event) => event.task))) {
    const of = events.filter((event) => event.task === task)
    const steps = of.flatMap((event) => (event.kind === 'step' ? [event.milliseconds] : []))
    if (steps.length === 0) continue
    const checks = of.flatMap((event) => (event.kind === 'validation' && event.split === 'val' && event.examples > 0 ? [event] : []))
    const tests = of.flatMap((event) => (event.kind === 'validation' && event.split === 'test' ? [event.milliseconds] : []))
    const last = checks[checks.length - 1]
    const [begins] = of
    const sawFirst = begins?.kind === 'step' && begins.iteration === 0
    const stepMs = usual(sawFirst ? withoutFirst(steps) : steps)
    const checkMsPerExample = usual(withoutFirst(checks).map(({ milliseconds, examples }) => milliseconds / examples))
    const [firstCheck] = checks
    const late = Math.max(0, (steps[0] ?? 0) - stepMs) + (firstCheck ? Math.max(0, firstCheck.milliseconds - firstCheck.examples * checkMsPerExample) : 0)
    tasks[task] = {
      stepMs, steps: steps.length, firstMs: sawFirst ? late : 0,
      ...(last ? { checkMsPerExample, checkExamples: last.examples } : {}),
      ...(tests.length > 0 ? { testMs: usual(tests) } : {})
    }
  }
  return Object.keys(tasks).length > 0 ? tasks : null
}

/** Newest first; null where no run has stepped. */
export function joinMeasured(runs: readonly { readonly id: string; readonly device: string; readonly tasks: MeasuredSteps['tasks'] }[]): MeasuredSteps | null {
  const [first] = runs
  if (!first) return null
  return { runs: runs.map(({ id }) => id), device: first.device, tasks: Object.assign({}, ...[...runs].reverse().map(({ tasks }) => tasks)) as MeasuredSteps['tasks'] }
}

/** The time of all rounds and checks if no task is stopped; null where no task of the run was measured. */
export function runTime(config: RunConfig, { tasks }: RunForecast, measured: MeasuredSteps | null): RunTime | null {
  const seen = tasks.filter(({ task }) => measured?.tasks[task])
  if (!measured || tasks.length === 0 || seen.length === 0) return null
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const rate = sum(seen.map(({ task }) => measured.tasks[task]?.stepMs ?? 0)) / sum(seen.map(({ products }) => products))
  const roundMs = sum(tasks.map(({ task, products }) => measured.tasks[task]?.stepMs ?? products * rate))
  const checks = tasks.map(({ task }) => checkMs(config, measured.tasks[task]))
  const known = checks.flatMap((each) => (each === undefined ? [] : [each]))
  // A task that was not checked yet costs what the others do on average.
  const checkSeconds = known.length === 0 ? 0 : (sum(known) / known.length) * tasks.length / 1000
  const firstMs = sum(tasks.map(({ task }) => measured.tasks[task]?.firstMs ?? 0))
  const stepSeconds = (config.iterations * roundMs + firstMs) / 1000
  return {
    seconds: stepSeconds + checkSeconds, stepSeconds, checkSeconds, stepMs: roundMs / tasks.length,
    guessed: tasks.filter((each) => !seen.includes(each)).map(({ task }) => task), checksKnown: known.length > 0
  }
}

/** All checks of a task in a run; undefined where they cannot be told. */
function checkMs({ iterations, validateEvery, validationExamples }: RunConfig, measured: MeasuredTask | undefined): number | undefined {
  if (validateEvery === 'epoch' || measured?.checkMsPerExample === undefined) return undefined
  const examples = validationExamples === 0 ? measured.checkExamples ?? 0 : validationExamples
  return Math.ceil(iterations / validateEvery) * examples * measured.checkMsPerExample + (measured.testMs ?? 0)
}

function withoutFirst<T>(list: readonly T[]): readonly T[] {
  return list.length > 1 ? list.slice(1) : list
}

function usual(values: readonly number[]): number {
  const kept = [...values].sort((a, b) => a - b).slice(0, Math.max(1, Math.ceil(0.95 * values.length)))
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}
