// `bench` as a user calls it: one real benchmark on a tiny model, each side in its own process, and wrong calls.

import { beforeAll, expect, it } from 'vitest'
import { BUILD_MS, buildCli, runCli } from './run-cli'

beforeAll(buildCli, BUILD_MS)

it('prints one JSON object of figures, and says so where there is no PyTorch', () => {
  process.env['TWELVE_IN_ONE_PYTHON'] = 'no-such-python'
  const { status, stdout, stderr } = runCli(['bench', 'trainStep', '--sizes', 'tiny', '--rounds', '1', '--json'])
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const result = JSON.parse(stdout) as { trainStep: { tiny: Record<string, unknown> }; notes: string[]; machine: Record<string, unknown> }
  const { tiny } = result.trainStep
  for (const figure of ['minMs', 'medianMs', 'cpuMs', 'peakBytes', 'firstStepMs']) expect(tiny[figure], figure).toBeGreaterThan(0)
  expect(tiny).not.toHaveProperty('torch')
  expect(result.notes).toEqual([expect.stringMatching(/^Our figures alone: no-such-python has no usable PyTorch/)])
  expect(result.machine).toMatchObject({ cores: expect.any(Number) as number, node: process.versions.node })
})

it.each([
  ['a benchmark', ['trainStpe'], /Benchmark 'trainStpe' is unknown; nearest: trainStep/],
  ['a size', ['trainStep', '--sizes', 'huge'], /--sizes has 'huge'; allowed: .*small, medium, full/],
  ['a number of turns', ['trainStep', '--rounds', '0'], /--rounds has 0; allowed: a whole number from 1/],
  ['a setting', ['twelveTasks', '--set', 'dta=x'], /Setting 'dta' is unknown; nearest: data/]
])('refuses %s that is none', (_, words, message) => {
  const { status, stderr, stdout } = runCli(['bench', ...words])
  expect(stderr).toMatch(message)
  expect(stdout).toBe('')
  expect(status).toBe(2)
})

it('lists the benchmarks in its help', () => {
  const { stdout, status } = runCli(['bench', '--help'])
  expect(status).toBe(0)
  for (const name of ['trainStep', 'trainStepDropout', 'twelveTasks']) expect(stdout).toContain(name)
  expect(stdout).toMatch(/Example:\n {2}twelve-in-one bench /)
})
