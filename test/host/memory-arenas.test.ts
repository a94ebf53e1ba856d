// Every way to start a training process gives it one memory arena, unless the user wants another number.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WORKER_LOG, workerLauncher } from '../../src/host/launch-worker'
import { memoryArenas } from '../../src/host/memory-arenas'
import { until } from './run-folders'

const project = resolve(__dirname, '..', '..')

/** What a program that prints the variable prints. */
async function launched(environment: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'arenas-'))
  const script = join(folder, 'worker.cjs')
  writeFileSync(script, 'console.log(`arenas ${process.env.MALLOC_ARENA_MAX}.`)')
  workerLauncher(script)(folder, environment)
  const printed = (): string => readFileSync(join(folder, WORKER_LOG), 'utf8')
  await until(() => printed().includes('.'), 10_000)
  return printed().trim()
}

describe('memory arenas', () => {
  it('are one for processes that are launched', async () => {
    expect(await launched({})).toBe(`arenas ${process.env['MALLOC_ARENA_MAX'] ?? '1'}.`)
  })

  it('are what the user set', async () => {
    expect(memoryArenas({ MALLOC_ARENA_MAX: '4' })).toEqual({ MALLOC_ARENA_MAX: '4' })
    expect(await launched({ MALLOC_ARENA_MAX: '3' })).toBe('arenas 3.')
  })

  it('are one for the command line, started as a program or through npm', () => {
    const env = { ...process.env }
    delete env['MALLOC_ARENA_MAX']
    const shown = (command: string, words: readonly string[]): unknown => {
      const { switches } = JSON.parse(execFileSync(command, [...words, 'doctor', '--json'], { cwd: project, env, encoding: 'utf8' })) as { switches: { name: string; value: string | null }[] }
      return switches.find(({ name }) => name === 'MALLOC_ARENA_MAX')?.value
    }
    expect(shown(join(project, 'bin', 'twelve-in-one.cjs'), [])).toBe('1')
    expect(shown('npm', ['run', '-s', 'cli', '--'])).toBe('1')
  }, 60_000)
})
