import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import { type CheckpointThread, openCheckpointThread } from '../../../src/engine/checkpoint/checkpoint-thread'
import { openCheckpointWriter } from '../../../src/engine/checkpoint/checkpoint-writer'
import { writeSafetensors } from '../../../src/engine/checkpoint/safetensors'
import type { NamedArray } from '../../../src/engine/execution/step-engine'
import { checkpointPortions, lastCheckpoint, readArrays } from '../../../src/engine/training/checkpoint'
import { CheckpointSaver, type SaveResult } from '../../../src/engine/training/save-checkpoint'
import { startLoopState } from '../../../src/engine/training/loop-state'

const folder = (): string => mkdtempSync(join(tmpdir(), 'checkpoint-'))
const arrays = (value: number): NamedArray[] => [
  { name: 'bert.w', shape: [2, 2], data: Float32Array.of(value, 2, 3, 4) },
  { name: 'm/bert.w', shape: [2, 2], data: Float32Array.of(5, 6, 7, 8) },
  { name: 'v/bert.w', shape: [2, 2], data: Float32Array.of(9, 10, 11, value) }
]
const content = (iteration: number) => ({ iteration, sequence: iteration * 10, loop: { ...startLoopState(['vqa']), round: iteration }, config: defaultConfig() })
const engineOf = (list: readonly NamedArray[]) => ({
  list: () => list,
  async readEach(_what: string, visit: (array: NamedArray) => void | Promise<void>) {
    for (const array of list) await visit({ ...array, data: array.data.slice() })
  }
})
/** Saves with the writer of a thread, or here; what came of it. */
async function save(run: string, iteration: number, { keep = 2, value = iteration, thread = openCheckpointThread(null) }: { keep?: number; value?: number; thread?: CheckpointThread } = {}): Promise<SaveResult> {
  const saver = new CheckpointSaver(run, keep, thread)
  const results: SaveResult[] = []
  await saver.save(engineOf(arrays(value)), content(iteration), (result) => results.push(result))
  await saver.settled()
  if (results.length !== 1 || !results[0]) throw new Error(`${results.length} results`)
  return results[0]
}
const noSpace = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
const order = (run: string, iteration: number) => ({
  parent: join(run, 'checkpoints'), name: `step-${iteration}`, stateName: 'state.json',
  files: ['model.safetensors', 'optimizer.safetensors'].map((name) => ({ name, header: Uint8Array.of(1, 2, 3), sizeBytes: 20 }))
})

describe('saving a checkpoint', () => {
  it('writes weights, moments and counters that read back as they were', async () => {
    const run = folder()
    expect(await save(run, 5)).toMatchObject({ saved: true, folder: 'checkpoints/step-5' })
    const { checkpoint, problems } = lastCheckpoint(run)
    expect(problems).toEqual([])
    expect(checkpoint?.state).toMatchObject(content(5))
    expect(readArrays(join(checkpoint?.folder ?? '', 'model.safetensors'))).toEqual(arrays(5).slice(0, 1))
    expect([...checkpointPortions(checkpoint?.folder ?? '')].flat()).toEqual(arrays(5))
  })

  it('writes the same files as the plain safetensors writer', async () => {
    const run = folder()
    await save(run, 5)
    const plain = join(run, 'plain.safetensors')
    writeSafetensors(plain, arrays(5).slice(0, 1))
    expect(readFileSync(join(run, 'checkpoints/step-5/model.safetensors')).equals(readFileSync(plain))).toBe(true)
  })

  it('keeps the newest, by number and not by name', async () => {
    const run = folder()
    for (const iteration of [8, 9, 10, 100]) await save(run, iteration)
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-10', 'step-100'])
  })

  it('replaces a checkpoint of the same iteration', async () => {
    const run = folder()
    await save(run, 5)
    await save(run, 5, { value: 77 })
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-5'])
    expect(readArrays(join(run, 'checkpoints/step-5/model.safetensors'))[0]?.data[0]).toBe(77)
  })

  it.each([['in the header', 0], ['in the second array', 3], ['in the last array', 4]])('leaves older checkpoints and no rubbish when the disk is full %s, and says how much is needed', async (_where, good) => {
    const run = folder()
    await save(run, 5)
    let writes = 0
    const thread = openCheckpointThread(null, (_file, _bytes, _offset, length) => {
      if (writes++ >= good) throw noSpace
      return length
    })
    expect(await save(run, 10, { thread })).toEqual({ saved: false, neededBytes: 48 })
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-5'])
  })

  it('tells every other failure of the disk at the next look, and saves again afterwards', async () => {
    const run = folder()
    const thread = openCheckpointThread(null, () => {
      throw Object.assign(new Error('input/output error'), { code: 'EIO' })
    })
    await expect(save(run, 10, { thread })).rejects.toThrow('input/output error')
    expect(readdirSync(join(run, 'checkpoints'))).toEqual([])
    expect(await save(run, 10)).toMatchObject({ saved: true })
  })

  it('leaves the one before usable when the process is killed in mid-write, and cleans up at the next', async () => {
    const run = folder()
    await save(run, 5)
    // A killed process runs nothing more: the folder stays as it was at that moment.
    const writer = openCheckpointWriter(order(run, 10))
    writer.piece(0, Uint8Array.of(1, 2, 3, 4))
    expect(lastCheckpoint(run)).toMatchObject({ checkpoint: { state: { iteration: 5 } }, problems: [] })
    // Killed after all was written, before the rename.
    cpSync(join(run, 'checkpoints/step-5'), join(run, 'checkpoints/.writing-step-15'), { recursive: true })
    expect(lastCheckpoint(run)).toMatchObject({ checkpoint: { state: { iteration: 5 } }, problems: [] })
    await save(run, 20)
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-20', 'step-5'])
  })
})

