// Small run folders and workspaces for host tests.
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { presetConfig } from '../../src/contract/run-presets'
import type { RunEvent } from '../../src/contract/run-events'
import { openWorkspace, type Workspace } from '../../src/host/workspace'

export function newWorkspace(): Workspace {
  process.env['XDG_CONFIG_HOME'] = mkdtempSync(join(tmpdir(), 'twelve-settings-'))
  return openWorkspace(mkdtempSync(join(tmpdir(), 'twelve-workspace-')))
}

export function newRunFolder(workspace: Workspace, id: string): string {
  const folder = join(workspace.runs, id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...presetConfig('tiny'), name: id, data: join(workspace.data, 'tiny-world') }))
  return folder
}

export function appendEvents(folder: string, events: readonly Partial<RunEvent>[], from = 1): void {
  const lines = events.map((event, index) => JSON.stringify({ sequence: from + index, time: 1000 + index, iteration: index, ...event }))
  appendFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n`)
}

export async function until(condition: () => boolean, timeoutMs: number): Promise<number> {
  const start = Date.now()
  while (!condition()) {
    if (Date.now() - start > timeoutMs) throw new Error(`Not true after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Date.now() - start
}
