// Finds a thread's program among the built ones: out/<name>/main.cjs beside the program that runs. From the sources
// (tests) there is none; the same work is then done where it is asked for. Each is an entry of electron.vite.config.mts.

import { existsSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'

export type ThreadName = 'picture-worker' | 'checkpoint-writer' | 'batch-maker' | 'weight-drawer'

/** The built program of a thread; null when running from the sources. */
export function builtThreadProgram(name: ThreadName): string | null {
  const places = ['..', '.', join('..', '..')].map((up) => join(__dirname, up, name, 'main.cjs'))
  return places.find((place) => existsSync(place)) ?? null
}

/** Cores that this process may use; availableParallelism is missing in older versions of Node. */
export function usableCores(): number {
  return typeof availableParallelism === 'function' ? availableParallelism() : cpus().length
}
