import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { holderOf, otherHolder, takeFolderLock } from '../../src/lock/folder-lock'

const PATIENCE = { sameHostMs: 10_000, otherHostMs: 10_000 }
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'folder-lock-'))

function writeLock(folder: string, lock: unknown, silentMs = 0): void {
  writeFileSync(join(folder, 'lock'), JSON.stringify(lock))
  const heartbeat = new Date(Date.now() - silentMs)
  utimesSync(join(folder, 'lock'), heartbeat, heartbeat)
}

describe('the lock of a folder', () => {
  it('keeps a second process out as long as the holder lives and beats', () => {
    const folder = newFolder()
    const other = spawn('sleep', ['30'])
    try {
      const lock = { processId: other.pid, host: hostname(), startedAt: 0 }
      writeLock(folder, lock)
      expect(takeFolderLock(folder, PATIENCE)).toEqual({ holder: { ...lock, local: true, alive: true } })
      writeLock(folder, lock, 20_000)
      expect(holderOf(folder, PATIENCE)?.alive).toBe(false)
      expect(holderOf(folder, { ...PATIENCE, sameHostMs: Number.POSITIVE_INFINITY })?.alive).toBe(true)
    } finally {
      other.kill()
    }
  })

  it('takes over from an earlier process with the number of this one', () => {
    const folder = newFolder()
    writeLock(folder, { processId: process.pid, host: hostname(), startedAt: 0 })
    expect(holderOf(folder, PATIENCE)?.alive).toBe(true)
    expect(otherHolder(folder, PATIENCE)).toBeUndefined()
    takeFolderLock(folder, PATIENCE).lock?.release()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  it('leaves the lock alone on release once another process has it', () => {
    const folder = newFolder()
    const { lock } = takeFolderLock(folder, PATIENCE)
    writeLock(folder, { processId: 1, host: 'elsewhere', startedAt: 0 })
    lock?.release()
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toContain('elsewhere')
  })

  it('names nobody without a lock and with a damaged one', () => {
    const folder = newFolder()
    expect(holderOf(folder, PATIENCE)).toBeUndefined()
    writeLock(folder, { processId: 1 })
    expect(holderOf(folder, PATIENCE)).toBeUndefined()
  })
})
