import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../../src/engine/checkpoint/safetensors'
import { openRegionStore, writeRegionStore, type PictureRegions } from '../../../src/engine/data/region-store'

const folder = mkdtempSync(path.join(tmpdir(), 'region-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const picture = (id: string, regions: number, withClasses: boolean): PictureRegions => ({
  id,
  width: 320 + regions,
  height: 240,
  boxes: Float32Array.from({ length: regions * 4 }, (_, i) => i + 0.25),
  features: Float32Array.from({ length: regions * 3 }, (_, i) => i * 0.5 + regions),
  classes: withClasses ? Float32Array.from({ length: regions * 2 }, (_, i) => i / 8) : null
})

describe('a region store', () => {
  it('gives back what was written, picture by picture, in any order', () => {
    const file = path.join(folder, 'coco.safetensors')
    const pictures = [picture('17', 2, true), picture('train-12-0-img0', 0, true), picture('900', 5, true)]
    writeRegionStore(file, 3, pictures)
    const store = openRegionStore(file)
    expect(store.ids).toEqual(['17', 'train-12-0-img0', '900'])
    expect([store.featureSize, store.classes, store.most]).toEqual([3, 2, 5])
    for (const { id, ...regions } of [...pictures].reverse()) expect(store.read(id)).toEqual(regions)
    expect(store.has('18')).toBe(false)
    expect(store.find('18')).toBeNull()
    expect(() => store.read('18')).toThrow('no regions of picture "18"')
    store.close()
  })

  it('may leave out the classes, as the store of annotated boxes does', () => {
    const file = path.join(folder, 'coco_gt.safetensors')
    writeRegionStore(file, 3, [picture('1', 1, false)])
    const store = openRegionStore(file)
    expect(store.classes).toBe(0)
    expect(store.read('1').classes).toBeNull()
    store.close()
  })

  it('is refused with the file name when it is something else', () => {
    const file = path.join(folder, 'other.safetensors')
    writeSafetensors(file, [{ name: 'weights', shape: [1], data: new Float32Array(1) }])
    expect(() => openRegionStore(file)).toThrow(/other\.safetensors is no region store/)
    const cut = path.join(folder, 'cut.safetensors')
    writeFileSync(cut, 'half')
    expect(() => openRegionStore(cut)).toThrow(/cut\.safetensors/)
  })

  it('refuses features that do not fit the boxes', () => {
    expect(() => writeRegionStore(path.join(folder, 'bad.safetensors'), 4, [picture('1', 2, false)])).toThrow('2 boxes and 6 feature numbers')
  })
})
