// A workspace is a folder of the user's: runs, data and trash. The last one used is remembered in the settings file.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { WorkbenchError } from '../contract/check'

export interface Workspace {
  readonly root: string
  readonly runs: string
  readonly data: string
  readonly trash: string
}

interface Settings {
  readonly workspace?: string
}

function settingsPath(): string {
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'twelve-in-one', 'settings.json')
}

function readSettings(): Settings {
  try {
    return JSON.parse(readFileSync(settingsPath(), 'utf8')) as Settings
  } catch {
    return {}
  }
}

/** Writes a small file so that readers see the old or the new one, never half of it. */
export function writeFileAtomic(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.${process.pid}.partial`
  writeFileSync(partial, text)
  renameSync(partial, path)
}

/** Opens (and makes) the given workspace, else the last one, else `12-in-1` in the home folder. */
export function openWorkspace(given?: string): Workspace {
  const root = resolve(given ?? readSettings().workspace ?? join(homedir(), '12-in-1'))
  const workspace: Workspace = { root, runs: join(root, 'runs'), data: join(root, 'data'), trash: join(root, 'trash') }
  try {
    for (const folder of [workspace.runs, workspace.data]) mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new WorkbenchError(
      `The workspace '${root}' cannot be made (${(error as Error).message}). Give a folder that you may write to: npm start -- --workspace DIR.`
    )
  }
  if (given !== undefined) rememberWorkspace(root)
  return workspace
}

function rememberWorkspace(root: string): void {
  try {
    writeFileAtomic(settingsPath(), `${JSON.stringify({ ...readSettings(), workspace: root }, null, 2)}\n`)
  } catch {
    // A read-only home only means that the choice is not remembered.
  }
}
