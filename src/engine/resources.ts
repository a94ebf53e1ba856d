// Finds the files that ship with the program (folder resources/ at the project's root): from the sources, from the
// built programs in out/ and from inside an installed application alike. Read next: mini-world/glyphs.ts.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../contract/check'

/** Full path of a shipped file, for example `resourcePath('mini-world', 'glyphs.png')`; throws if it is missing. */
export function resourcePath(...parts: string[]): string {
  let folder = __dirname
  for (;;) {
    const candidate = path.join(folder, 'resources', ...parts)
    if (existsSync(candidate)) return candidate
    const parent = path.dirname(folder)
    if (parent === folder) break
    folder = parent
  }
  throw new WorkbenchError(`The program's own file resources/${parts.join('/')} is missing; install it again`, 'work')
}
