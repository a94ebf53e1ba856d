// The worker process on folders that cannot be trained: one line on stderr, exit status 2, nothing written.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILD_MS, buildCli } from '../cli/run-cli'

const program = fileURLToPath(new URL('../../out/worker/main.cjs', import.meta.url))

beforeAll(buildCli, BUILD_MS)

function work(folder?: string): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, folder === undefined ? [program] : [program, folder], { encoding: 'utf8', timeout: 30_000 })
}

describe('the worker', () => {
  it('refuses a folder that is no run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'worker-'))
    const { status, stderr } = work(folder)
    expect(status).toBe(2)
    expect(stderr.trim()).toMatch(/is no run folder: it has no config\.json\.$/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses a half-written configuration and names it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'worker-'))
    writeFileSync(join(folder, 'config.json'), '{"preset": "ti')
    expect(work(folder)).toMatchObject({ status: 2, stderr: expect.stringMatching(/Cannot read .*config\.json/) as string })
    expect(readdirSync(folder)).toEqual(['config.json'])
  })

  it('asks for the folder if it is given none', () => {
    expect(work()).toMatchObject({ status: 2, stderr: expect.stringMatching(/Give the run folder/) as string })
  })
})
