import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../src/contract/workbench-api'
import { changeWords } from '../../src/renderer/src/run/run-origin'

/** Only what the words are made of. */
const run = (changed: RunSummary['changed'], parent: RunSummary['parent'] = { run: 'demo', folder: '', iteration: 40 }): RunSummary => ({ parent, changed }) as RunSummary

describe('what was changed from the parent', () => {
  it('is nothing for a run without one, and said where there is one without changes', () => {
    expect(changeWords(run([], null))).toBe('')
    expect(changeWords(run([]))).toBe('nothing')
  })

  it('names each setting with its new value', () => {
    expect(changeWords(run([{ key: 'iterations', a: '400', b: '3' }, { key: 'taskToken', a: 'dataset', b: 'none' }]))).toBe('iterations 3 · taskToken none')
  })

  it('says which tasks were left out where those are fewer, else which are left', () => {
    const tasks = (b: string): string => changeWords(run([{ key: 'tasks', a: 'vqa,gqa,coco,nlvr2', b }]))
    expect(tasks('vqa,gqa,nlvr2')).toBe('without coco')
    expect(tasks('vqa')).toBe('tasks vqa')
    expect(tasks('vqa,gqa,coco,snli-ve')).toBe('tasks vqa, gqa, coco, snli-ve')
  })
})
