import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeLock } from '../../../src/engine/training/run-lock'

const folder = (): string => mkdtempSync(join(tmpdir(), 'run-lock-'))

describe('takeLock', () => {
  it('writes who has the run, and deletes it on release', () => {
    const run = folder()
    const lock = takeLock(run)
    expect(JSON.parse(readFileSync(join(run, 'lock'), 'utf8'))).toMatchObject({ processId: process.pid, host: hostname() })
    lock.release()
    expect(existsSync(join(run, 'lock'))).toBe(false)
  })

  it('refuses a run that a live process has', () => {
    const run = folder()
    const other = spawn('sleep', ['30'])
    try {
      writeFileSync(join(run, 'lock'), JSON.stringify({ processId: other.pid, host: hostname(), startedAt: 0 }))
      expect(() => takeLock(run)).toThrow(`is being trained by process ${other.pid}`)
    } finally {
      other.kill()
    }
  })

  it('takes over from a process that is gone', () => {
    const run = folder()
    const gone = spawnSync('true').pid
    writeFileSync(join(run, 'lock'), JSON.stringify({ processId: gone, host: hostname(), startedAt: 0 }))
    takeLock(run).release()
    writeFileSync(join(run, 'lock'), 'damaged')
    takeLock(run).release()
  })

  it('judges a process on another machine by its heartbeat', () => {
    const run = folder()
    const file = join(run, 'lock')
    writeFileSync(file, JSON.stringify({ processId: 1, host: 'elsewhere', startedAt: 0 }))
    expect(() => takeLock(run)).toThrow('process 1 on elsewhere')
    const longAgo = new Date(Date.now() - 600_000)
    utimesSync(file, longAgo, longAgo)
    takeLock(run).release()
  })

  it('beats once a second', async () => {
    const run = folder()
    const lock = takeLock(run)
    const before = statSync(join(run, 'lock')).mtimeMs
    await new Promise((resolve) => setTimeout(resolve, 1300))
    expect(statSync(join(run, 'lock')).mtimeMs).toBeGreaterThan(before + 500)
    lock.release()
  })
})
