// Reference → engine → reference: the released code's weights go through an engine and come out with every bit
// (fixtures/tiny; its zip and legacy files are read in place from the shared folder, where that is at hand).
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'
import { writeSafetensors } from '../../src/engine/checkpoint/safetensors'
import { type StoredWeights, withWeights } from '../../src/engine/checkpoint/weights-file'
import { createCompiledEngine } from '../../src/engine/execution/compiled-engine'
import { createEagerEngine } from '../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../src/engine/execution/engine-options'
import { readJsonObject } from '../../src/engine/json-object'
import { exportWeights } from '../../src/engine/training/export-weights'
import { loadWeights } from '../../src/engine/training/start-weights'
import { readModelConfig } from '../../src/engine/trunk/trunk-config'

const TINY = join(__dirname, 'fixtures', 'tiny')
const REFERENCE = join(TINY, 'model.safetensors')
const SHARED = join(process.env['TWELVE_IN_ONE_SHARED'] ?? join(__dirname, '..', '..', '..', 'shared'), 'parity', 'tiny')
const OPTIONS: EngineOptions = {
  model: readModelConfig(readJsonObject(join(TINY, 'config.json')), { answers: 37, gqaAnswers: 23 }),
  shapes: [{ task: 'snli-ve', examples: 2, words: 6, regions: 5, targetWidth: 3 }], seed: 1, taskToken: 'dataset', dropout: 0,
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, weightDecay: 0.01, clipNorm: 0 }
}

/** Checksum of the bits of each tensor. */
const bits = (array: StoredWeights): string => createHash('sha256').update(new Uint8Array(array.read().buffer)).digest('hex')
const contents = (path: string): Map<string, string> => withWeights(path, ({ arrays }) => new Map(arrays.map((array) => [`${array.name} ${array.shape.join('×')}`, bits(array)])))

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'round-trip-'))
  await loadBackend('cpu')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each([['compiled', () => createCompiledEngine(OPTIONS)], ['eager', () => createEagerEngine(OPTIONS)]] as const)('through the %s engine', (kind, create) => {
  it('every tensor of the reference comes out bit by bit, as safetensors and for PyTorch', async () => {
    const engine = await create()
    const match = await loadWeights(engine, REFERENCE)
    expect(match).toEqual({ matched: 223, missing: [], unused: [], shapeDiffers: [] })
    const own = join(folder, `${kind}.safetensors`)
    writeSafetensors(own, await engine.read('weights'))
    engine.dispose()
    const reference = contents(REFERENCE)
    expect(reference.size).toBe(224)
    for (const ending of ['safetensors', 'pt', 'bin']) {
      const to = join(folder, `${kind}-out.${ending}`)
      expect(exportWeights(own, to)).toMatchObject({ arrays: 224, numbers: 156_185 })
      expect(contents(to)).toEqual(reference)
    }
  })

  it('a run starts from PyTorch\'s form as from safetensors', async () => {
    const engine = await create()
    const match = await loadWeights(engine, join(folder, `${kind}-out.pt`))
    expect(match).toEqual({ matched: 223, missing: [], unused: [], shapeDiffers: [] })
    const loaded = new Map((await engine.read('weights')).map(({ name, shape, data }) => [`${name} ${shape.join('×')}`, createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex')]))
    engine.dispose()
    const reference = contents(REFERENCE)
    for (const [name, sum] of loaded) expect([name, sum]).toEqual([name, reference.get(name)])
  })
})

describe('the files of the released code', () => {
  const files = ['pytorch_model.bin', 'pytorch_model_legacy.bin'].map((name) => join(SHARED, name)).filter((path) => existsSync(path))
  if (files.length === 0) console.warn(`Skipped: the reference's torch.save files are not in ${SHARED}; set TWELVE_IN_ONE_SHARED to the shared folder.`)
  it.skipIf(files.length === 0)('hold the same bits as the safetensors file, read from zip and legacy form', () => {
    for (const path of files) {
      expect(contents(path)).toEqual(contents(REFERENCE))
      withWeights(path, ({ arrays }) => {
        const storage = (name: string): string | undefined => arrays.find((array) => array.name === name)?.storage
        expect(storage('cls.predictions.decoder.weight')).toBe(storage('bert.embeddings.word_embeddings.weight'))
      })
    }
  })
})
