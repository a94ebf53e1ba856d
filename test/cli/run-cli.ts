// Runs the command line as a user does: its own process, its output and exit status.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../bin/twelve-in-one.cjs', import.meta.url))

/** A folder of its own for each test. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cli-'))
}

export function runCli(words: readonly string[], cwd = freshFolder(), input = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, ...words], { cwd, input, encoding: 'utf8', timeout: 240_000, maxBuffer: 1 << 28 })
}
