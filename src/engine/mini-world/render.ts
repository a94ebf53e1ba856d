// Draws a scene: the ground, then each object as a coloured shape with a thin outline (light, or dark for light
// colours, so that it stands out on every ground) and a soft shadow. Deterministic. Read next: png.ts.

import { at } from '../../contract/check'
import type { Pixels } from '../data/picture-file'
import { randomStream, type RandomStream } from '../random'
import { paintBackground, type Rgb } from './backgrounds'
import { glyphMask } from './glyphs'
import type { Colour, Scene, SceneObject } from './scene'

const PAINTS: Readonly<Record<Colour, Rgb>> = {
  red: [212, 38, 46],
  orange: [240, 128, 22],
  yellow: [248, 210, 40],
  green: [36, 150, 68],
  blue: [38, 96, 214],
  purple: [138, 62, 178],
  white: [244, 244, 244],
  black: [34, 34, 38]
}

const LIGHT_OUTLINE: Rgb = [250, 250, 248]
const DARK_OUTLINE: Rgb = [58, 58, 70]

/** Room around a shape for its outline and shadow, pixels. */
const MARGIN = 6
const SHADOW = { x: 2, y: 3, strength: 0.32 }

/** The picture of a scene as RGB pixels. Two scenes with the same objects and ground (twins of two pools) look alike. */
export function renderScene(scene: Scene): Pixels {
  const canvas = { width: scene.width, height: scene.height, data: new Uint8Array(scene.width * scene.height * 3) }
  // Named by the first object, not by the picture: a vg picture and its coco twin share their objects.
  const stream = randomStream(at(scene.objects, 0).id, 'texture')
  paintBackground(canvas, scene.background, stream)
  for (const object of scene.objects) drawObject(canvas, object, stream)
  return canvas
}

function drawObject(canvas: Pixels, object: SceneObject, stream: RandomStream): void {
  const width = object.box[2] - object.box[0]
  const height = object.box[3] - object.box[1]
  const shape = padded(glyphMask(object.category, width, height, object.facing), width, height)
  const w = width + 2 * MARGIN
  const h = height + 2 * MARGIN
  const outline = widest(shape, w, h)
  const shadow = softened(softened(outline, w, h), w, h)
  const shade = 0.94 + 0.12 * stream.next()
  const paint = PAINTS[object.colour]
  const edge = object.colour === 'white' || object.colour === 'yellow' ? DARK_OUTLINE : LIGHT_OUTLINE
  const left = object.box[0] - MARGIN
  const top = object.box[1] - MARGIN
  blend(canvas, shadow, w, h, left + SHADOW.x, top + SHADOW.y, () => [16, 18, 28], SHADOW.strength)
  blend(canvas, outline, w, h, left, top, () => edge, 0.92)
  blend(canvas, shape, w, h, left, top, (y) => lit(paint, shade * (1.1 - (0.22 * (y - MARGIN)) / height)), 1)
}

const lit = (paint: Rgb, light: number): Rgb => [
  Math.min(255, paint[0] * light),
  Math.min(255, paint[1] * light),
  Math.min(255, paint[2] * light)
]

/** A mask `[height, width]` with an empty margin on all sides. */
function padded(mask: Float32Array, width: number, height: number): Float32Array {
  const w = width + 2 * MARGIN
  const result = new Float32Array(w * (height + 2 * MARGIN))
  for (let y = 0; y < height; y++) result.set(mask.subarray(y * width, (y + 1) * width), (y + MARGIN) * w + MARGIN)
  return result
}

/** Each pixel's largest neighbour value (3 × 3): the shape one pixel wider all round. */
function widest(mask: Float32Array, w: number, h: number): Float32Array {
  const across = new Float32Array(mask.length)
  const result = new Float32Array(mask.length)
  for (let i = 1; i < w * h - 1; i++) across[i] = Math.max(mask[i - 1] as number, mask[i] as number, mask[i + 1] as number)
  for (let i = w; i < w * (h - 1); i++) result[i] = Math.max(across[i - w] as number, across[i] as number, across[i + w] as number)
  return result
}

/** Mean of 3 × 3 neighbours. */
function softened(mask: Float32Array, w: number, h: number): Float32Array {
  const across = new Float32Array(mask.length)
  const result = new Float32Array(mask.length)
  for (let i = 1; i < w * h - 1; i++) across[i] = ((mask[i - 1] as number) + (mask[i] as number) + (mask[i + 1] as number)) / 3
  for (let i = w; i < w * (h - 1); i++) result[i] = ((across[i - w] as number) + (across[i] as number) + (across[i + w] as number)) / 3
  return result
}

/** Lays a colour (one per row of the mask) over the canvas where the mask covers it. */
function blend(
  canvas: Pixels, mask: Float32Array, w: number, h: number, left: number, top: number, colourOfRow: (y: number) => Rgb, strength: number
): void {
  const { data, width, height } = canvas
  const last = Math.min(w, width - left)
  for (let y = Math.max(0, -top); y < Math.min(h, height - top); y++) {
    const [red, green, blue] = colourOfRow(y)
    for (let x = Math.max(0, -left); x < last; x++) {
      const cover = (mask[y * w + x] as number) * strength
      if (cover < 0.004) continue
      const kept = 1 - cover
      const pixel = 3 * ((top + y) * width + left + x)
      data[pixel] = (data[pixel] as number) * kept + red * cover + 0.5
      data[pixel + 1] = (data[pixel + 1] as number) * kept + green * cover + 0.5
      data[pixel + 2] = (data[pixel + 2] as number) * kept + blue * cover + 0.5
    }
  }
}
