// The things of the mini-world: 48 categories in eight families, each with the words people use for it.
// The glyph is a name of the icon set @iconify-json/mdi (Apache-2.0). Read next: scenes.ts, render.ts.

export interface Category {
  readonly name: string
  readonly plural: string
  /** Another common word for it; the grammars use either. */
  readonly synonym?: string
  readonly family: Family
  readonly glyph: string
  /** True if the glyph looks to one side, so that it can face left or right. */
  readonly sided: boolean
}

export const FAMILIES = ['person', 'animal', 'food', 'vehicle', 'furniture', 'clothing', 'thing', 'place'] as const
export type Family = (typeof FAMILIES)[number]
