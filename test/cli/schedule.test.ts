import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILD_MS, buildCli, freshFolder, runCli } from './run-cli'

beforeAll(buildCli, BUILD_MS)

function schedule(input: unknown): { status: number | null; rows: unknown; stderr: string } {
  const folder = freshFolder()
  writeFileSync(join(folder, 'scores.json'), JSON.stringify(input))
  const { status, stdout, stderr } = runCli(['schedule', '--scores', 'scores.json', '--json'], folder)
  return { status, rows: status === 0 ? JSON.parse(stdout) : undefined, stderr }
}

describe('schedule', () => {
  it('gives one row for each score', () => {
    const { status, rows } = schedule({ scores: [0.5, 0.5, 0.5, 0.4] })
    expect(status).toBe(0)
    expect(rows).toEqual([
      { score: 0.5, state: 'go', best: 0.5, badCount: 0, cooldown: 0, changed: false },
      { score: 0.5, state: 'go', best: 0.5, badCount: 1, cooldown: 0, changed: false },
      { score: 0.5, state: 'stop', best: 0.5, badCount: 0, cooldown: 1, changed: true },
      { score: 0.4, state: 'go', best: 0.5, badCount: 0, cooldown: 1, changed: true }
    ])
  })

  it('takes options', () => {
    const { rows } = schedule({ scores: [0.5, 0.5], options: { patience: 0 } })
    expect(rows).toMatchObject([{ state: 'go' }, { state: 'stop' }])
  })

  it.each([
    [{ scores: [0.5, 'high'] }, /scores\[1\] is "high"/],
    [{ score: [0.5] }, /has no list 'scores'/],
    [{ scores: [], options: { patiense: 1 } }, /option 'patiense' is unknown; nearest: patience/],
    [{ scores: [], options: { patience: 0.5 } }, /option 'patience' is 0.5; allowed: a whole number/]
  ])('refuses %j', (input, message) => {
    const { status, stderr } = schedule(input)
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
  })
})
