import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { TASKS, taskById } from '../../src/contract/task-catalog'
import { tokenRowOf } from '../../src/contract/task-tokens'
import { writeSafetensors } from '../../src/engine/checkpoint/safetensors'
import { tokenRow } from '../../src/engine/execution/engine-options'
import { taskTokenMap } from '../../src/host/task-token-table'

/** A run of three tasks whose tokens are given, as its checkpoint would have them. */
function runWith(settings: Readonly<Record<string, unknown>>, rows: Readonly<Record<number, readonly number[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'token-table-'))
  const data = new Float32Array(20 * 2)
  for (const [row, values] of Object.entries(rows)) data.set(values, Number(row) * 2)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ tasks: 'vqa,gqa,refcoco', ...settings }))
  for (const step of [3, 12]) {
    const checkpoint = join(folder, 'checkpoints', `step-${step}`)
    mkdirSync(checkpoint, { recursive: true })
    writeSafetensors(join(checkpoint, 'model.safetensors'), [
      { name: 'bert.other', shape: [3], data: Float32Array.of(1, 2, 3) },
      { name: 'bert.embeddings.task_embeddings.weight', shape: [20, 2], data: step === 12 ? data : data.map((value) => -value) }
    ])
  }
  return folder
}

const row = (task: 'vqa' | 'gqa' | 'refcoco'): number => taskById(task).number

it('reads the tokens of the last checkpoint and compares them', () => {
  const folder = runWith({}, { [row('vqa')]: [3, 4], [row('gqa')]: [0, 2], [row('refcoco')]: [-3, -4] })
  expect(taskTokenMap(folder)).toEqual({
    iteration: 12, taskToken: 'dataset', tasks: ['vqa', 'gqa', 'refcoco'], cosines: [[1, 0.8, -1], [0.8, 1, -0.8], [-1, -0.8, 1]], norms: [5, 2, 5]
  })
  expect(taskTokenMap(folder, 3).iteration).toBe(3)
})

it('says which checkpoints there are, and that a run without tokens has none', () => {
  expect(() => taskTokenMap(runWith({}, {}), 4)).toThrow('has no checkpoint of iteration 4; it has 3, 12.')
  expect(() => taskTokenMap(runWith({ taskToken: 'none' }, {}))).toThrow('has no task tokens (taskToken=none)')
})

it('takes the row that training takes', () => {
  for (const task of TASKS) for (const taskToken of ['dataset', 'head'] as const) expect(tokenRowOf(task, taskToken)).toBe(tokenRow(task, taskToken))
})
