import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPicture } from '../../../src/engine/data/picture-file'
import { readRegions } from '../../../src/engine/data/pixel-features'
import { openRegionStore } from '../../../src/engine/data/region-store'
import { makeWorld, planWorld, readWorldNote } from '../../../src/engine/mini-world/make-world'
import { storeKey } from '../../../src/engine/mini-world/pools'
import { renderScene } from '../../../src/engine/mini-world/render'
import { type BuiltThread, buildThread } from '../thread-build'

const folder = mkdtempSync(path.join(tmpdir(), 'mini-world-'))
let thread: BuiltThread | undefined
const whole = path.join(folder, 'whole')

function hashes(world: string): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (below: string): void => {
    for (const name of readdirSync(path.join(world, below))) {
      const relative = path.posix.join(below, name)
      const file = path.join(world, relative)
      if (statSync(file).isDirectory()) visit(relative)
      else found.set(relative, createHash('sha256').update(readFileSync(file)).digest('hex'))
    }
  }
  visit('')
  return found
}

beforeAll(async () => {
  await makeWorld({ out: whole, size: 'tiny', seed: 1, workers: 0 })
}, 120_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  thread?.remove()
})

describe('a made world', { timeout: 120_000 }, () => {
  const { pictures } = planWorld('tiny', 1, 'all')

  it('has the same bytes when made by two threads; without the captions for pre-training nothing else changes', async () => {
    thread = await buildThread('src/engine/mini-world/picture-worker.ts')
    const twelve = path.join(folder, 'twelve')
    await makeWorld({ out: twelve, size: 'tiny', seed: 1, parts: 'twelve', workers: 2, workerProgram: thread.program })
    const all = hashes(whole)
    const part = hashes(twelve)
    part.delete('world.json')
    for (const [file, hash] of part) expect([file, all.get(file)]).toEqual([file, hash])
    const missing = [...all.keys()].filter((file) => !part.has(file) && file !== 'world.json')
    expect(missing.length).toBeGreaterThan(0)
    expect(missing.filter((file) => !/^(images\/cc\/|features\/cc|conceptual_captions\/)/.test(file))).toEqual([])
    rmSync(twelve, { recursive: true })
  })

  it('is another world for another seed', () => {
    const other = planWorld('tiny', 2, 'all').pictures
    const picture = pictures[0]
    const otherPicture = other[0]
    if (!picture || !otherPicture) throw new Error('a world without pictures')
    expect(other.filter((p, i) => JSON.stringify(p.scene.objects) === JSON.stringify(pictures[i]?.scene.objects))).toEqual([])
    expect(Buffer.from(renderScene(picture.scene).data).equals(Buffer.from(renderScene(otherPicture.scene).data))).toBe(false)
  })

  it('stores features that the saved picture gives again, to the last bit', () => {
    for (const pool of ['coco', 'vg', 'flickr30k', 'nlvr2', 'cc']) {
      const detected = openRegionStore(path.join(whole, 'features', `${pool}.safetensors`))
      const annotated = openRegionStore(path.join(whole, 'features', `${pool}_gt.safetensors`))
      const own = pictures.filter((picture) => picture.pool === pool)
      expect(detected.ids).toEqual(own.map(storeKey))
      for (const picture of own.slice(0, 8)) {
        const pixels = readPicture(path.join(whole, picture.file))
        for (const store of [detected, annotated]) {
          const stored = store.read(storeKey(picture))
          const boxes = Array.from({ length: stored.boxes.length / 4 }, (_, i) => stored.boxes.subarray(4 * i, 4 * i + 4))
          const reading = readRegions(pixels, boxes)
          expect(stored.features).toEqual(reading.features)
          if (stored.classes) expect(stored.classes).toEqual(reading.classes)
        }
        expect([...annotated.read(storeKey(picture)).boxes]).toEqual(picture.scene.objects.flatMap((object) => [...object.box]))
      }
      detected.close()
      annotated.close()
    }
  })

  it('gives a vg picture and its coco twin the same pixels and regions', () => {
    const twin = pictures.find((picture) => picture.cocoId !== null)
    const origin = pictures.find((picture) => picture.pool === 'coco' && picture.scene.id === twin?.cocoId)
    if (!twin || !origin) throw new Error('no picture is shared')
    expect(readFileSync(path.join(whole, twin.file)).equals(readFileSync(path.join(whole, origin.file)))).toBe(true)
    const vg = openRegionStore(path.join(whole, 'features/vg.safetensors')).read(storeKey(twin))
    const coco = openRegionStore(path.join(whole, 'features/coco.safetensors')).read(storeKey(origin))
    expect(vg).toEqual(coco)
  })

  it('says what it is in world.json', () => {
    expect(readWorldNote(whole)).toMatchObject({ kind: 'mini-world', size: 'tiny', seed: 1, parts: 'all', featureSize: 64 })
    expect(readWorldNote(path.join(folder, 'nowhere'))).toBeNull()
  })
})

describe('making a world', { timeout: 60_000 }, () => {
  it('leaves nothing behind when it is stopped', async () => {
    const out = path.join(folder, 'stopped')
    const signal = { aborted: false }
    const making = makeWorld({ out, size: 'tiny', seed: 3, workers: 0, signal, onProgress: () => (signal.aborted = true) })
    await expect(making).rejects.toThrow('was stopped')
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, false])
  })

  it('reports a full disk in one message and removes what was made', async () => {
    const out = path.join(folder, 'full')
    const onProgress = (): never => {
      throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' })
    }
    await expect(makeWorld({ out, size: 'tiny', seed: 3, workers: 0, onProgress })).rejects.toThrow('The disk is full while making the mini-world')
    expect(existsSync(`${out}.partial`)).toBe(false)
  })

  it('does not touch a folder that holds something, nor take unknown sizes and seeds', async () => {
    const out = path.join(folder, 'kept')
    mkdirSync(out)
    writeFileSync(path.join(out, 'mine.txt'), 'mine')
    await expect(makeWorld({ out, size: 'tiny', seed: 1 })).rejects.toThrow('already holds 1 file')
    expect(readdirSync(out)).toEqual(['mine.txt'])
    await expect(makeWorld({ out: path.join(folder, 'x'), size: 'huge' as 'tiny', seed: 1 })).rejects.toThrow('tiny, mini, full')
    await expect(makeWorld({ out: path.join(folder, 'x'), size: 'tiny', seed: 0.5 })).rejects.toThrow('whole number')
  })
})
