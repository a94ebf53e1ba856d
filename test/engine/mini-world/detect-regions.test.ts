import { describe, expect, it } from 'vitest'
import { detectRegions, MOST_REGIONS } from '../../../src/engine/mini-world/detect-regions'
import { overlap } from '../../../src/engine/mini-world/relations'
import { drawScene } from '../../../src/engine/mini-world/scenes'
import { randomStream } from '../../../src/engine/random'

describe('the regions of a detector', () => {
  const pictures = Array.from({ length: 600 }, (_, i) => {
    const scene = drawScene(randomStream(2, 'scene', i), i + 1)
    return { scene, boxes: detectRegions(randomStream(2, 'detector', i), scene) }
  })

  it('are one to twelve boxes inside the picture', () => {
    for (const { scene, boxes } of pictures) {
      expect(boxes.length).toBeGreaterThan(0)
      expect(boxes.length).toBeLessThanOrEqual(MOST_REGIONS)
      for (const [x1, y1, x2, y2] of boxes) expect(x1 >= 0 && y1 >= 0 && x2 > x1 && y2 > y1 && x2 <= scene.width && y2 <= scene.height).toBe(true)
    }
  })

  it('miss about 3 % of the objects and lie close to the others', () => {
    const best = pictures.flatMap(({ scene, boxes }) => scene.objects.map((object) => Math.max(...boxes.map((box) => overlap(box, object.box)))))
    const missed = best.filter((value) => value < 0.5).length / best.length
    expect(missed).toBeGreaterThan(0.015)
    expect(missed).toBeLessThan(0.05)
    const found = best.filter((value) => value >= 0.5)
    expect(found.reduce((sum, value) => sum + value, 0) / found.length).toBeGreaterThan(0.8)
    expect(Math.max(...found)).toBeLessThan(1)
  })

  it('hold two to four boxes more than objects, before the limit of twelve', () => {
    const extra = pictures.filter(({ scene }) => scene.objects.length <= 6).map(({ scene, boxes }) => boxes.length - scene.objects.length)
    const mean = extra.reduce((sum, value) => sum + value, 0) / extra.length
    expect(mean).toBeGreaterThan(2)
    expect(mean).toBeLessThan(3.5)
    expect(Math.max(...extra)).toBeLessThanOrEqual(4)
  })

  it('come in no order: the first region is not more often the first object', () => {
    const first = pictures.filter(({ scene, boxes }) => {
      const [box] = boxes
      const [object] = scene.objects
      return box && object && overlap(box, object.box) > 0.5
    })
    expect(first.length / pictures.length).toBeLessThan(0.25)
  })

  it('are the same for the same stream', () => {
    const { scene, boxes } = pictures[7] ?? { scene: drawScene(randomStream(1), 1), boxes: [] }
    expect(detectRegions(randomStream(2, 'detector', 7), scene)).toEqual(boxes)
  })
})
