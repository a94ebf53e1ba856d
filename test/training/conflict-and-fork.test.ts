// Through the real command line: measuring gradient conflict leaves a run as it is to the last bit, and a fork goes on from
// another run's checkpoint with other tasks.

import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { BUILD_MS, buildCli, runCli } from '../cli/run-cli'
import { curveOf, eventsOf, finalWeights, trainThrough } from './interrupted-run'
import { tinyWorld } from './tiny-world'

const root = mkdtempSync(join(tmpdir(), 'conflict-and-fork-'))
const runs = join(root, 'runs')
const [plain, measured, fork] = ['plain', 'measured', 'fork'].map((name) => join(runs, name)) as [string, string, string]
let data = ''

beforeAll(async () => {
  buildCli()
  data = await tinyWorld()
  trainThrough(plain, data)
  trainThrough(measured, data, ['gradientConflictEvery=16'])
}, BUILD_MS + 120_000)

it('ends with the same curve, weights and moments with measurements as without', () => {
  expect(curveOf(measured)).toEqual(curveOf(plain))
  expect(finalWeights(measured)).toEqual(finalWeights(plain))
})

it('measures at the iterations asked for, and prints the matrix and its course', () => {
  const found = eventsOf(measured).flatMap((event) => (event.kind === 'gradientConflict' ? [event] : []))
  expect(found.map(({ iteration }) => iteration)).toEqual([16, 32, 48])
  for (const { tasks, cosines, agreement, compared } of found) {
    expect([tasks.length, cosines.length, agreement.length, compared > 1000]).toEqual([3, 3, 3, true])
    expect(cosines.map((row, i) => row[i])).toEqual([1, 1, 1])
  }
  const json = JSON.parse(runCli(['runs', 'conflicts', measured, '--json']).stdout) as { mean: { tasks: string[]; cosines: number[][] }; overTime: { iteration: number }[] }
  expect([json.mean.tasks.length, json.overTime.map(({ iteration }) => iteration)]).toEqual([3, [16, 32, 48]])
  expect(runCli(['runs', 'conflicts', plain])).toMatchObject({ status: 2, stderr: expect.stringContaining('measured no gradient conflict') })
})

it('forks from a checkpoint with other tasks and learning rate, and shows the tree', () => {
  const words = ['train', '--fork', `${plain}@48`, '--run', fork, '--set', 'tasks=refcoco', 'iterations=4', 'learningRate=0.01']
  expect(runCli(words)).toMatchObject({ status: 0 })
  const [start] = eventsOf(fork).flatMap((event) => (event.kind === 'state' && event.state === 'running' ? [event.reason ?? ''] : []))
  expect(start).toMatch(/^starts from .*: \d+ arrays loaded/)
  expect(JSON.parse(readFileSync(join(fork, 'config.json'), 'utf8'))).toMatchObject({ name: 'fork', tasks: ['refcoco'], learningRate: 0.01, start: join(plain, 'checkpoints', 'step-48') })
  const tree = JSON.parse(runCli(['runs', 'tree', '--runs', runs, '--json']).stdout) as { id: string; depth: number }[]
  const place = tree.findIndex(({ id }) => id === 'plain')
  expect([tree[place + 1]?.id, tree[place + 1]?.depth]).toEqual(['fork', 1])
  expect(runCli(['runs', 'list', '--runs', runs]).stdout).toContain('plain@48')
})

it('maps the task tokens of a run', () => {
  const map = JSON.parse(runCli(['runs', 'tokens', plain, '--json']).stdout) as { iteration: number; tasks: string[]; cosines: number[][] }
  expect([map.iteration, map.tasks.length, map.cosines.map((row, i) => row[i])]).toEqual([48, 3, [1, 1, 1]])
  // A tiny run moves each token its own way.
  expect(Math.abs(map.cosines[0]?.[1] ?? 1)).toBeLessThan(0.99)
})
