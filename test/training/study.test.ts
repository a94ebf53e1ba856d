// A real study, from the command to the table: tiny runs of two tasks, through the command line as a user calls it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { StudyStatus } from '../../src/contract/study'
import type { StudyTable } from '../../src/contract/study-table'
import { BUILD_MS, buildCli, freshFolder, runCli } from '../cli/run-cli'
import { tinyWorld } from './tiny-world'

const out = freshFolder()
let small: string[] = []

beforeAll(async () => {
  buildCli()
  const data = await tinyWorld()
  small = ['--preset', 'tiny', '--seeds', '1,2', '--settings', 'at,token-none', '--set', `data=${data}`, 'tasks=refcoco,visual7w', 'iterations=4', 'validateEvery=2']
}, BUILD_MS + 300_000)

function cli(...words: string[]): string {
  const { status, stdout, stderr } = runCli(words, out)
  expect(stderr, words.join(' ')).toBe('')
  expect(status).toBe(0)
  return stdout
}

it('names the seven studies', () => {
  const studies = JSON.parse(cli('study', 'list', '--json')) as { name: string }[]
  expect(studies.map(({ name }) => name)).toEqual(['overlap', 'multitask', 'transfer', 'ablations', 'comparison', 'grounding', 'dynamics'])
})

describe('a tiny study', () => {
  it('plans without writing, runs, and ends with the table', () => {
    expect(cli('study', 'plan', 'ablations', ...small)).toContain('4 runs (each counted once), 0 of them done; 32 training steps')
    expect(JSON.parse(cli('study', 'run', 'ablations', ...small, '--jobs', '2', '--json'))).toEqual({ study: 'ablations', end: 'done', runs: 4, done: 4, notNeeded: 0 })
    const table = JSON.parse(cli('study', 'table', 'ablations', '--format', 'json')) as StudyTable
    expect(table.columns).toEqual(['refcoco', 'visual7w', 'G3', 'average'])
    expect(table.rows.map(({ setting }) => setting)).toEqual(['at', 'token-none'])
    for (const { cells } of table.rows) {
      for (const column of table.columns) {
        const { mean, sd, n, difference, p } = cells[column] ?? {}
        expect([typeof mean, typeof sd, n, typeof difference, typeof p]).toEqual(['number', 'number', 2, 'number', 'number'])
      }
    }
    expect(table.rows[1]?.cells['refcoco']?.test).toBe('examples')
    // One task's mean is the mean of its two runs' own test events.
    const scores = (table.rows[0]?.cells['refcoco']?.runs ?? []).map((id) => testScore(join(out, 'runs', id), 'refcoco'))
    expect(table.rows[0]?.cells['refcoco']?.mean).toBeCloseTo((100 * ((scores[0] ?? 0) + (scores[1] ?? 0))) / 2, 9)
  })

  it('runs nothing a second time', () => {
    const before = (JSON.parse(cli('study', 'status', 'ablations', '--json')) as StudyStatus).runs.map(({ id }) => readFileSync(join(out, 'runs', id, 'events.jsonl'), 'utf8').length)
    cli('study', 'run', 'ablations', '--json')
    const { state, runs } = JSON.parse(cli('study', 'status', 'ablations', '--json')) as StudyStatus
    expect(state).toBe('done')
    expect(runs.map(({ id }) => readFileSync(join(out, 'runs', id, 'events.jsonl'), 'utf8').length)).toEqual(before)
  })

  it('exports, compares two of its runs, and carries out a single run as a cluster job would', () => {
    cli('study', 'export', 'ablations', '--to', 'table.tex')
    expect(readFileSync(join(out, 'table.tex'), 'utf8')).toContain('\\toprule')
    const { runs } = JSON.parse(cli('study', 'status', 'ablations', '--json')) as StudyStatus
    const [first, second] = runs.map(({ id }) => join('runs', id))
    const difference = JSON.parse(cli('runs', 'diff', first ?? '', second ?? '', '--task', 'refcoco', '--json')) as { settings: { key: string }[]; flipped: { examples: number } }
    expect(difference.settings.map(({ key }) => key)).toEqual(['seed'])
    expect(difference.flipped.examples).toBeGreaterThan(10)
    cli('study', 'run', 'ablations', ...small.map((word) => (word === '1,2' ? '1,2,3' : word)), '--only', runs[0]?.id ?? '', '--json')
    const open = (JSON.parse(cli('study', 'status', 'ablations', '--json')) as StudyStatus).runs.find(({ state }) => state === 'ready')
    cli('study', 'work', 'ablations', open?.id ?? '', '--out', out)
    expect((JSON.parse(cli('study', 'status', 'ablations', '--json')) as StudyStatus).done).toBe(5)
    const events = (): string => readFileSync(join(out, 'runs', open?.id ?? '', 'events.jsonl'), 'utf8')
    const before = events()
    cli('study', 'work', 'ablations', open?.id ?? '', '--out', out)
    expect(events()).toBe(before)
  })

  it('refuses an unknown study, a seed in --set, and a table before there is a study', () => {
    const message = (...words: string[]): string => {
      const { status, stderr } = runCli(words, out)
      expect(status).toBe(2)
      return stderr
    }
    expect(message('study', 'run', 'ablation')).toMatch(/nearest: ablations/)
    expect(message('study', 'run', 'transfer', '--preset', 'tiny', '--set', 'seed=2')).toMatch(/--seeds 1,2,3/)
    expect(message('study', 'table', 'transfer')).toMatch(/There is no study 'transfer'/)
    writeFileSync(join(out, 'figures.csv'), 'model\n')
    expect(message('study', 'import', 'ablations', 'figures.csv')).toMatch(/must begin with model,source/)
  })
})

function testScore(folder: string, task: string): number {
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { kind: string; task?: string; split?: string; metrics?: { score: number } })
  return events.find((event) => event.kind === 'validation' && event.split === 'test' && event.task === task)?.metrics?.score ?? Number.NaN
}
