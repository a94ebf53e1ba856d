// All benchmarks by name, in the order in which they run. Read next: benchmark.ts, ../../cli/bench-command.ts.

import { WorkbenchError, nearestNames } from '../../contract/check'
import type { Benchmark } from './benchmark'
import { checkpoint } from './checkpoint'
import { dataPipeline } from './data-pipeline'
import { engineStart } from './engine-start'
import { events } from './events'
import { retrieval } from './retrieval'
import { runForecastBench } from './run-forecast'
import { STEP_SIZES, isStepSize } from './step-case'
import { trainStep, trainStepDropout } from './train-step'
import { twelveTasks } from './twelve-tasks'
import { validation } from './validation'

export const BENCHMARKS: readonly Benchmark[] = [trainStep, trainStepDropout, twelveTasks, engineStart, runForecastBench, checkpoint, validation, retrieval, dataPipeline, events]

/** The benchmarks of the names, all of them if there are none. */
export function chosenBenchmarks(names: readonly string[]): Benchmark[] {
  if (names.length === 0) return [...BENCHMARKS]
  return names.map(benchmarkByName)
}

export function benchmarkByName(name: string): Benchmark {
  const found = BENCHMARKS.find((benchmark) => benchmark.name === name)
  if (found) return found
  const known = BENCHMARKS.map((benchmark) => benchmark.name)
  throw new WorkbenchError(`Benchmark '${name}' is unknown; nearest: ${nearestNames(name, known, 1).join('')}. Known benchmarks: ${known.join(', ')}.`)
}

/** A comma-separated list of sizes. */
export function chosenSizes(text: string): string[] {
  const sizes = text.split(',').map((size) => size.trim()).filter((size) => size !== '')
  const wrong = sizes.find((size) => !isStepSize(size))
  if (wrong !== undefined || sizes.length === 0) {
    throw new WorkbenchError(`Option --sizes has '${wrong ?? text}'; allowed: a comma-separated list of ${STEP_SIZES.join(', ')}.`)
  }
  return sizes
}
