import { describe, expect, it } from 'vitest'
import { bytes, duration, loss, millions, percent, points, rate, roundStep, shortCount, shortDuration, totalGigabytes, whole } from '../../src/renderer/src/numbers'

describe('numbers as the window writes them', () => {
  it('writes scores with one digit on cards and two in tables', () => {
    expect(percent(0.61972)).toBe('62.0')
    expect(percent(0.61972, 2)).toBe('61.97')
    expect(percent(Number.NaN)).toBe('–')
  })

  it('writes gains in points with their sign and a true minus', () => {
    expect(points(0.026)).toBe('+2.6')
    expect(points(-0.0123)).toBe('−1.2')
    expect(points(0.0001)).toBe('0.0')
    expect(points(-0.0001)).toBe('0.0')
  })

  it('writes loss with three digits and says when it is not a number', () => {
    expect(loss(0.6171)).toBe('0.617')
    expect(loss(Number.NaN)).toBe('not a number')
  })

  it('writes rates with a power of ten', () => {
    expect(rate(0.00002)).toBe('2.0 × 10⁻⁵')
    expect(rate(0)).toBe('0')
    expect(rate(3e-4)).toBe('3.0 × 10⁻⁴')
  })

  it('writes parameters in millions where they are not exact', () => {
    expect(millions(1_843_210)).toBe('1.84 million')
  })

  it('writes times in words, never with colons', () => {
    expect(duration(754)).toBe('12 min 34 s')
    expect(duration(4320)).toBe('1 h 12 min')
    expect(duration(59.7)).toBe('1 min')
    expect(duration(45)).toBe('45 s')
    expect(duration(200_000)).toBe('2 d 7 h')
    expect(duration(Number.NaN)).toBe('–')
    expect(shortDuration(754)).toBe('13 min')
    expect(shortDuration(30)).toBe('30 s')
  })

  it('parts thousands with a comma and shortens them on small axes', () => {
    expect(whole(3412)).toBe('3,412')
    expect(shortCount(0)).toBe('0')
    expect(shortCount(1500)).toBe('1.5k')
    expect(shortCount(2_000_000)).toBe('2M')
  })

  it('writes sizes with the unit that fits', () => {
    expect(bytes(67_200_000)).toBe('64.1 MB')
    expect(bytes(9.4 * 1024 ** 3)).toBe('9.4 GB')
    expect(bytes(2048)).toBe('2 kB')
    expect(totalGigabytes(16 * 1024 ** 3)).toBe('16')
  })

  it('chooses axis steps of 1, 2 or 5 times a power of ten', () => {
    expect(roundStep(340, 4)).toBe(100)
    expect(roundStep(3412, 4)).toBe(1000)
    expect(roundStep(0.9, 3)).toBe(0.5)
    expect(roundStep(0, 3)).toBe(1)
  })
})
