// A box that is drawn over a picture, and where its tag stands. Pure. Read next: BoxedPicture.vue.

export type Box = readonly [number, number, number, number]

export interface ShownBox {
  /** x1, y1, x2, y2 in the picture's pixels. */
  readonly box: Box
  readonly kind: 'region' | 'candidate' | 'answer' | 'expected'
  readonly tag: string
}

/** Where the tag of 60 × 15 stands, as a transform: above the box, below the right one, inside the picture. `unit`: pixels per screen pixel. */
export function tagPlace({ box, kind }: ShownBox, [width, height]: readonly [number, number], unit: number): string {
  const high = 15 * unit
  const y = kind === 'expected' ? box[3] + 2 * unit : box[1] - high - 2 * unit
  return `translate(${Math.min(width - 62 * unit, Math.max(0, box[0]))} ${Math.min(height - high, Math.max(0, y))}) scale(${unit})`
}