describe('the thread that writes', () => {
  /** A thread that takes its pieces slowly, so that many wait. */
  const slow = `
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (request) => setTimeout(() => {
      if (request.kind === 'piece') parentPort.postMessage({ kind: 'written', bytes: request.bytes.byteLength })
      if (request.kind === 'finish') parentPort.postMessage({ kind: 'finished', sizeBytes: 48 })
    }, 5))`
  const program = (source: string): string => {
    const file = join(folder(), 'thread.cjs')
    writeFileSync(file, source)
    return file
  }

  it('lets training go on before the checkpoint is whole, and says so when it is', async () => {
    const thread = openCheckpointThread(program(slow))
    const saver = new CheckpointSaver(folder(), 2, thread)
    const results: SaveResult[] = []
    await saver.save(engineOf(arrays(1)), content(5), (result) => results.push(result))
    expect(results).toEqual([])
    await saver.settled()
    expect(results).toMatchObject([{ saved: true, sizeBytes: 48 }])
    saver.close()
  })

  it('holds training up only while too much waits for the disk', async () => {
    // Takes four pieces, then tells of all of them 200 ms later.
    const late = program(`
      const { parentPort } = require('node:worker_threads')
      let pieces = 0
      parentPort.on('message', ({ kind, bytes }) => {
        if (kind === 'finish') parentPort.postMessage({ kind: 'finished', sizeBytes: 160 })
        if (kind === 'piece' && ++pieces === 4) setTimeout(() => { for (let i = 0; i < 4; i++) parentPort.postMessage({ kind: 'written', bytes: bytes.byteLength }) }, 200)
      })`)
    const sink = openCheckpointThread(late, undefined, 3 * 40).begin(order(folder(), 1))
    for (let i = 0; i < 3; i++) await sink.piece(0, new Float32Array(10))
    const before = performance.now()
    await sink.piece(0, new Float32Array(10))
    expect(performance.now() - before).toBeGreaterThan(150)
    expect(await sink.finish({}, 1)).toBe(160)
  })

  it('turns a thread’s failure into the save’s: a full disk, or a death', async () => {
    const full = program(`require('node:worker_threads').parentPort.on('message', (request) => {
      if (request.kind === 'finish') require('node:worker_threads').parentPort.postMessage({ kind: 'failed', message: 'no space', code: 'ENOSPC' }) })`)
    expect(await save(folder(), 1, { thread: openCheckpointThread(full) })).toEqual({ saved: false, neededBytes: 48 })
    const dead = program(`require('node:worker_threads').parentPort.on('message', () => process.exit(3))`)
    await expect(save(folder(), 1, { thread: openCheckpointThread(dead) })).rejects.toThrow(/ended by itself \(status 3\)/)
  })
})

describe('lastCheckpoint', () => {
  it('falls back from a damaged checkpoint and says what is wrong with it', async () => {
    const run = folder()
    await save(run, 5)
    await save(run, 10)
    appendFileSync(join(run, 'checkpoints/step-10/optimizer.safetensors'), 'x')
    const { checkpoint, problems } = lastCheckpoint(run)
    expect(checkpoint?.state.iteration).toBe(5)
    expect(problems.join()).toMatch(/step-10: .*optimizer\.safetensors is damaged/)
  })

  it('notices a changed bit and a damaged state', async () => {
    const run = folder()
    for (const iteration of [1, 2]) await save(run, iteration)
    const model = join(run, 'checkpoints/step-1/model.safetensors')
    const bytes = readFileSync(model)
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    writeFileSync(model, bytes)
    writeFileSync(join(run, 'checkpoints/step-2/state.json'), '{"format": 1')
    const { checkpoint, problems } = lastCheckpoint(run)
    expect(checkpoint).toBeUndefined()
    expect(problems).toHaveLength(2)
  })

  it('finds a checkpoint that had stepped aside when the process died', async () => {
    const run = folder()
    await save(run, 5)
    renameSync(join(run, 'checkpoints/step-5'), join(run, 'checkpoints/step-5.old'))
    expect(lastCheckpoint(run).checkpoint?.state.iteration).toBe(5)
    expect(existsSync(join(run, 'checkpoints/step-5'))).toBe(false)
  })

  it('finds none in a new run', async () => {
    expect(lastCheckpoint(folder())).toEqual({ checkpoint: undefined, problems: [] })
  })
})
