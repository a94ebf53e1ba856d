// The user's cache folder: what is there may be deleted at any time. The set-up keeps its downloads in the same one
// (scripts/setup/places.mjs). Read next: execution/program-cache.ts.

import { homedir } from 'node:os'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** TWELVE_IN_ONE_CACHE, else `twelve-in-one` in the folder that the system has for caches. */
export function cacheFolder(env: Environment = process.env): string {
  const chosen = env['TWELVE_IN_ONE_CACHE']
  if (chosen) return path.resolve(chosen)
  const usual = process.platform === 'darwin' ? path.join(homedir(), 'Library', 'Caches') : path.join(homedir(), '.cache')
  return path.join(env['XDG_CACHE_HOME'] ?? usual, 'twelve-in-one')
}
