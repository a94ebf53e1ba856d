// What a picture of the mini-world contains: the scene graph that the renderer draws and that every sentence is
// about. Pure types and geometry; made by scenes.ts, drawn by render.ts, talked about by language/*.ts.

/** Eight colours; each object has exactly one. */
export const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'white', 'black'] as const
export type Colour = (typeof COLOURS)[number]

export const BACKGROUNDS = ['meadow', 'beach', 'street', 'room', 'snow', 'night'] as const
export type Background = (typeof BACKGROUNDS)[number]

export const SIZES = ['small', 'medium', 'large'] as const
export type Size = (typeof SIZES)[number]

/** Corners in pixels, origin top left: x1 < x2, y1 < y2. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number]

export interface SceneObject {
  /** Unique in the whole world. */
  readonly id: number
  /** A name of catalog.ts, for example `dog`. */
  readonly category: string
  readonly colour: Colour
  readonly size: Size
  /** Which way the glyph looks; `none` for glyphs without a side. */
  readonly facing: 'left' | 'right' | 'none'
  readonly box: Box
}

/** Directed relations between two objects of a scene, by index into `objects`. */
export type Predicate = 'left of' | 'right of' | 'above' | 'below' | 'next to' | 'on' | 'holding' | 'wearing'

export interface Relation {
  readonly subject: number
  readonly predicate: Predicate
  readonly object: number
}

export interface Scene {
  /** Unique in its picture pool; the picture's published id. */
  readonly id: number
  readonly width: number
  readonly height: number
  readonly background: Background
  /** 3–9 objects, drawn in this order (later ones in front). */
  readonly objects: readonly SceneObject[]
  readonly relations: readonly Relation[]
}

/** Picture pools, as the real data sets share them (shared pictures are what cleaning is about). */
export const POOLS = ['coco', 'vg', 'flickr30k', 'nlvr2', 'cc'] as const
export type Pool = (typeof POOLS)[number]

export type Split = 'train' | 'val' | 'test'

/** A pool's picture: its scene and where its file is, relative to the world's folder. */
export interface Picture {
  readonly pool: Pool
  readonly split: Split
  /** For example `images/coco/COCO_train2014_000000000017.png`. */
  readonly file: string
  readonly scene: Scene
  /** A vg picture that is also in the coco pool carries that picture's id, as in Visual Genome's image_data.json. */
  readonly cocoId: number | null
}

export const WORLD_SIZES = ['tiny', 'mini', 'full'] as const
export type WorldSize = (typeof WORLD_SIZES)[number]

/** Everything that a world shows; its files are written by make-world.ts and writers/write-data-sets.ts. */
export interface World {
  readonly size: WorldSize
  readonly seed: number
  readonly pictures: readonly Picture[]
}
