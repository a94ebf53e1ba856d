import { describe, expect, it } from 'vitest'
import { readDetector, shippedDetector } from '../../../src/engine/data/pixel-features'
import { resourcePath } from '../../../src/engine/resources'
import { readSafetensorsHeader } from '../../../src/engine/checkpoint/safetensors'
import { detectorSamples } from '../../../src/engine/mini-world/detector-samples'
import { SHIPPED_TRAINING, trainDetector } from '../../../src/engine/mini-world/train-detector'

describe('training the detector', { timeout: 60_000 }, () => {
  const samples = detectorSamples(4, 60, 2, 0.045)
  const training = { seed: 4, scenes: 60, epochs: 1, hidden: 24 }

  it('gives the same weights every time', () => {
    expect(trainDetector(samples, training)).toEqual(trainDetector(samples, training))
  })

  it('names ever more categories', () => {
    const right: number[] = []
    trainDetector(samples, { ...training, epochs: 8 }, (_, [category = 0]) => right.push(category))
    expect(right).toHaveLength(8)
    expect(right[7]).toBeGreaterThan(3 * (right[0] ?? 1))
  })

  it('labels every object of a scene, each as often as asked, and boxes of ground', () => {
    const background = samples.category.filter((category) => category === 48).length
    expect(background).toBeGreaterThan(30)
    expect(samples.count - background).toBeGreaterThan(60 * 3 * 2)
    expect([...samples.colour].every((colour, i) => (colour === 8) === (samples.category[i] === 48))).toBe(true)
  })
})

describe('the shipped detector', () => {
  it('was made by the training that the code states', () => {
    const path = resourcePath('mini-world', 'detector.safetensors')
    const { metadata } = readSafetensorsHeader(path)
    for (const [key, value] of Object.entries(SHIPPED_TRAINING)) expect(metadata[key]).toBe(String(value))
    expect(readDetector(path).hidden.bias).toHaveLength(SHIPPED_TRAINING.hidden)
    expect(shippedDetector()).toBe(shippedDetector())
  })
})
