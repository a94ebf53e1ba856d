// Where the real published samples are, for tests that read them in place. They are other people's data and no part
// of this repository; a test that needs them says why it skips.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const shared = process.env['TWELVE_IN_ONE_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url))

/** Folder of the samples, or null (printed once) where they are not at hand. */
export function samplesFolder(): string | null {
  const folder = join(shared, 'data', 'samples')
  if (existsSync(folder)) return folder
  console.warn(`Skipped: the real sample files are not at ${folder}; set TWELVE_IN_ONE_SHARED to their folder.`)
  return null
}
