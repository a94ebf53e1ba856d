import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asFloat32, readSafetensors, readSafetensorsHeader, writeSafetensors } from '../../../src/engine/checkpoint/safetensors'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'))
  file = join(folder, 'model.safetensors')
})
afterEach(() => rmSync(folder, { recursive: true }))

const SAMPLE = [
  { name: 'weight', shape: [2, 3], data: Float32Array.of(1, -2.5, 3, 0, Number.NaN, Infinity) },
  { name: 'ids', shape: [2], data: Int32Array.of(-7, 2147483647) },
  { name: 'half', shape: [4], data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00) },
  { name: 'long', shape: [1], data: BigInt64Array.of(-5000000000n) },
  { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
  { name: 'scalar', shape: [], data: Float32Array.of(0.1) },
]

describe('a safetensors file', () => {
  it('gives back what was written: names, order, dtypes, shapes, numbers, metadata', () => {
    writeSafetensors(file, SAMPLE, { iteration: '50' })
    const { tensors, metadata } = readSafetensors(file)
    expect(metadata).toEqual({ iteration: '50' })
    expect([...tensors.keys()]).toEqual(SAMPLE.map(({ name }) => name))
    for (const { name, shape, data } of SAMPLE) expect(tensors.get(name)).toMatchObject({ shape, data })
    expect([...tensors.values()].map(({ dtype }) => dtype)).toEqual(['F32', 'I32', 'F16', 'I64', 'F32', 'F32'])
  })

  it('turns every dtype into float32, half precision included', () => {
    writeSafetensors(file, SAMPLE)
    const { tensors } = readSafetensors(file)
    const half = tensors.get('half')
    const long = tensors.get('long')
    expect(half && [...asFloat32(half)]).toEqual([1, -2, 2 ** -24, Infinity])
    expect(long && [...asFloat32(long)]).toEqual([-5000000000])
  })

  it('asks for each array only when its turn comes, and can be read in part', () => {
    const order: string[] = []
    writeSafetensors(file, ['a', 'b'].map((name) => ({ name, shape: [1], data: () => { order.push(name); return Float32Array.of(1) } })))
    expect(order).toEqual(['a', 'b'])
    expect([...readSafetensors(file, (name) => name === 'b').tensors.keys()]).toEqual(['b'])
    expect([...readSafetensorsHeader(file).entries.keys()]).toEqual(['a', 'b'])
  })

  it('starts its numbers at a multiple of eight bytes, as readers in other languages expect', () => {
    writeSafetensors(file, SAMPLE, { some: 'metadata' })
    expect(Number(readFileSync(file).readBigUInt64LE(0)) % 8).toBe(0)
  })

  it('replaces the old file in one step: a failing write leaves it whole and no leftover', () => {
    writeSafetensors(file, SAMPLE)
    const broken = { name: 'x', shape: [2], data: () => { throw new Error('disk is full') } }
    expect(() => writeSafetensors(file, [broken])).toThrow('disk is full')
    expect(readSafetensors(file).tensors.size).toBe(SAMPLE.length)
    expect(readdirSync(folder)).toEqual(['model.safetensors'])
  })

  it('refuses an array that does not fill its shape', () => {
    expect(() => writeSafetensors(file, [{ name: 'x', shape: [3], data: new Float32Array(2) }])).toThrow("Tensor 'x'")
  })
})

describe('a damaged file', () => {
  it.each([0, 4, 20, 300, 429])('is refused when it is cut to %i bytes, with its name', (bytes) => {
    writeSafetensors(file, SAMPLE)
    truncateSync(file, bytes)
    expect(() => readSafetensors(file)).toThrow(file)
  })

  it('is refused when the last number is missing', () => {
    writeSafetensors(file, [{ name: 'w', shape: [4], data: new Float32Array(4) }])
    truncateSync(file, readFileSync(file).length - 1)
    expect(() => readSafetensors(file)).toThrow("Tensor 'w'")
  })

  it.each([
    ['{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 'F64'],
    ['{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', '[-1]'],
    ['{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 'needs 8 bytes'],
    ['not json at all', 'not a JSON object'],
  ])('with the header %s is refused', (header, reason) => {
    const bytes = Buffer.alloc(8 + header.length + 8)
    bytes.writeBigUInt64LE(BigInt(header.length), 0)
    bytes.write(header, 8)
    writeFileSync(file, bytes)
    expect(() => readSafetensors(file)).toThrow(reason)
  })

  it('that does not exist is named', () => {
    expect(() => readSafetensors(join(folder, 'none.safetensors'))).toThrow('none.safetensors')
  })
})
