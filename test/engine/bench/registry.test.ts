// Names and sizes of the benchmarks.

import { expect, it } from 'vitest'
import { BENCHMARKS, benchmarkByName, chosenBenchmarks, chosenSizes } from '../../../src/engine/bench/registry'

it('knows every benchmark by one name', () => {
  const names = BENCHMARKS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const benchmark of BENCHMARKS) expect(benchmarkByName(benchmark.name)).toBe(benchmark)
})

it('runs all of them unless some are named', () => {
  expect(chosenBenchmarks([])).toEqual(BENCHMARKS)
  expect(chosenBenchmarks(['twelveTasks', 'trainStep']).map(({ name }) => name)).toEqual(['twelveTasks', 'trainStep'])
})

it('refuses a name that is none, with the nearest', () => {
  expect(() => chosenBenchmarks(['trainstep'])).toThrow(/Benchmark 'trainstep' is unknown; nearest: trainStep\. Known benchmarks: trainStep, /)
})

it('takes sizes apart and refuses others', () => {
  expect(chosenSizes('small, full')).toEqual(['small', 'full'])
  expect(() => chosenSizes('small,large')).toThrow(/--sizes has 'large'; allowed: .*small, medium, full/)
  expect(() => chosenSizes('')).toThrow(/--sizes has ''/)
})
