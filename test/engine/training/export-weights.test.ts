import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../../src/engine/checkpoint/safetensors'
import { readArrays } from '../../../src/engine/training/checkpoint'
import { exportTrunk, toHalf } from '../../../src/engine/training/export-weights'

describe('toHalf', () => {
  // IEEE 754 binary16: largest normal, smallest normal, smallest subnormal, ties to even.
  it.each([
    [0, 0x0000], [-0, 0x8000], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65520, 0x7c00], [1e9, 0x7c00], [2 ** -14, 0x0400],
    [2 ** -24, 0x0001], [2 ** -25, 0x0000], [1.5 * 2 ** -25, 0x0001], [2 ** -26, 0x0000], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [1 / 3, 0x3555], [2047.9999, 0x6800], [1023.5 * 2 ** -24, 0x0400]
  ])('turns %f into its nearest half', (number, bits) => {
    expect(toHalf(Float32Array.of(number))[0]).toBe(bits)
  })

  it('keeps infinities and not-a-number', () => {
    expect([...toHalf(Float32Array.of(Infinity, -Infinity, Number.NaN))]).toEqual([0x7c00, 0xfc00, 0x7e00])
  })
})

describe('exportTrunk', () => {
  it('writes the trunk and pre-training heads in half precision, and nothing of the tasks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'))
    const from = join(folder, 'model.safetensors')
    const data = Float32Array.of(0.1, -3, 1000)
    const names = ['bert.a.weight', 'cls.b.weight', 'vil_logit.weight', 'bert.embeddings.task_embeddings.weight']
    writeSafetensors(from, names.map((name) => ({ name, shape: [3], data })))
    const to = join(folder, 'trunk.safetensors')
    exportTrunk(from, to)
    expect([...readSafetensors(to).tensors].map(([name, { dtype }]) => [name, dtype])).toEqual([['bert.a.weight', 'F16'], ['cls.b.weight', 'F16']])
    readArrays(to)[0]?.data.forEach((value, place) => expect(value).toBeCloseTo(data[place] ?? 0, 2))
  })
})
