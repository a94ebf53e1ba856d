// Recorded programs kept on disk: the same numbers with and without, a key for everything that decides the graph, and
// files that are damaged, foreign, too many or cannot be written.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cacheFolder as setupCacheFolder } from '../../../scripts/setup/places.mjs'
import type { TaskId } from '../../../src/contract/task-catalog'
import { loadBackend } from '../../../src/engine/backend'
import { cacheFolder } from '../../../src/engine/cache-folder'
import { createCompiledEngine } from '../../../src/engine/execution/compiled-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import { type ProgramCache, cachedProgram, programCache, programKey, usualProgramCache } from '../../../src/engine/execution/program-cache'
import { type RecordedProgram, recordProgram, recorderChunk, stepPlans } from '../../../src/engine/execution/record-program'
import { STEP, tinyBatch, tinyOptions, tinyPretrainingBatch, tinyShape } from './tiny-run'

const TASKS: readonly TaskId[] = ['vqa', 'refcoco']
const root = mkdtempSync(path.join(tmpdir(), 'program-cache-'))
let folder = root
let nextFolder = 0

const options = (changes: Partial<EngineOptions> = {}): EngineOptions => tinyOptions({ shapes: TASKS.map((id) => tinyShape(id)), dropout: 0.1, ...changes })
const optimizer = options().optimizer

