// Finished runs are not read again at the next start; whatever has changed since is.

import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../src/contract/workbench-api'
import { FoldCache } from '../../src/host/fold-cache'
import { RunLibrary } from '../../src/host/run-library'
import type { Workspace } from '../../src/host/workspace'
import { appendEvents, newRunFolder, newWorkspace } from './run-folders'

const eventsOf = (folder: string): string => join(folder, 'events.jsonl')
const cacheOf = (workspace: Workspace): string => join(workspace.root, '.run-folds.json')
const newLibrary = (workspace: Workspace): RunLibrary => new RunLibrary(workspace.runs, new FoldCache(cacheOf(workspace)))

function opened(workspace: Workspace): RunLibrary {
  const library = newLibrary(workspace)
  library.poll()
  return library
}

function endedRun(workspace: Workspace, state: 'done' | 'paused' = 'done'): string {
  const folder = newRunFolder(workspace, 'a')
  appendEvents(folder, [
    { kind: 'state', state: 'running', iterations: 20, device: 'CPU' },
    { kind: 'checkpoint', folder: 'checkpoints/step-20', sizeBytes: 1, milliseconds: 1, iteration: 20 },
    { kind: 'state', state, reason: 'as it ended', iteration: 20 }
  ])
  return folder
}

/** Other words of the same length at the same time: whoever reads them anew shows them. */
function disguise(folder: string): void {
  const { atime, mtime } = statSync(eventsOf(folder))
  writeFileSync(eventsOf(folder), readFileSync(eventsOf(folder), 'utf8').replace('as it ended', 'READ AGAIN!'))
  utimesSync(eventsOf(folder), atime, mtime)
}

describe('the folds of finished runs', () => {
  it('are taken from the cache by the next library, which shows the same', () => {
    const workspace = newWorkspace()
    const folder = endedRun(workspace)
    // Times to the millisecond, as `utimes` can set them again.
    utimesSync(eventsOf(folder), 1000, 1000)
    const first = opened(workspace).summaries()
    disguise(folder)
    expect(opened(workspace).summaries()).toEqual(first)
    expect(first.map(({ state, reason, iteration, lastCheckpoint, device }: RunSummary) => [state, reason, iteration, lastCheckpoint, device])).toEqual([['done', 'as it ended', 20, 20, 'CPU']])
  })

  it('are read anew where the file is another, the run had not ended, or the cache is damaged', () => {
    const change: readonly ((workspace: Workspace, folder: string) => void)[] = [
      (_, folder) => utimesSync(eventsOf(folder), 2000, 2000),
      (workspace) => writeFileSync(cacheOf(workspace), '{"format": 1, "folds": {"a"'),
      (workspace) => writeFileSync(cacheOf(workspace), readFileSync(cacheOf(workspace), 'utf8').replace('"format":1', '"format":0'))
    ]
    for (const changed of change) {
      const workspace = newWorkspace()
      const folder = endedRun(workspace)
      utimesSync(eventsOf(folder), 1000, 1000)
      opened(workspace)
      disguise(folder)
      changed(workspace, folder)
      expect(opened(workspace).summaryOf('a').reason).toBe('READ AGAIN!')
    }
    const workspace = newWorkspace()
    const folder = endedRun(workspace, 'paused')
    utimesSync(eventsOf(folder), 1000, 1000)
    opened(workspace)
    disguise(folder)
    expect(opened(workspace).summaryOf('a').iteration).toBe(20)
    expect(() => statSync(cacheOf(workspace))).toThrow(/ENOENT/)
  })

  it('grow with what is written later, and begin anew where a resume cut the file', () => {
    const workspace = newWorkspace()
    const folder = endedRun(workspace)
    opened(workspace)
    const library = opened(workspace)
    appendEvents(folder, [{ kind: 'state', state: 'running', reason: 'goes on', iteration: 20 }, { kind: 'state', state: 'stopped', reason: 'later', iteration: 30 }])
    const news = newLibrary(workspace)
    expect(news.poll().map(({ id, events }) => [id, events.length])).toEqual([['a', 5]])
    expect(news.summaryOf('a')).toMatchObject({ state: 'stopped', reason: 'later', iteration: 30, lastCheckpoint: 20 })
    expect(library.summaryOf('a').reason).toBe('as it ended')
    const known = opened(workspace)
    const [first = ''] = readFileSync(eventsOf(folder), 'utf8').split('\n')
    writeFileSync(eventsOf(folder), `${first}\n`)
    for (const one of [newLibrary(workspace), known]) {
      // A run that has ended is looked at once a second.
      const later = Date.now() + 1000
      while (Date.now() < later) one.poll()
      expect([one.summaryOf('a').iteration, one.summaryOf('a').lastCheckpoint]).toEqual([0, null])
    }
  })

  it('are forgotten with the run', () => {
    const workspace = newWorkspace()
    const folder = endedRun(workspace)
    opened(workspace)
    const folds = (): string[] => Object.keys((JSON.parse(readFileSync(cacheOf(workspace), 'utf8')) as { folds: object }).folds)
    expect(folds()).toEqual(['a'])
    rmSync(folder, { recursive: true })
    appendEvents(newRunFolder(workspace, 'b'), [{ kind: 'state', state: 'failed', reason: 'broke down' }])
    opened(workspace)
    expect(folds()).toEqual(['b'])
  })
})
