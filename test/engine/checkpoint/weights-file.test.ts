// Files that PyTorch 2.15 wrote (fixtures/make-fixtures.py); expected.json holds what PyTorch itself reads back.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WorkbenchError } from '../../../src/contract/check'
import { type WeightsFile, openWeights, withWeights } from '../../../src/engine/checkpoint/weights-file'
import { readSafetensors, writeSafetensors } from '../../../src/engine/checkpoint/safetensors'

const fixture = (name: string): string => join(__dirname, 'fixtures', name)
const EXPECTED = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Record<string, { shape: number[]; dtype: string; bits: number[] }>

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'weights-')) })
afterEach(() => rmSync(folder, { recursive: true }))

const bits = (data: Float32Array): number[] => [...new Uint32Array(Float32Array.from(data).buffer)]
const read = (name: string, path: string): Float32Array => withWeights(path, ({ arrays }) => arrays.find((array) => array.name === name)?.read() ?? new Float32Array(0))
const readAll = ({ arrays }: WeightsFile): void => arrays.forEach((array) => array.read())

describe.each(['plain.pt', 'legacy.pt', 'deflated.pt'])('the file %s', (name) => {
  it('gives every tensor as PyTorch reads it: order, shapes, types, and each bit as float32', () => {
    withWeights(fixture(name), ({ arrays }) => {
      expect(arrays.map((array) => array.name)).toEqual(Object.keys(EXPECTED))
      for (const array of arrays) {
        const { shape, dtype, bits: expected } = EXPECTED[array.name] ?? { shape: [], dtype: '', bits: [] }
        expect([array.name, array.type, array.shape]).toEqual([array.name, dtype, shape])
        expect([array.name, bits(array.read())]).toEqual([array.name, expected])
      }
    })
  })

  it('shows which tensors share their numbers', () => {
    withWeights(fixture(name), ({ arrays }) => {
      const storage = (wanted: string): string | undefined => arrays.find((array) => array.name === wanted)?.storage
      expect(storage('cls.predictions.decoder.weight')).toBe(storage('bert.embeddings.word_embeddings.weight'))
      expect(storage('slice')).not.toBe(storage('column'))
    })
  })

  it('is refused with the place wherever it is cut short', () => {
    const whole = readFileSync(fixture(name))
    const path = join(folder, 'cut')
    for (let length = whole.length - 1; length > 0; length -= 61) {
      writeFileSync(path, whole.subarray(0, length))
      expect(() => withWeights(path, readAll), `${length} bytes`).toThrow(WorkbenchError)
      expect(() => withWeights(path, readAll)).toThrow(/cut'.*byte/)
    }
  })

  it('never gives anything but its own numbers or a refusal, whichever byte is damaged', () => {
    const whole = readFileSync(fixture(name))
    const path = join(folder, 'damaged')
    for (let place = 3; place < whole.length; place += 37) {
      const damaged = Buffer.from(whole)
      damaged[place] = (damaged[place] ?? 0) ^ 0x41
      writeFileSync(path, damaged)
      try {
        withWeights(path, readAll)
      } catch (error) {
        expect(error, `byte ${place}`).toBeInstanceOf(WorkbenchError)
      }
    }
  })
})

describe('a damaged number', () => {
  it('is noticed by the checksum of its entry, and the entry is named', () => {
    const whole = readFileSync(fixture('plain.pt'))
    const place = whole.indexOf(Buffer.from(Uint32Array.from(EXPECTED['transposed']?.bits.slice(0, 1) ?? []).buffer))
    whole[place] = (whole[place] ?? 0) ^ 1
    writeFileSync(join(folder, 'damaged.pt'), whole)
    expect(() => read('transposed', join(folder, 'damaged.pt'))).toThrow(/Entry 'plain\/data\/2' of .* is damaged: its checksum is/)
    expect(bits(read('half', join(folder, 'damaged.pt')))).toEqual(EXPECTED['half']?.bits)
  })

  it('cannot be noticed where PyTorch was told to write no checksums; the file is read all the same', () => {
    withWeights(fixture('without-crc.pt'), ({ arrays }) => {
      expect(arrays.map(({ name }) => name)).toEqual(['a.gamma', 'a.beta', 'b.weight'])
      expect(arrays[2]?.read()).toHaveLength(6)
    })
  })
})

describe('the weights of a training script', () => {
  it('are found under their key, and what lies beside them is listed', () => {
    withWeights(fixture('wrapped.pt'), ({ wrapper, beside, arrays }) => {
      expect({ wrapper, beside }).toEqual({ wrapper: 'model_state_dict', beside: ['epoch', 'best', 'optimizer'] })
      expect(arrays.map(({ name }) => name)).toEqual(['module.a.gamma', 'module.a.beta', 'module.b.weight'])
    })
    withWeights(fixture('wrapped-legacy.pt'), ({ wrapper, arrays }) => expect([wrapper, arrays.length]).toEqual(['state_dict', 3]))
  })
})

describe('a file that asks for more than weights', () => {
  it.each(['attack.pt', 'attack-legacy.pt'])('is refused by the name of the function, which is not run: %s', (name) => {
    expect(() => openWeights(fixture(name))).toThrow(/asks for 'posix\.system', .*Nothing of it was run.*\(byte \d+\)/)
    expect(existsSync('twelve-in-one-was-here')).toBe(false)
  })

  it('is refused by the name of its class: a whole model', () => {
    expect(() => openWeights(fixture('whole-model.pt'))).toThrow(/asks for 'torch\.nn\.modules\.linear\.Linear'/)
  })

  it.each([
    ['no-weights.pt', /dictionary without tensors; its keys: lr, steps/],
    ['complex.pt', /numbers of torch\.ComplexFloatStorage, which have no float32/],
    ['big-endian.pt', /byte order 'big'/],
    ['expected.json', /neither a file of torch\.save|no file of torch\.save/]
  ])('is refused with the reason: %s', (name, message) => {
    expect(() => openWeights(fixture(name))).toThrow(message)
  })

  it('is refused if it is not there', () => {
    expect(() => openWeights(join(folder, 'lost.bin'))).toThrow(/Cannot open .*lost\.bin/)
  })
})

describe('a safetensors file', () => {
  it('is read like the others, also with types that the engine does not write', () => {
    const path = join(folder, 'a.safetensors')
    const header = JSON.stringify({ b: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] }, d: { dtype: 'F64', shape: [1], data_offsets: [4, 12] }, u: { dtype: 'U8', shape: [3], data_offsets: [12, 15] } })
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    const double = Buffer.alloc(8)
    double.writeDoubleLE(0.1)
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.from([0x80, 0x3f, 0x00, 0xc0]), double, Buffer.from([0, 7, 255])]))
    withWeights(path, ({ arrays }) => expect(arrays.map((array) => [...array.read()])).toEqual([[1, -2], [Math.fround(0.1)], [0, 7, 255]]))
  })

  it('gives the same numbers as the engine\'s own reader, half precision included', () => {
    const path = join(folder, 'b.safetensors')
    writeSafetensors(path, [{ name: 'f', shape: [2], data: Float32Array.of(1.5, Number.NaN) }, { name: 'h', shape: [3], data: Uint16Array.of(1, 0x7bff, 0x8001) }])
    const { tensors } = readSafetensors(path)
    expect(bits(read('f', path))).toEqual(bits(tensors.get('f')?.data as Float32Array))
    expect([...read('h', path)]).toEqual([2 ** -24, 65504, -(2 ** -24)])
  })

  it('cut short is refused with tensor and bytes', () => {
    const path = join(folder, 'c.safetensors')
    writeSafetensors(path, [{ name: 'f', shape: [4], data: new Float32Array(4) }])
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, whole.length - 3))
    expect(() => openWeights(path)).toThrow(/Tensor 'f' in .* needs 16 bytes at \[0,16\].*cut short/)
  })
})
