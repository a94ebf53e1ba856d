// The pictures of a caption split with all their captions: what retrieval draws its wrong pairs from.
// Read next: image-retrieval.ts.

import type { CaptionExample, Example, PictureRef } from '../data/example'
import type { TaskContext, TaskSplit } from './task'

export const asCaption = (example: Example | undefined): CaptionExample => {
  if (example?.kind !== 'caption') throw new Error(`Expected a caption, found ${example?.kind ?? 'nothing'}`)
  return example
}

/** The pictures of a split with their captions, and the picture of each example. */
export interface CaptionedPictures {
  readonly pictures: readonly { readonly picture: PictureRef; readonly captions: readonly string[] }[]
  /** [examples]: place in `pictures`. */
  readonly ofExample: Int32Array
}

const grouped = new WeakMap<TaskSplit, CaptionedPictures>()

export function captionedPictures(split: TaskSplit): CaptionedPictures {
  const cached = grouped.get(split)
  if (cached) return cached
  const places = new Map<string, number>()
  const pictures: { picture: PictureRef; captions: string[] }[] = []
  const ofExample = new Int32Array(split.examples.length)
  split.examples.forEach((example, index) => {
    const { picture, caption } = asCaption(example)
    const place = places.get(picture.id) ?? pictures.push({ picture, captions: [] }) - 1
    places.set(picture.id, place)
    pictures[place]?.captions.push(caption)
    ofExample[index] = place
  })
  const made = { pictures, ofExample }
  grouped.set(split, made)
  return made
}

/** Row 0 of the picture: the mean of its regions, [features]. */
export function meanFeatures(context: TaskContext, picture: PictureRef): Float32Array {
  return context.regions.rows(picture).features.subarray(0, context.regions.featureSize)
}
