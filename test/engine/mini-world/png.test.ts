import { describe, expect, it } from 'vitest'
import { decodePicture } from '../../../src/engine/data/picture-file'
import { encodePng } from '../../../src/engine/mini-world/png'
import { randomStream } from '../../../src/engine/random'

describe('a PNG file', () => {
  it.each([
    [16, 9],
    [7, 5],
    [1, 1],
    [320, 3]
  ])('of %i × %i pixels is read back by another reader with the same pixels', (width, height) => {
    const stream = randomStream(width, 'pixels', height)
    const data = Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256))
    const bytes = encodePng(data, width, height)
    expect(decodePicture(bytes)).toEqual({ width, height, data })
    expect(encodePng(data, width, height).equals(bytes)).toBe(true)
  })

  it('that is cut short or something else is refused', () => {
    const bytes = encodePng(new Uint8Array(48), 4, 4)
    expect(() => decodePicture(bytes.subarray(0, 40))).toThrow()
    expect(() => decodePicture(Buffer.from('GIF89a'))).toThrow('neither format')
  })
})
