import { describe, expect, it } from 'vitest'
import { gridBoxes, overlap, writeFractions } from '../../../src/engine/data/boxes'
import { emptyPicture, withGlobalRow } from '../../../src/engine/data/picture-rows'

describe('boxes', () => {
  it('counts pixels with the +1 rule', () => {
    // 10×10 and 10×10 pixels that share 5×10: 50 / 150.
    expect(overlap([0, 0, 9, 9], [5, 0, 14, 9])).toBeCloseTo(50 / 150, 12)
    expect(overlap([0, 0, 9, 9], [0, 0, 9, 9])).toBe(1)
    expect(overlap([0, 0, 9, 9], [10, 0, 19, 9])).toBe(0)
    // Boxes that only touch in a corner pixel share one pixel.
    expect(overlap([0, 0, 9, 9], [9, 9, 18, 18])).toBeCloseTo(1 / 199, 12)
  })

  it('gives the five numbers of a region without the +1', () => {
    const five = new Float32Array(5)
    writeFractions(five, 0, [20, 30, 60, 90], 200, 300)
    expect([...five]).toEqual([0.1, 0.1, 0.3, 0.3, 0.04].map(Math.fround))
  })

  it('covers a picture with nine fields', () => {
    expect(gridBoxes(40, 20)).toHaveLength(9)
    expect(gridBoxes(40, 20)[8]).toEqual([20, 10, 40, 20])
  })

  it('puts the mean of the regions before them', () => {
    const rows = withGlobalRow({ width: 10, height: 10, boxes: Float32Array.of(0, 0, 5, 5, 5, 5, 10, 10), features: Float32Array.of(1, 2, 3, 6), classes: null }, 2, 0, 100)
    expect([...rows.features]).toEqual([2, 4, 1, 2, 3, 6])
    expect([...rows.boxes.subarray(0, 5)]).toEqual([0, 0, 1, 1, 1])
    expect([...rows.corners.subarray(0, 4)]).toEqual([0, 0, 10, 10])
  })

  it('takes the mean of the regions that stay when there are too many', () => {
    const rows = withGlobalRow({ width: 10, height: 10, boxes: new Float32Array(12), features: Float32Array.of(1, 3, 100), classes: null }, 1, 0, 2)
    expect([...rows.features]).toEqual([2, 1, 3])
  })

  it('gives an absent picture one row of zeros', () => {
    const empty = emptyPicture(3, 2)
    expect([empty.count, ...empty.features]).toEqual([1, 0, 0, 0])
  })
})
