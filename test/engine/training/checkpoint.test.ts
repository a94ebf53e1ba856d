import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import type { NamedArray } from '../../../src/engine/execution/step-engine'
import { lastCheckpoint, readCheckpointArrays, saveCheckpoint } from '../../../src/engine/training/checkpoint'
import { startLoopState } from '../../../src/engine/training/loop-state'

const folder = (): string => mkdtempSync(join(tmpdir(), 'checkpoint-'))
const arrays = (value: number): NamedArray[] => [
  { name: 'bert.w', shape: [2, 2], data: Float32Array.of(value, 2, 3, 4) },
  { name: 'm/bert.w', shape: [2, 2], data: Float32Array.of(5, 6, 7, 8) },
  { name: 'v/bert.w', shape: [2, 2], data: Float32Array.of(9, 10, 11, value) }
]
const content = (iteration: number) => ({ iteration, sequence: iteration * 10, loop: { ...startLoopState(['vqa']), round: iteration }, config: defaultConfig() })
const save = (run: string, iteration: number, keep = 2) => saveCheckpoint(run, arrays(iteration), content(iteration), keep)

describe('saveCheckpoint', () => {
  it('writes weights, moments and counters that read back as they were', () => {
    const run = folder()
    expect(save(run, 5)).toMatchObject({ saved: true, folder: 'checkpoints/step-5' })
    const { checkpoint, problems } = lastCheckpoint(run)
    expect(problems).toEqual([])
    expect(checkpoint?.state).toMatchObject(content(5))
    expect(readCheckpointArrays(checkpoint?.folder ?? '', 'all')).toEqual(arrays(5))
    expect(readCheckpointArrays(checkpoint?.folder ?? '', 'weights')).toEqual(arrays(5).slice(0, 1))
  })

  it('keeps the newest, by number and not by name', () => {
    const run = folder()
    for (const iteration of [8, 9, 10, 100]) save(run, iteration)
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-10', 'step-100'])
  })

  it('replaces a checkpoint of the same iteration', () => {
    const run = folder()
    save(run, 5)
    saveCheckpoint(run, arrays(77), content(5), 2)
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-5'])
    expect(readCheckpointArrays(join(run, 'checkpoints/step-5'), 'weights')[0]?.data[0]).toBe(77)
  })

  it('leaves older checkpoints and no rubbish when the disk is full, and says how much is needed', () => {
    const run = folder()
    save(run, 5)
    const full = (): never => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    }
    expect(saveCheckpoint(run, arrays(1), content(10), 2, full)).toEqual({ saved: false, neededBytes: 48 })
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-5'])
  })
})

describe('lastCheckpoint', () => {
  it('falls back from a damaged checkpoint and says what is wrong with it', () => {
    const run = folder()
    save(run, 5)
    save(run, 10)
    appendFileSync(join(run, 'checkpoints/step-10/optimizer.safetensors'), 'x')
    const { checkpoint, problems } = lastCheckpoint(run)
    expect(checkpoint?.state.iteration).toBe(5)
    expect(problems.join()).toMatch(/step-10: .*optimizer\.safetensors is damaged/)
  })

  it('notices a changed bit and a damaged state', () => {
    const run = folder()
    for (const iteration of [1, 2]) save(run, iteration)
    const model = join(run, 'checkpoints/step-1/model.safetensors')
    const bytes = readFileSync(model)
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    writeFileSync(model, bytes)
    writeFileSync(join(run, 'checkpoints/step-2/state.json'), '{"format": 1')
    const { checkpoint, problems } = lastCheckpoint(run)
    expect(checkpoint).toBeUndefined()
    expect(problems).toHaveLength(2)
  })

  it('finds a checkpoint that had stepped aside when the process died', () => {
    const run = folder()
    save(run, 5)
    renameSync(join(run, 'checkpoints/step-5'), join(run, 'checkpoints/step-5.old'))
    expect(lastCheckpoint(run).checkpoint?.state.iteration).toBe(5)
    expect(existsSync(join(run, 'checkpoints/step-5'))).toBe(false)
  })

  it('finds none in a new run', () => {
    expect(lastCheckpoint(folder())).toEqual({ checkpoint: undefined, problems: [] })
  })
})
