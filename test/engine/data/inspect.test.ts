import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TASK_IDS } from '../../../src/contract/task-catalog'
import { inspectDataset } from '../../../src/engine/data/inspect'
import { openRegions } from '../../../src/engine/data/regions'
import { pictureIndex } from '../../../src/engine/data/picture-index'
import { samplesFolder } from './samples'
import { sceneWorld } from './scene-world'

const samples = samplesFolder()
describe.skipIf(samples === null)('inspecting the real samples', () => {
  const root = samples ?? ''
  it('tells COCO captions and instances', () => {
    const facts = inspectDataset({ dataset: 'coco', root, limit: 2 })
    expect(facts).toMatchObject({ dataset: 'coco', split: 'val', records: 300, images: 60, problems: [], boxes: 624 })
    expect(facts.examples).toHaveLength(2)
    expect(Object.values(facts.labels ?? {}).reduce((a, b) => a + b, 0)).toBe(624)
  })

  it('tells NLVR2 labels of a split by its published name, and of all splits without one', () => {
    const dev = inspectDataset({ dataset: 'nlvr2', root, split: 'dev' })
    expect([dev.split, dev.records]).toEqual(['dev', 120])
    expect((dev.labels?.['True'] ?? 0) + (dev.labels?.['False'] ?? 0)).toBe(120)
    expect(inspectDataset({ dataset: 'nlvr2', root })).toMatchObject({ split: 'all', records: 180 })
  })

  it('tells answers and how many the vocabulary has', () => {
    const facts = inspectDataset({ dataset: 'vqa', root })
    expect(facts).toMatchObject({ records: 3, images: 1, answers: { answered: 3, vocabulary: { size: 3129 } } })
    expect(inspectDataset({ dataset: 'gqa', root }).answers?.vocabulary?.size).toBe(1842)
  })

  it('orders the most frequent answers and counts pictures by address, not by file name', () => {
    expect(inspectDataset({ dataset: 'vgqa', root }).answers?.most[0]).toEqual({ answer: 'red', questions: 16 })
    expect(inspectDataset({ dataset: 'conceptual-captions', root })).toMatchObject({ records: 205, images: 205 })
  })

  it('tells unlabelled SNLI-VE records apart', () => {
    const facts = inspectDataset({ dataset: 'snli-ve', root, split: 'test' })
    expect(facts.records).toBe(150)
    expect(Object.values(facts.labels ?? {}).reduce((a, b) => a + b, 0)).toBe(150)
    expect(facts.labels?.['-']).toBeGreaterThan(0)
  })

  it('reads the pixels of a real photograph with the boxes of the instances', () => {
    const file = pictureIndex(root).find('coco', '62554')
    expect(file).toBe('images/coco_val2017/000000062554.jpg')
    const regions = openRegions(root)
    const rows = regions.rows({ pool: 'coco', id: '62554', file })
    expect([rows.width, rows.height]).toEqual([640, 428])
    expect(rows.count).toBe(1 + 6)
    expect(rows.features.some((value) => value !== 0 && Number.isFinite(value))).toBe(true)
    // The same picture from the data set's own folder.
    expect(pictureIndex(join(root, 'coco')).find('coco', '62554')).toBe('../images/coco_val2017/000000062554.jpg')
  })
})

describe('inspecting a mini-world', () => {
  const { root } = sceneWorld()
  it.each(TASK_IDS)('%s has records, pictures and no problems', (dataset) => {
    const facts = inspectDataset({ dataset, root, limit: 1 })
    expect(facts.records).toBeGreaterThan(0)
    expect(facts.images).toBeGreaterThan(0)
    expect(facts.problems).toEqual([])
    expect(facts.examples).toHaveLength(1)
  })

  it('tells testA and testB apart', () => {
    const [a, b, all] = ['testA', 'testB', 'test'].map((split) => inspectDataset({ dataset: 'refcoco', root, split }).records)
    expect((a ?? 0) + (b ?? 0)).toBe(all)
  })

  it('names the known splits when one is mistyped', () => {
    expect(() => inspectDataset({ dataset: 'coco', root, split: 'vall' })).toThrow(/Split 'vall' is unknown; allowed: train/)
  })
})
