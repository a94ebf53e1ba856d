// The six grounds on which scenes stand, painted into RGB pixels: muted colours, coarse texture (so that the files
// stay small), a little different in every picture. Read next: render.ts.

import { assertNever } from '../../contract/check'
import type { RandomStream } from '../random'
import type { Background } from './scene'

export type Rgb = readonly [red: number, green: number, blue: number]

/** RGB bytes `[height, width, 3]` to paint on. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Fills the whole canvas. */
export function paintBackground(canvas: Canvas, background: Background, stream: RandomStream): void {
  switch (background) {
    case 'meadow':
      return paintMeadow(canvas, stream)
    case 'beach':
      return paintBeach(canvas, stream)
    case 'street':
      return paintStreet(canvas, stream)
    case 'room':
      return paintRoom(canvas, stream)
    case 'snow':
      return paintSnow(canvas, stream)
    case 'night':
      return paintNight(canvas, stream)
    default:
      assertNever(background)
  }
}

function paintMeadow(canvas: Canvas, stream: RandomStream): void {
  const horizon = 70 + stream.integer(40)
  gradient(canvas, 0, horizon + 20, [168, 205, 228], [219, 234, 236])
  clouds(canvas, stream, 3, 60)
  hill(canvas, stream, horizon, [150, 186, 130])
  hill(canvas, stream, horizon + 34, [166, 198, 128])
  hill(canvas, stream, horizon + 74, [178, 207, 134])
  scatter(stream, 150, horizon + 24, canvas, (x, y) => {
    fill(canvas, x, y, 2, 5, [146, 180, 106])
    fill(canvas, x + 3, y + 2, 2, 3, [146, 180, 106])
  })
  scatter(stream, 22, horizon + 40, canvas, (x, y) => fill(canvas, x, y, 3, 3, stream.pick([[250, 244, 214], [238, 208, 220], [244, 228, 160]] as const)))
}

function paintBeach(canvas: Canvas, stream: RandomStream): void {
  const sea = 60 + stream.integer(30)
  const sand = sea + 34 + stream.integer(24)
  gradient(canvas, 0, sea, [158, 208, 232], [226, 240, 240])
  clouds(canvas, stream, 2, 46)
  gradient(canvas, sea, sand, [96, 172, 190], [150, 208, 206])
  gradient(canvas, sand, canvas.height, [236, 220, 182], [224, 202, 158])
  fill(canvas, 0, sand - 3, canvas.width, 4, [236, 242, 236])
  scatter(stream, 26, sea + 4, canvas, (x, y) => y < sand - 6 && fill(canvas, x, y, 10 + stream.integer(14), 1, [182, 222, 220]))
  scatter(stream, 190, sand + 6, canvas, (x, y) => fill(canvas, x, y, 2, 2, [214, 190, 146]))
  scatter(stream, 10, sand + 10, canvas, (x, y) => fill(canvas, x, y, 4, 3, [246, 236, 216]))
}

function paintStreet(canvas: Canvas, stream: RandomStream): void {
  const pavement = 104 + stream.integer(30)
  gradient(canvas, 0, pavement, [196, 206, 216], [226, 222, 216])
  for (let x = -stream.integer(30); x < canvas.width; ) {
    const width = 34 + stream.integer(40)
    const top = 18 + stream.integer(60)
    const shade = 168 + stream.integer(26)
    fill(canvas, x, top, width - 3, pavement - top, [shade, shade - 6, shade - 4])
    for (let wy = top + 8; wy < pavement - 12; wy += 16) {
      for (let wx = x + 6; wx < x + width - 12; wx += 13) fill(canvas, wx, wy, 6, 8, [shade + 20, shade + 18, shade + 10])
    }
    x += width
  }
  fill(canvas, 0, pavement, canvas.width, 16, [190, 186, 180])
  fill(canvas, 0, pavement + 16, canvas.width, 3, [120, 118, 120])
  gradient(canvas, pavement + 19, canvas.height, [138, 139, 144], [122, 123, 128])
  const lane = pavement + 50 + stream.integer(20)
  for (let x = -stream.integer(40); x < canvas.width; x += 52) fill(canvas, x, lane, 30, 4, [206, 204, 194])
  scatter(stream, 90, pavement + 22, canvas, (x, y) => fill(canvas, x, y, 3, 1, [112, 113, 118]))
}

function paintRoom(canvas: Canvas, stream: RandomStream): void {
  const floor = 130 + stream.integer(40)
  const wall = stream.pick([[228, 214, 198], [208, 218, 214], [220, 208, 220]] as const)
  gradient(canvas, 0, floor, wall, [wall[0] - 12, wall[1] - 12, wall[2] - 12])
  for (let x = stream.integer(24); x < canvas.width; x += 24) fill(canvas, x, 0, 10, floor, [wall[0] - 14, wall[1] - 12, wall[2] - 12])
  fill(canvas, 0, floor - 8, canvas.width, 8, [244, 240, 232])
  gradient(canvas, floor, canvas.height, [196, 160, 122], [182, 144, 106])
  for (let y = floor + 14; y < canvas.height; y += 18) fill(canvas, 0, y, canvas.width, 1, [152, 118, 86])
  scatter(stream, 16, floor, canvas, (x, y) => {
    const top = floor + 14 + 18 * Math.floor((y - floor) / 18)
    fill(canvas, x, top, 1, Math.min(18, canvas.height - top), [152, 118, 86])
  })
}

