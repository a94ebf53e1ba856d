import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SideBySide } from '../../src/contract/workbench-api'
import { RunLibrary } from '../../src/host/run-library'
import { RunManager } from '../../src/host/run-manager'
import { hasPlace, placesOf, readSideBySide, threadSettings, writeSideBySide } from '../../src/host/side-by-side'
import { newRunFolder, newWorkspace } from './run-folders'

const two = { cores: 2, memoryBytes: 24e9 }
const small = { cores: 16, memoryBytes: 8e9 }

describe('runs side by side', () => {
  it('starts as many as there are cores while memory lasts', () => {
    expect(placesOf('auto', two)).toBe(2)
    // 6 GB of 8 may be taken: three times 1.6.
    expect(placesOf('auto', small)).toBe(3)
    expect(hasPlace('auto', two, ['paper'], 'paper')).toBe(false)
    expect(hasPlace('auto', two, ['paper'], 'tiny')).toBe(true)
  })

  it('always lets one run start, and obeys a number as it is', () => {
    expect(hasPlace('auto', { cores: 1, memoryBytes: 1e9 }, [], 'paper')).toBe(true)
    expect(placesOf(1, two)).toBe(1)
    expect(placesOf(5, two)).toBe(5)
  })

  it('shares the cores among runs, and leaves a lone one all of them', () => {
    expect(threadSettings(1, two)).toEqual({})
    expect(threadSettings(2, two)).toEqual({ TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' })
    expect(threadSettings(3, { cores: 16, memoryBytes: 1 })).toMatchObject({ TF_NUM_INTRAOP_THREADS: '5' })
    expect(threadSettings(9, two)).toMatchObject({ TF_NUM_INTRAOP_THREADS: '1' })
  })

  it('keeps the setting in the workspace; a damaged file means auto', () => {
    const workspace = newWorkspace()
    expect(readSideBySide(workspace)).toBe('auto')
    writeSideBySide(workspace, 3)
    expect(readSideBySide(workspace)).toBe(3)
    const file = join(workspace.root, 'workbench.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ sideBySide: 3 })
    writeFileSync(file, '{"sideBySide": -1}')
    expect(readSideBySide(workspace)).toBe('auto')
  })
})

describe('the queue', () => {
  function started(setting: SideBySide, runs: number): { ids: string[]; environments: Readonly<Record<string, string>>[]; queued: readonly string[] } {
    const workspace = newWorkspace()
    writeSideBySide(workspace, setting)
    const ids = Array.from({ length: runs }, (_, place) => `run-${place}`)
    for (const id of ids) newRunFolder(workspace, id)
    const library = new RunLibrary(workspace.runs)
    library.poll()
    const environments: Record<string, string>[] = []
    const manager = new RunManager(workspace, library, (_folder, environment) => environments.push({ ...environment }), two)
    for (const id of ids) manager.start(id)
    return { ids, environments, queued: library.queued }
  }

  it('starts two of three on two cores: the second knows of the first', () => {
    const { ids, environments, queued } = started('auto', 3)
    expect(environments).toHaveLength(2)
    expect(environments[0]).not.toHaveProperty('TF_NUM_INTRAOP_THREADS')
    expect(environments[1]).toMatchObject({ TF_NUM_INTRAOP_THREADS: '1' })
    expect(queued).toEqual(ids.slice(2))
  })

  it('starts one at a time where that is the setting', () => {
    const { ids, environments, queued } = started(1, 2)
    expect(environments).toHaveLength(1)
    expect(queued).toEqual(ids.slice(1))
  })
})
