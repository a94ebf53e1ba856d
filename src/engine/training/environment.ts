// What a run ran on, kept in environment.json: enough to explain a difference between two runs years later.
// Read next: run-folder.ts.

import { execFileSync } from 'node:child_process'
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os'
import type { BackendReport } from '../backend'

export interface Environment {
  readonly app: string
  readonly node: string
  readonly electron: string | null
  readonly backend: BackendReport
  readonly system: string
  readonly host: string
  readonly processor: string
  readonly cores: number
  /** Threads of one operation and of several, where the process was told; null: as many as cores. No result depends on them. */
  readonly threads: string | null
  readonly memoryBytes: number
  /** Commit of the program if it runs from a checkout, with `+` if files were changed. */
  readonly commit: string | null
  readonly startedAt: string
}

/** `appFolder`: where the program lies; its commit is looked up there. */
export function environmentNow(appVersion: string, backend: BackendReport, appFolder: string): Environment {
  return {
    app: appVersion,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    backend,
    system: `${platform()} ${release()} ${arch()}`,
    host: hostname(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    threads: process.env['TF_NUM_INTRAOP_THREADS'] ?? null,
    memoryBytes: totalmem(),
    commit: commitOf(appFolder),
    startedAt: new Date().toISOString()
  }
}

function commitOf(folder: string): string | null {
  const git = (...words: string[]): string => execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 }).trim()
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
  } catch {
    return null
  }
}
