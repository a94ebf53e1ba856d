// A run of the window that starts from another run of the workspace.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RunLibrary } from '../../src/host/run-library'
import { RunManager } from '../../src/host/run-manager'
import { newWorkspace } from './run-folders'

it('takes the other run\'s id for its folder, once that has a checkpoint', () => {
  const workspace = newWorkspace()
  const library = new RunLibrary(workspace.runs)
  const manager = new RunManager(workspace, library, () => -1)
  const startOf = (start: string): string => {
    const id = manager.create('tiny', { name: 'next', start })
    library.poll()
    return library.configOf(id).start
  }
  const all = manager.create('tiny', { name: 'all' })
  expect(() => startOf(all)).toThrow(/Run 'all' has no checkpoint yet/)
  mkdirSync(join(workspace.runs, all, 'checkpoints', 'step-1'), { recursive: true })
  expect(startOf(all)).toBe(join(workspace.runs, all))
  expect(startOf('random')).toBe('random')
  expect(startOf('/elsewhere/model.safetensors')).toBe('/elsewhere/model.safetensors')
  expect(startOf('models/one.safetensors')).toBe(join(workspace.root, 'models', 'one.safetensors'))
})
