// Arrays of a file against the parameters of a model: matched, missing, unused, of another shape.
// Read next: import-weights.ts, ../training/start-weights.ts.

import type { NamedWeights } from './name-rules'

export interface ShapeDifference {
  readonly name: string
  readonly file: readonly number[]
  readonly model: readonly number[]
}

export interface WeightsMatch {
  /** In the model's order. */
  readonly matched: readonly NamedWeights[]
  /** Parameters of the model that the file does not have: they start fresh. */
  readonly missing: readonly string[]
  /** Arrays of the file that the model does not have. */
  readonly unused: readonly string[]
  readonly shapeDiffers: readonly ShapeDifference[]
}

/** `model`: shape by name, in the model's order. */
export function matchWeights(arrays: readonly NamedWeights[], model: ReadonlyMap<string, readonly number[]>): WeightsMatch {
  const given = new Map(arrays.map((array) => [array.name, array]))
  const matched: NamedWeights[] = []
  const missing: string[] = []
  const shapeDiffers: ShapeDifference[] = []
  for (const [name, shape] of model) {
    const array = given.get(name)
    if (!array) missing.push(name)
    else if (array.shape.join() === shape.join()) matched.push(array)
    else shapeDiffers.push({ name, file: array.shape, model: shape })
  }
  return { matched, missing, unused: arrays.filter(({ name }) => !model.has(name)).map(({ name }) => name), shapeDiffers }
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
