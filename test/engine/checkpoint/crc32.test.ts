import { describe, expect, it } from 'vitest'
import { crc32, tableCrc32 } from '../../../src/engine/checkpoint/crc32'

describe.each([['of this Node', crc32], ['in plain JavaScript', tableCrc32]])('the checksum %s', (_, sum) => {
  it('is the one of the standard\'s test text', () => {
    expect(sum(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  it('goes on over pieces, wherever they are cut', () => {
    const bytes = Uint8Array.from({ length: 1003 }, (_unused, i) => (i * 7919) & 0xff)
    const whole = sum(bytes)
    for (const cut of [0, 1, 7, 8, 500, 1003]) expect(sum(bytes.subarray(cut), sum(bytes.subarray(0, cut)))).toBe(whole)
    expect(whole).toBe(tableCrc32(bytes))
  })
})
