// What is written for PyTorch, read back by our own reader; docs/checkpoints.md records that PyTorch itself loads it.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeTorch } from '../../../src/engine/checkpoint/torch-writer'
import { openWeights, withWeights } from '../../../src/engine/checkpoint/weights-file'
import { zipEntries } from '../../../src/engine/checkpoint/zip-entries'
import { openRanged } from '../../../src/engine/checkpoint/ranged-file'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torch-'))
  file = join(folder, 'model.pt')
})
afterEach(() => rmSync(folder, { recursive: true }))

const words = { name: 'words', shape: [2, 3], read: () => Float32Array.of(1, -0, Number.NaN, Infinity, 1e-42, 3) }
const ARRAYS = [words, { name: 'decoder', shape: [2, 3], read: words.read, sharedWith: 'words' }, { name: 'empty', shape: [0, 4], read: () => new Float32Array(0) }, { name: 'scalar', shape: [], read: () => Float32Array.of(0.1) }]

describe('a file written for PyTorch', () => {
  it('gives back names, order, shapes and bits', () => {
    writeTorch(file, ARRAYS)
    withWeights(file, ({ arrays, format }) => {
      expect(format).toBe('torch.save (zip)')
      expect(arrays.map(({ name, shape, type }) => [name, shape, type])).toEqual(ARRAYS.map(({ name, shape }) => [name, shape, 'float32']))
      arrays.forEach((array, i) => expect(new Uint32Array(array.read().buffer)).toEqual(new Uint32Array(ARRAYS[i]?.read().buffer ?? new ArrayBuffer(0))))
    })
  })

  it('stores tied arrays once', () => {
    writeTorch(file, ARRAYS)
    withWeights(file, ({ arrays }) => expect(arrays[1]?.storage).toBe(arrays[0]?.storage))
    const ranged = openRanged(file)
    expect([...zipEntries(ranged).keys()].filter((name) => name.includes('/data/'))).toHaveLength(3)
    ranged.close()
  })

  it('begins every entry\'s numbers at a multiple of 64 bytes, as PyTorch does for mapping', () => {
    writeTorch(file, [words])
    const bytes = readFileSync(file)
    const numbers = Buffer.from(words.read().buffer)
    expect(bytes.indexOf(numbers) % 64).toBe(0)
  })

  it('is the same for the same weights', () => {
    writeTorch(file, ARRAYS)
    writeTorch(join(folder, 'again.pt'), ARRAYS)
    expect(readFileSync(join(folder, 'again.pt')).equals(readFileSync(file))).toBe(true)
  })

  it('leaves nothing behind where an array cannot be had', () => {
    expect(() => writeTorch(file, [words, { name: 'b', shape: [2], read: () => { throw new Error('lost') } }])).toThrow('lost')
    expect(() => writeTorch(file, [{ ...words, shape: [7] }])).toThrow(/has 6 numbers, its shape \[7\] needs 7/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('of more than 4 GiB is refused before anything is written', () => {
    expect(() => writeTorch(file, [{ name: 'a', shape: [2 ** 15, 2 ** 15], read: words.read }])).toThrow(/4\.0 GiB .* ends at 4 GiB.*safetensors/)
    expect(() => openWeights(file)).toThrow(/Cannot open/)
  })
})
