import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPicture } from '../../../src/engine/data/picture-file'
import { applyLayer, PIXEL_FEATURE_SIZE, readRegions, regionFeatures, toProbabilities } from '../../../src/engine/data/pixel-features'
import { categoryIndex, CLASS_COUNT } from '../../../src/engine/mini-world/catalog'
import { jitterBox } from '../../../src/engine/mini-world/detect-regions'
import { renderScene } from '../../../src/engine/mini-world/render'
import { COLOURS } from '../../../src/engine/mini-world/scene'
import { drawScene } from '../../../src/engine/mini-world/scenes'
import { randomStream } from '../../../src/engine/random'

interface Probe {
  readonly features: Float32Array[]
  readonly categories: number[]
  readonly colours: number[]
  readonly facings: number[]
}

/** Features of jittered boxes of scenes that the detector never saw. */
function probeSet(seed: number, scenes: number): Probe {
  const probe: Probe = { features: [], categories: [], colours: [], facings: [] }
  for (let i = 0; i < scenes; i++) {
    const stream = randomStream(seed, 'probe', i)
    const scene = drawScene(stream, 900_000 + seed * 10_000 + i)
    const boxes = scene.objects.map((object) => jitterBox(stream, object.box, scene.width, scene.height))
    const features = regionFeatures(renderScene(scene), boxes)
    scene.objects.forEach((object, k) => {
      probe.features.push(features.subarray(k * PIXEL_FEATURE_SIZE, (k + 1) * PIXEL_FEATURE_SIZE))
      probe.categories.push(categoryIndex(object.category))
      probe.colours.push(COLOURS.indexOf(object.colour))
      probe.facings.push(object.facing === 'left' ? 0 : object.facing === 'right' ? 1 : 2)
    })
  }
  return probe
}

/** Softmax regression: share of the test boxes whose label a linear map of the features names. */
function linearProbe(train: Float32Array[], labels: number[], test: Float32Array[], truth: number[], classes: number): number {
  const width = PIXEL_FEATURE_SIZE
  const weight = new Float32Array(classes * width)
  const bias = new Float32Array(classes)
  const scores = new Float32Array(classes)
  const score = (feature: Float32Array): void => applyLayer({ weight, bias }, feature, scores)
  const stream = randomStream(1, 'probe order')
  for (let epoch = 0; epoch < 6; epoch++) {
    for (const index of stream.shuffle(train.map((_, i) => i))) {
      const feature = train[index] ?? new Float32Array()
      score(feature)
      toProbabilities(scores)
      const label = labels[index] ?? 0
      scores[label] = (scores[label] ?? 0) - 1
      for (let c = 0; c < classes; c++) {
        const step = 0.02 * (scores[c] ?? 0)
        if (Math.abs(step) < 1e-5) continue
        for (let i = 0; i < width; i++) weight[c * width + i] = (weight[c * width + i] ?? 0) - step * (feature[i] ?? 0)
        bias[c] = (bias[c] ?? 0) - step
      }
    }
  }
  const right = test.filter((feature, n) => {
    score(feature)
    return scores.indexOf(Math.max(...scores)) === truth[n]
  })
  return right.length / test.length
}

describe('features from pixels', { timeout: 60_000 }, () => {
  it('let a linear map name the category of > 90 % and the colour of > 95 % of jittered boxes', () => {
    const train = probeSet(5, 300)
    const test = probeSet(6, 100)
    const category = linearProbe(train.features, train.categories, test.features, test.categories, CLASS_COUNT)
    const colour = linearProbe(train.features, train.colours, test.features, test.colours, COLOURS.length)
    const facing = linearProbe(train.features, train.facings, test.features, test.facings, 3)
    console.info(`linear probe: category ${category.toFixed(3)}, colour ${colour.toFixed(3)}, facing ${facing.toFixed(3)} of ${test.features.length} boxes`)
    expect(category).toBeGreaterThan(0.9)
    expect(colour).toBeGreaterThan(0.95)
    expect(facing).toBeGreaterThan(0.9)
  })

  it('have mean 0 and variance 1 about, and class probabilities that sum to 1 and mostly name the object', () => {
    const scenes = Array.from({ length: 80 }, (_, i) => drawScene(randomStream(8, 'scene', i), 910_000 + i))
    let sum = 0
    let squares = 0
    let count = 0
    let named = 0
    let boxes = 0
    for (const scene of scenes) {
      const { features, classes, classCount } = readRegions(renderScene(scene), scene.objects.map((object) => object.box))
      expect(classCount).toBe(CLASS_COUNT)
      scene.objects.forEach((object, k) => {
        const row = classes.subarray(k * classCount, (k + 1) * classCount)
        expect(row.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 4)
        named += Number(row.indexOf(Math.max(...row)) === categoryIndex(object.category))
        boxes++
      })
      for (const value of features) {
        sum += value
        squares += value * value
        count++
      }
    }
    expect(Math.abs(sum / count)).toBeLessThan(0.15)
    expect(squares / count).toBeGreaterThan(0.7)
    expect(squares / count).toBeLessThan(1.4)
    expect(named / boxes).toBeGreaterThan(0.9)
  })

  it('depend on the pixels inside the box and on nothing else', () => {
    const scene = drawScene(randomStream(9, 'scene'), 920_000)
    const pixels = renderScene(scene)
    const box = [100, 60, 180, 140]
    const before = regionFeatures(pixels, [box])
    const outside = { ...pixels, data: Uint8Array.from(pixels.data) }
    for (let y = 0; y < pixels.height; y++) {
      for (let x = 0; x < pixels.width; x++) {
        if (x < 99 || x > 181 || y < 59 || y > 141) outside.data.fill(0, 3 * (y * pixels.width + x), 3 * (y * pixels.width + x) + 3)
      }
    }
    expect(regionFeatures(outside, [box])).toEqual(before)
    const inside = { ...pixels, data: Uint8Array.from(pixels.data, (value) => 255 - value) }
    expect(regionFeatures(inside, [box])).not.toEqual(before)
  })

  it('are repeated to fill a larger feature size', () => {
    const pixels = renderScene(drawScene(randomStream(10, 'scene'), 930_000))
    const small = regionFeatures(pixels, [[10, 10, 60, 70]])
    const large = regionFeatures(pixels, [[10, 10, 60, 70]], 2048)
    expect(large).toHaveLength(2048)
    expect(large.subarray(64, 128)).toEqual(small)
  })
})

const photos = path.join(process.env['TWELVE_IN_ONE_SHARED'] ?? path.join(__dirname, '../../../../shared'), 'data/samples/images/coco_val2017')

describe('photographs', () => {
  const missing = !existsSync(photos)
  if (missing) console.info(`skipped: the real sample pictures are not at ${photos}`)
  it.skipIf(missing)('are decoded and give finite features, also for boxes that leave the picture', () => {
    const names = readdirSync(photos).filter((file) => file.endsWith('.jpg'))
    const file = path.join(photos, names[0] ?? '')
    const picture = readPicture(file)
    expect(picture.data).toHaveLength(picture.width * picture.height * 3)
    const { features, classes } = readRegions(picture, [[0, 0, picture.width, picture.height], [-20.5, 3, picture.width + 40, 77.7], [5, 5, 5, 5]])
    expect([...features, ...classes].every(Number.isFinite)).toBe(true)
  })
})
