import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countPlaywright, countVitest } from '../../scripts/test/counts.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twelve-in-one-counts-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function reportWith(content: unknown): string {
  const file = path.join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}

const vitestReport = (passed: number, failed: number, testResults: unknown[] = []) =>
  reportWith({ numPassedTests: passed, numFailedTests: failed, numPendingTests: 0, numTodoTests: 0, testResults })

describe('counting tests', () => {
  it('takes the numbers of a report', () => {
    expect(countVitest(vitestReport(7, 2), 1)).toEqual({ passed: 7, failed: 2, skipped: 0 })
    const report = reportWith({ stats: { expected: 3, flaky: 1, unexpected: 2, skipped: 1 } })
    expect(countPlaywright(report, 1)).toEqual({ passed: 4, failed: 2, skipped: 1 })
  })

  it('counts a file that could not be loaded as one failure', () => {
    const broken = { status: 'failed', assertionResults: [] }
    expect(countVitest(vitestReport(7, 0, [broken]), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 })
  })

  it('fails a runner that ended badly, wrote no report or ran nothing', () => {
    expect(countVitest(vitestReport(7, 0), 1).failed).toBe(1)
    expect(countVitest(path.join(folder, 'absent.json'), 0).failed).toBe(1)
    expect(countVitest(vitestReport(0, 0), 0).failed).toBe(1)
  })
})
