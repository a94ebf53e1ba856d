import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { presetConfig } from '../../src/contract/run-presets'
import { measuredSteps } from '../../src/host/measured-steps'
import { RunLibrary } from '../../src/host/run-library'
import { appendEvents, newRunFolder, newWorkspace } from './run-folders'

const step = (task: 'vqa' | 'coco', milliseconds: number) => ({ kind: 'step', task, milliseconds, loss: 1, score: 1, learningRate: 1, gradientNorm: 1, examples: 8 } as const)

describe('measured steps of a workspace', () => {
  it('are those of runs with the same model and batch; runs without steps, of another batch or unreadable say nothing', () => {
    const workspace = newWorkspace()
    appendEvents(newRunFolder(workspace, 'like'), [{ kind: 'state', state: 'running', device: 'a processor' }, step('vqa', 20), step('vqa', 40)])
    newRunFolder(workspace, 'empty')
    const other = newRunFolder(workspace, 'other')
    writeFileSync(join(other, 'config.json'), JSON.stringify({ ...presetConfig('tiny'), batchRows: 16 }))
    appendEvents(other, [step('coco', 999)])
    writeFileSync(join(newRunFolder(workspace, 'broken'), 'config.json'), '{')
    const library = new RunLibrary(workspace.runs)
    library.poll()
    expect(measuredSteps(library.known(), presetConfig('tiny'))).toEqual({ runs: ['like'], device: 'a processor', tasks: { vqa: { stepMs: 30, firstMs: 0, steps: 2 } } })
    expect(measuredSteps(library.known(), presetConfig('mini'))).toBeNull()
  })

  it('come from the end of a long file', () => {
    const workspace = newWorkspace()
    const folder = newRunFolder(workspace, 'long')
    appendEvents(folder, Array.from({ length: 8000 }, () => step('vqa', 500)))
    appendEvents(folder, Array.from({ length: 8000 }, () => step('vqa', 10)), 8001)
    appendFileSync(join(folder, 'events.jsonl'), '{"kind":"step","task":"vqa","mill')
    const library = new RunLibrary(workspace.runs)
    library.poll()
    const found = measuredSteps(library.known(), presetConfig('tiny'))?.tasks.vqa
    expect(found?.stepMs).toBe(10)
    expect(found?.steps).toBeGreaterThan(3000)
  })
})
