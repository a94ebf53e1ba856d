import { existsSync, mkdtempSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRunControl } from '../../../src/engine/training/run-control'

const folder = (): string => mkdtempSync(join(tmpdir(), 'run-control-'))

function command(run: string, number: number, name: string): void {
  writeFileSync(join(run, 'control.json.new'), JSON.stringify({ number, command: name }))
  renameSync(join(run, 'control.json.new'), join(run, 'control.json'))
}

describe('openRunControl', () => {
  it('takes each command of the control file once', () => {
    const run = folder()
    const control = openRunControl(run)
    expect(control.take()).toBeUndefined()
    command(run, 1, 'pause')
    expect(control.take()).toBe('pause')
    expect(control.take()).toBeUndefined()
    command(run, 1, 'pause')
    expect(control.take()).toBeUndefined()
    command(run, 2, 'pause')
    expect(control.take()).toBe('pause')
  })

  it('waits for the next command', async () => {
    const run = folder()
    const control = openRunControl(run)
    setTimeout(() => command(run, 1, 'resume'), 80)
    await expect(control.wait()).resolves.toBe('resume')
    control.request('stop')
    await expect(control.wait()).resolves.toBe('stop')
  })

  it('does not obey a command that was given before this process began', () => {
    const run = folder()
    command(run, 5, 'stop')
    const longAgo = new Date(Date.now() - 86_400_000)
    utimesSync(join(run, 'control.json'), longAgo, longAgo)
    const control = openRunControl(run)
    expect(control.take()).toBeUndefined()
    command(run, 6, 'checkpoint')
    expect(control.take()).toBe('checkpoint')
  })

  it('overlooks a file that is no command, and deletes the file in the end', () => {
    const run = folder()
    const control = openRunControl(run)
    writeFileSync(join(run, 'control.json'), '{"number": 1, "comm')
    expect(control.take()).toBeUndefined()
    command(run, 2, 'dance')
    expect(control.take()).toBeUndefined()
    command(run, 3, 'stop')
    expect(control.take()).toBe('stop')
    control.close()
    expect(existsSync(join(run, 'control.json'))).toBe(false)
  })
})
