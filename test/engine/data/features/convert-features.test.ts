// Published containers of region features → region store. The containers are written here byte by byte as their writers do;
// files of the shared samples are read too where they are at hand.

import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { convertFeatures, inspectFeatures } from '../../../../src/engine/data/features/convert-features'
import { openFeatures } from '../../../../src/engine/data/features/feature-source'
import { openRegionStore } from '../../../../src/engine/data/region-store'
import { openRegions } from '../../../../src/engine/data/regions'

const folder = (): string => mkdtempSync(join(tmpdir(), 'features-'))
const base64 = (numbers: readonly number[]): string => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')
const BOXES = [0, 0, 10, 20, 5, 5, 30, 40]
const FEATURES = [1, 2, 3, 4, 5, 6]

function written(name: string, text: string): string {
  const path = join(folder(), name)
  writeFileSync(path, text)
  return path
}
const bottomUp = (id: string, boxes = BOXES, features = FEATURES): string => [id, 100, 50, boxes.length / 4, base64(boxes), base64(features)].join('\t')

describe('bottom-up-attention TSV', () => {
  it('becomes a region store with the data sets’ picture ids, whatever the line ends', () => {
    const from = written('features.tsv', `${bottomUp('COCO_val2014_000000000042')}\n${bottomUp('7', BOXES.slice(0, 4), [7, 8, 9])}\r\n\n`)
    const to = join(folder(), 'coco.safetensors')
    expect(convertFeatures(from, to)).toMatchObject({ format: 'bottom-up-attention TSV', pictures: 2, regions: { least: 1, most: 2, mean: 1.5 }, featureSize: 3, classes: 0, ids: ['42', '7'], problems: [] })
    const store = openRegionStore(to)
    expect(store.ids).toEqual(['42', '7'])
    const { width, height, boxes, features, classes } = store.read('42')
    expect([width, height, [...boxes], [...features], classes]).toEqual([100, 50, BOXES, FEATURES, null])
    expect([...store.read('7').features]).toEqual([7, 8, 9])
    store.close()
    // The store itself is a source too, and gives the same.
    expect(inspectFeatures(to)).toMatchObject({ format: 'region store', pictures: 2, featureSize: 3 })
  })

  it('is what a run reads from its data folder', () => {
    const root = folder()
    mkdirSync(join(root, 'features'))
    convertFeatures(written('features.tsv', `${bottomUp('42')}\n`), join(root, 'features', 'coco.safetensors'))
    const regions = openRegions(root)
    const rows = regions.rows({ pool: 'coco', id: '42', file: '' })
    expect([regions.featureSize, rows.count]).toEqual([3, 3])
    // Row 0 is the mean of the regions.
    expect([...rows.features]).toEqual([2.5, 3.5, 4.5, ...FEATURES])
  })

  it('reads LXMERT’s ten columns, with the height first', () => {
    const line = ['1', 50, 100, 'AA==', 'AA==', 'AA==', 'AA==', 2, base64(BOXES), base64(FEATURES)].join('\t')
    const [entry] = [...openFeatures(written('obj36.tsv', line)).entries()]
    expect(entry).toMatchObject({ id: '1', width: 100, height: 50, count: 2 })
    expect([...(entry?.read().features ?? [])]).toEqual(FEATURES)
  })

  it.each([
    ['a missing column', '1\t100\t50\t2\tAAAA', /line 1 has 5 columns; expected 6 or 7/],
    ['boxes that are cut off', ['1', 100, 50, 2, base64(BOXES.slice(0, 7)), base64(FEATURES)].join('\t'), /line 1: boxes hold 7 numbers; 2 boxes need 8/],
    ['no number of boxes', ['1', 100, 50, 'x', base64(BOXES), base64(FEATURES)].join('\t'), /num_boxes is 'x'; expected a whole number/],
    ['features of another size', `${bottomUp('1')}\n${bottomUp('2', BOXES, [...FEATURES, 1, 2])}`, /picture 2 has 4 numbers .* the first picture 3/]
  ])('is refused with %s, and nothing is left', (_, text, message) => {
    const to = join(folder(), 'x.safetensors')
    expect(() => convertFeatures(written('features.tsv', text), to)).toThrow(message)
    expect(existsSync(to) || existsSync(`${to}.partial`)).toBe(false)
  })

  it('keeps the first of two pictures with one id, and says so', () => {
    const from = written('features.tsv', `${bottomUp('1')}\n${bottomUp('1', BOXES, [9, 9, 9, 9, 9, 9])}\n`)
    const to = join(folder(), 'x.safetensors')
    expect(convertFeatures(from, to).problems).toEqual(['Picture 1 is there twice; the first counts.'])
    const store = openRegionStore(to)
    expect([...store.read('1').features]).toEqual(FEATURES)
    store.close()
  })
})

