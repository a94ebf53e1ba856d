import { expect, it } from 'vitest'
import { presetConfig } from '../../src/contract/run-presets'
import { changedSettings, parentOf, runTree } from '../../src/contract/run-parent'

it('finds the parent of a run in what it started from', () => {
  expect(parentOf('/w/runs/a/checkpoints/step-40')).toEqual({ run: 'a', folder: '/w/runs/a', iteration: 40 })
  expect(parentOf('/w/runs/a/checkpoints/step-40/model.safetensors')).toEqual({ run: 'a', folder: '/w/runs/a', iteration: 40 })
  expect(parentOf('C:\\w\\runs\\a\\')).toEqual({ run: 'a', folder: 'C:\\w\\runs\\a', iteration: null })
  for (const start of ['random', 'pretrained', '/w/trunk.safetensors', '/w/released.bin']) expect(parentOf(start), start).toBeNull()
})

it('lists runs below the runs they started from, and those whose parent is elsewhere at the top', () => {
  const run = (id: string, parent?: string): Parameters<typeof runTree>[0][number] => ({ id, parent: parent === undefined ? null : { run: parent, folder: parent, iteration: 1 } })
  const rows = runTree([run('c', 'b'), run('b', 'a'), run('x', 'gone'), run('a'), run('d', 'a')])
  expect(rows.map(({ run: { id }, depth }) => `${depth}${id}`)).toEqual(['0x', '0a', '1b', '2c', '1d'])
})

it('lists runs that name each other once', () => {
  const rows = runTree([{ id: 'a', parent: { run: 'b', folder: 'b', iteration: null } }, { id: 'b', parent: { run: 'a', folder: 'a', iteration: null } }])
  expect(rows.map(({ run: { id } }) => id)).toEqual(['a', 'b'])
})

it('says what a fork changed, as --set writes it', () => {
  const parent = presetConfig('tiny')
  const child = { ...parent, name: 'fork', start: '/w/runs/a', learningRate: 1e-5, tasks: ['vqa', 'nlvr2'] as const }
  expect(changedSettings(parent, child, ['name', 'start', 'tasks'])).toEqual([{ key: 'learningRate', a: String(parent.learningRate), b: '0.00001' }])
  expect(changedSettings(parent, child).map(({ key }) => key).sort()).toEqual(['learningRate', 'start', 'tasks'])
})
