// Runs the command line as a user does: its own process, its output and exit status. `buildCli` first.

import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../bin/twelve-in-one.cjs', import.meta.url))
const program = fileURLToPath(new URL('../../out/cli/main.cjs', import.meta.url))

/** Building takes longer than a test may; after it the built program is started directly. */
export const BUILD_MS = 180_000

/** Builds the program if a source has changed. */
export function buildCli(): void {
  const { status, stderr } = spawnSync(process.execPath, [entry, '--version'], { encoding: 'utf8', timeout: BUILD_MS })
  if (status !== 0) throw new Error(`The command line could not be built: ${stderr}`)
}

/** A folder of its own for each test. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cli-'))
}

export function runCli(words: readonly string[], cwd = freshFolder(), input = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, ...words], { cwd, input, encoding: 'utf8', timeout: 600_000, maxBuffer: 1 << 28 })
}

/** The same without waiting for the end. */
export function startCli(words: readonly string[], cwd = freshFolder()): ChildProcess {
  return spawn(process.execPath, [program, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
}