beforeAll(async () => {
  await loadBackend('cpu')
})
beforeEach(() => {
  folder = path.join(root, `cache-${nextFolder++}`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Counts what is found and what is kept. */
function watched(cache: ProgramCache): ProgramCache & { found: number; stored: number } {
  const watch = {
    found: 0, stored: 0,
    load(key: string) {
      const program = cache.load(key)
      if (program) watch.found += 1
      return program
    },
    store(key: string, program: RecordedProgram) {
      watch.stored += 1
      cache.store(key, program)
    }
  }
  return watch
}

/** Losses, norms, predictions and all variables of a short training. */
async function numbersOf(made: EngineOptions, cache?: ProgramCache): Promise<unknown> {
  const engine = await createCompiledEngine(made, undefined, 'train', cache)
  try {
    const steps: unknown[] = []
    for (let update = 1; update <= 3; update++) {
      for (const task of made.shapes.map((shape) => shape.task)) steps.push(await engine.train(tinyBatch(task, 3, update), { ...STEP, update, dropoutSeed: [update, 7] }))
      if (made.pretraining) steps.push(await engine.trainPretraining(tinyPretrainingBatch(4, update), { ...STEP, update }))
    }
    return { steps, predicted: await engine.predict(tinyBatch('vqa')), variables: await engine.read('all'), listed: engine.list('all') }
  } finally {
    engine.dispose()
  }
}

describe('a training from a kept program', () => {
  const { model, seed, taskToken, dropout, shapes } = options()
  const tasksOnly = { model, seed, taskToken, dropout, shapes, optimizer }
  it.each<[string, EngineOptions]>([
    ['a task and pre-training', options({ shapes: [tinyShape('vqa')] })],
    ['batches in parts', { ...tasksOnly, shapes: [tinyShape('vqa')], microBatch: 2 }],
    ['idle heads that drift, RAdam, frozen layers', { ...tasksOnly, freeze: 'text:1', optimizer: { ...optimizer, kind: 'radam', idleHeads: 'drift' } }]
  ])('has the same numbers to the last bit: %s', async (_, made) => {
    const cache = watched(programCache(folder))
    const plain = await numbersOf(made)
    expect(await numbersOf(made, cache)).toEqual(plain)
    expect([cache.found, cache.stored]).toEqual([0, 1])
    expect(await numbersOf(made, cache)).toEqual(plain)
    expect([cache.found, cache.stored]).toEqual([1, 1])
  })

  it('starts from its own seed: the graph is the same, the weights are not', async () => {
    const made = { ...tasksOnly, shapes: [tinyShape('vqa')] }
    const cache = watched(programCache(folder))
    const first = await numbersOf(made, cache)
    const other = { ...made, seed: 2 }
    const second = await numbersOf(other, cache)
    expect(second).not.toEqual(first)
    expect(second).toEqual(await numbersOf(other))
    expect([cache.found, cache.stored]).toEqual([1, 1])
  })
})

describe('the key', () => {
  it('is the same for another seed and another order of the options', () => {
    const made = options()
    expect(programKey({ ...made, seed: 9 } as EngineOptions, 'train')).toBe(programKey(made, 'train'))
    expect(programKey(Object.fromEntries(Object.entries(made).reverse()) as unknown as EngineOptions, 'train')).toBe(programKey(made, 'train'))
  })

  const vqa = tinyShape('vqa')
  it.each<[string, Partial<EngineOptions>]>([
    ['dropout', { dropout: 0.2 }], ['task token', { taskToken: 'head' }], ['microBatch', { microBatch: 2 }], ['frozen layers', { freeze: 'trunk' }],
    ['loaded weights', { weights: 'loaded' }], ['alignment factor', { alignmentFactor: 0 }], ['fewer tasks', { shapes: [vqa] }],
    ['words', { shapes: [{ ...vqa, words: 8 }] }], ['targets', { shapes: [{ ...vqa, targetWidth: 10 }] }], ['model', { model: { ...options().model, v_hidden_size: 4 } }],
    ['pre-training', { pretraining: { rows: 4, words: 9, regions: 6, classes: 6 } }], ['decay', { optimizer: { ...optimizer, weightDecay: 0.02 } }],
    ['clipping', { optimizer: { ...optimizer, clipNorm: 1 } }], ['optimizer', { optimizer: { ...optimizer, kind: 'radam' } }], ['idle heads', { optimizer: { ...optimizer, idleHeads: 'drift' } }],
    ['rate of BERT', { optimizer: { ...optimizer, bertRate: 0.5 } }]
  ])('differs with another %s', (_, changes) => {
    expect(programKey(options(changes), 'train')).not.toBe(programKey(options(), 'train'))
  })

  it('differs between training and predicting', () => {
    expect(programKey(options(), 'predict')).not.toBe(programKey(options(), 'train'))
  })
})

describe('the folder', () => {
  const layout = { steps: [], variables: [], access: {}, drifts: false }
  const program = (bytes: number): RecordedProgram => ({ graph: new Uint8Array(bytes).fill(10), layout })
  const fileOf = (key: string): string => path.join(folder, `${key}.graph`)

  it('gives back what was stored', () => {
    const made = recordProgram(options({ shapes: [tinyShape('vqa')] }), stepPlans(options({ shapes: [tinyShape('vqa')] })), 'train')
    programCache(folder).store('key', made)
    const found = programCache(folder).load('key')
    expect(Buffer.compare(found?.graph ?? new Uint8Array(), made.graph)).toBe(0)
    expect(found?.layout).toEqual(made.layout)
    expect(readdirSync(folder)).toEqual(['key.graph'])
  })

  it('has nothing for damaged, cut, empty and foreign files, which are replaced', () => {
    const cache = programCache(folder)
    cache.store('key', program(100))
    const whole = readFileSync(fileOf('key'))
    const flipped = Buffer.from(whole)
    flipped[whole.length - 3] = 11
    for (const bytes of [flipped, whole.subarray(0, -1), Buffer.alloc(0), Buffer.from('not a graph'), Buffer.from('\n\n')]) {
      writeFileSync(fileOf('key'), bytes)
      expect(cache.load('key')).toBeUndefined()
      let recordings = 0
      cachedProgram(cache, () => 'key', () => {
        recordings += 1
        return program(100)
      })
      expect([recordings, readFileSync(fileOf('key')).equals(whole)]).toEqual([1, true])
    }
    writeFileSync(fileOf('other'), whole)
    expect(cache.load('other')).toBeUndefined()
  })

  it('keeps at most so many entries and bytes, and of those the ones used last', () => {
    const used = (key: string, minutesAgo: number): void => utimesSync(fileOf(key), new Date(Date.now() - minutesAgo * 60_000), new Date(Date.now() - minutesAgo * 60_000))
    const few = programCache(folder, { entries: 3, bytes: 1e6 })
    for (const [place, key] of ['a', 'b', 'c'].entries()) {
      few.store(key, program(10))
      used(key, 10 - place)
    }
    few.load('a')
    few.store('d', program(10))
    expect(readdirSync(folder).sort()).toEqual(['a.graph', 'c.graph', 'd.graph'])
    used('d', 30)
    const size = readFileSync(fileOf('a')).length
    programCache(folder, { entries: 9, bytes: 3 * size + 990 }).store('e', program(1000))
    expect(readdirSync(folder).sort()).toEqual(['a.graph', 'c.graph', 'e.graph'])
  })

  it('is rid of what a killed process left half-written an hour ago, not of what another one is writing', () => {
    mkdirSync(folder)
    const [old, young] = [`${fileOf('x')}.tmp-1`, `${fileOf('y')}.tmp-2`]
    for (const file of [old, young]) writeFileSync(file, 'half')
    utimesSync(old, new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000))
    programCache(folder).store('key', program(10))
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })

  it('may be one that cannot be made: then nothing is kept', () => {
    writeFileSync(folder, 'a file in its place')
    const cache = programCache(folder)
    const made = program(10)
    expect(cachedProgram(cache, () => 'key', () => made)).toBe(made)
    expect(cache.load('key')).toBeUndefined()
  })

  it('is the one of the set-up, and is not used from the sources', () => {
    expect(cacheFolder()).toBe(setupCacheFolder())
    expect(cacheFolder({ TWELVE_IN_ONE_CACHE: '/elsewhere' })).toBe('/elsewhere')
    expect(usualProgramCache()).toBeUndefined()
    expect(recorderChunk('/app/out/chunks/compiled-engine-DD-zb_3f.cjs')).toBe('compiled-engine-DD-zb_3f.cjs')
    for (const file of ['/app/src/engine/execution/record-program.ts', '/app/out/worker/main.cjs']) expect(recorderChunk(file)).toBeUndefined()
  })
})