function paintSnow(canvas: Canvas, stream: RandomStream): void {
  const horizon = 80 + stream.integer(40)
  gradient(canvas, 0, horizon + 24, [176, 194, 214], [212, 222, 232])
  hill(canvas, stream, horizon, [214, 224, 234])
  hill(canvas, stream, horizon + 40, [228, 235, 241])
  hill(canvas, stream, horizon + 84, [238, 242, 246])
  scatter(stream, 70, 4, canvas, (x, y) => fill(canvas, x, y, 3, 3, [250, 251, 253]))
  scatter(stream, 30, horizon + 40, canvas, (x, y) => fill(canvas, x, y, 12, 1, [206, 218, 230]))
}

function paintNight(canvas: Canvas, stream: RandomStream): void {
  const horizon = 150 + stream.integer(40)
  gradient(canvas, 0, horizon + 24, [26, 30, 66], [70, 66, 110])
  scatter(stream, 60, 4, canvas, (x, y) => {
    const size = 1 + stream.integer(2)
    fill(canvas, x, y, size, size, [226, 222, 196])
  })
  hill(canvas, stream, horizon - 10, [52, 58, 84])
  hill(canvas, stream, horizon + 26, [42, 50, 70])
  scatter(stream, 50, horizon + 20, canvas, (x, y) => fill(canvas, x, y, 5, 1, [60, 70, 88]))
}

/** Fills a rectangle, cut at the edges: one pixel, then copies of what is there. */
function fill(canvas: Canvas, left: number, top: number, width: number, height: number, colour: Rgb): void {
  const x1 = Math.max(0, left)
  const x2 = Math.min(canvas.width, left + width)
  const y1 = Math.max(0, top)
  const y2 = Math.min(canvas.height, top + height)
  if (x1 >= x2 || y1 >= y2) return
  const first = 3 * (y1 * canvas.width + x1)
  const end = 3 * (y1 * canvas.width + x2)
  put(canvas, y1 * canvas.width + x1, colour)
  for (let done = first + 3; done < end; done += done - first) canvas.data.copyWithin(done, first, Math.min(done, first + end - done))
  for (let y = y1 + 1; y < y2; y++) canvas.data.copyWithin(3 * (y * canvas.width + x1), first, end)
}

function put(canvas: Canvas, pixel: number, colour: Rgb): void {
  canvas.data[3 * pixel] = colour[0]
  canvas.data[3 * pixel + 1] = colour[1]
  canvas.data[3 * pixel + 2] = colour[2]
}

/** Rows from `top` to `bottom`, from one colour to another. */
function gradient(canvas: Canvas, top: number, bottom: number, from: Rgb, to: Rgb): void {
  for (let y = top; y < Math.min(bottom, canvas.height); y++) {
    const t = (y - top) / Math.max(1, bottom - top)
    const mixed: Rgb = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1]), from[2] + t * (to[2] - from[2])]
    fill(canvas, 0, y, canvas.width, 1, mixed)
  }
}

/** Everything below a soft curve (a parabola that levels off), down to the lower edge. */
function hill(canvas: Canvas, stream: RandomStream, height: number, colour: Rgb): void {
  const peak = stream.integer(canvas.width)
  const bend = 0.0006 + 0.0008 * stream.next()
  const fallAt = (x: number): number => Math.min(30, bend * (x - peak) * (x - peak))
  const level = Math.max(0, Math.round(height + 20))
  for (let x = 0; x < canvas.width; x++) {
    for (let y = Math.max(0, Math.round(height + fallAt(x) - 10)); y < Math.min(level, canvas.height); y++) put(canvas, y * canvas.width + x, colour)
  }
  fill(canvas, 0, level, canvas.width, canvas.height - level, colour)
}

/** Flat-bottomed heaps of white circles. */
function clouds(canvas: Canvas, stream: RandomStream, count: number, lowest: number): void {
  for (let i = 0; i < count; i++) {
    const x = stream.integer(canvas.width)
    const y = 18 + stream.integer(lowest - 18)
    for (let k = 0; k < 4; k++) disc(canvas, x + 11 * k, y, 7 + stream.integer(6), [240, 245, 247])
  }
}

function disc(canvas: Canvas, cx: number, base: number, radius: number, colour: Rgb): void {
  for (let dy = -radius; dy <= 2; dy++) {
    const half = Math.floor(Math.sqrt(Math.max(0, radius * radius - dy * dy)))
    fill(canvas, cx - half, base + dy, 2 * half, 1, colour)
  }
}

/** Calls `mark` at random places below `top`. */
function scatter(stream: RandomStream, count: number, top: number, canvas: Canvas, mark: (x: number, y: number) => void): void {
  for (let i = 0; i < count; i++) mark(stream.integer(canvas.width), top + stream.integer(Math.max(1, canvas.height - top)))
}
