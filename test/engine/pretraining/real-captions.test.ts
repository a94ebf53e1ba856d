// Masked pre-training on the published Conceptual Captions files and the real BERT vocabulary; the region store is made up,
// since none is published.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../src/contract/run-config'
import { type PictureRegions, writeRegionStore } from '../../../src/engine/data/region-store'
import { readSplit } from '../../../src/engine/data/sources/all-sources'
import { maskingSamples } from '../../../src/engine/pretraining/masking-samples'
import { openPretrainingData } from '../../../src/engine/pretraining/pretraining-data'
import { randomStream } from '../../../src/engine/random'
import { samplesFolder } from '../data/samples'

const samples = samplesFolder()
const folder = mkdtempSync(join(tmpdir(), 'captions-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Eight boxes a picture: two close to each other, the others apart. */
function regionsOf(id: string): PictureRegions {
  const stream = randomStream(1, 'regions', id)
  const boxes = Float32Array.of(10, 10, 110, 110, 15, 12, 112, 108, ...Array.from({ length: 6 }, (_, i) => [200 + 60 * i, 20, 250 + 60 * i, 90]).flat())
  const classes = new Float32Array(8 * 6)
  for (let row = 0; row < 8; row++) classes[row * 6 + (row % 6)] = 1
  return { id, width: 640, height: 480, boxes, features: Float32Array.from({ length: 8 * 16 }, () => stream.normal()), classes }
}

describe.skipIf(samples === null)('the published Conceptual Captions files', () => {
  it('are masked: every caption with a picture takes part, by the rules', () => {
    cpSync(join(samples ?? '', 'conceptual_captions'), join(folder, 'conceptual_captions'), { recursive: true })
    cpSync(join(samples ?? '', 'bert-base-uncased-vocab.txt'), join(folder, 'vocab.txt'))
    mkdirSync(join(folder, 'features'))
    const examples = (['train', 'val'] as const).flatMap((split) => readSplit('conceptual-captions', folder, split).examples)
    const ids = [...new Set(examples.flatMap((example) => (example.kind === 'caption' ? [example.picture.id] : [])))]
    writeRegionStore(join(folder, 'features', 'cc.safetensors'), 16, ids.map(regionsOf))
    const data = openPretrainingData({ root: folder, config: { ...defaultConfig(), batchRows: 4 } })
    expect(data.vocabularySize).toBe(30522)
    expect(data.captions.train.length + data.captions.val.length).toBe(examples.length)
    expect(data.shape).toMatchObject({ regions: 9, classes: 6 })
    expect(data.shape.words).toBeLessThanOrEqual(36)

    const { samples: pairs } = maskingSamples(data, { split: 'val', seed: 1, objective: 1, from: 0, count: 500 })
    const words = pairs.flatMap((pair) => pair.words)
    const hidden = words.filter(({ state }) => state !== 'seen')
    const share = hidden.length / words.filter(({ piece }) => !piece.startsWith('[')).length
    expect(Math.abs(share - 0.15)).toBeLessThan(0.03)
    expect(words.filter(({ piece, state }) => (piece === '[CLS]' || piece === '[SEP]') && state !== 'seen')).toEqual([])
    // The second box lies over the first: where one is asked and the other is not, the other is hidden too.
    const near = pairs.map(({ regions }) => regions.slice(0, 2).map(({ paper }) => paper).sort().join())
    expect(near).toContain('asked,hidden')
    expect(near.some((states) => states.includes('seen') && states !== 'seen,seen')).toBe(false)
    const apart = pairs.flatMap(({ regions }) => regions.slice(2).map(({ paper }) => paper))
    expect(apart).not.toContain('hidden')
    expect(data.train.batch(0).wordIds).toHaveLength(4 * data.shape.words)
  })
})