describe('formats that are not read', () => {
  it('are named, with what is', () => {
    const lmdb = folder()
    writeFileSync(join(lmdb, 'data.mdb'), '')
    expect(() => openFeatures(lmdb)).toThrow(/LMDB folder, which is not read here; readable are a bottom-up-attention/)
    expect(() => openFeatures(written('features.h5', ''))).toThrow(/HDF5 and LMDB are not/)
    expect(() => openFeatures(join(lmdb, 'nothing'))).toThrow(/does not exist/)
    expect(() => convertFeatures(written('a.tsv', bottomUp('1')), 'somewhere')).toThrow(/expected a \.safetensors file/)
  })
})

const samples = join(process.env['TWELVE_IN_ONE_SHARED'] ?? join(__dirname, '../../../../../shared'), 'data/samples/_writer_fixtures')
const there = existsSync(samples)
if (!there) console.warn(`Files written by Python are not read: there is no folder ${samples}.`)

describe.skipIf(!there)('files written by Python', () => {
  interface Wanted { image_id: string; image_w: number; image_h: number; num_boxes: number; boxes: number[][]; features_first4: number[][]; features_sum: number; cls_prob_argmax: number[] }
  const wanted = there ? (JSON.parse(readFileSync(join(samples, 'manifest.json'), 'utf8')) as { records: Wanted[] }).records : []

  it.each(['bottom_up_resnet101_faster_rcnn_genome.tsv', 'lxmert_obj36.tsv', 'npy'])('hold what their writer put in: %s', (name) => {
    const found = new Map([...openFeatures(join(samples, name)).entries()].map((entry) => [entry.id, entry]))
    for (const record of wanted) {
      const entry = found.get(record.image_id)
      expect(entry).toMatchObject({ width: record.image_w, height: record.image_h, count: record.num_boxes })
      const { boxes, features, classes } = entry?.read() ?? { boxes: [], features: new Float32Array() }
      expect([...boxes]).toEqual(record.boxes.flat())
      const size = features.length / record.num_boxes
      expect(record.features_first4.map((_, row) => [...features.subarray(row * size, row * size + 4)])).toEqual(record.features_first4.map((row) => row.map(Math.fround)))
      expect(features.reduce((sum, value) => sum + value, 0)).toBeCloseTo(record.features_sum, 2)
      // The background was class 0 and is the last now.
      const width = (classes?.length ?? 0) / record.num_boxes
      if (classes) expect(record.cls_prob_argmax.map((best, row) => (classes.subarray(row * width, (row + 1) * width).reduce((top, value, i, all) => (value > (all[top] ?? 0) ? i : top), 0) + 1) % width === best)).toEqual(record.cls_prob_argmax.map(() => true))
    }
    expect(wanted.length).toBeGreaterThan(0)
  })

  it('in .npy that ask for other code are refused', () => {
    const [first] = readdirSync(join(samples, 'npy'))
    const bytes = readFileSync(join(samples, 'npy', first ?? ''))
    const evil = Buffer.from(bytes.toString('latin1').replace('numpy.core.multiarray\n_reconstruct', 'builtins\neval'.padEnd(36, ' ')), 'latin1')
    const path = join(folder(), 'evil.npy')
    writeFileSync(path, evil)
    expect(() => [...openFeatures(path).entries()]).toThrow(/asks for 'builtins\.eval/)
    writeFileSync(path, bytes.subarray(0, bytes.length - 50))
    expect(() => [...openFeatures(path).entries()]).toThrow(/damaged/)
  })
})
