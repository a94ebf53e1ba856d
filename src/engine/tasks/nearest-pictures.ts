// The pictures that look most like a picture: nearest by the mean of the region features (spec 3.2, hard pool of 100).
// Found when first asked for and kept; in very large splits among a fixed sample of pictures.

import { randomStream } from '../random'
import { captionedPictures, meanFeatures } from './captioned-pictures'
import type { TaskContext, TaskSplit } from './task'

const NEAREST = 99
/** Above so many pictures only so many are compared, drawn once per split. */
const COMPARED = 4000

interface Pool {
  /** [compared, features] */
  readonly means: Float32Array
  readonly places: readonly number[]
  readonly found: Map<number, readonly number[]>
}

const pools = new WeakMap<TaskSplit, Pool>()

function poolOf(context: TaskContext, split: TaskSplit): Pool {
  const cached = pools.get(split)
  if (cached) return cached
  const { pictures } = captionedPictures(split)
  const all = [...pictures.keys()]
  const places = all.length <= COMPARED ? all : randomStream(context.seed, 'hard pool', split.task).shuffle(all).slice(0, COMPARED)
  const size = context.regions.featureSize
  const means = new Float32Array(places.length * size)
  places.forEach((place, row) => {
    const picture = pictures[place]?.picture
    if (picture) means.set(meanFeatures(context, picture), row * size)
  })
  const made = { means, places, found: new Map<number, readonly number[]>() }
  pools.set(split, made)
  return made
}

/** Places (in `captionedPictures`) of up to 99 other pictures, nearest first. */
export function nearestPictures(context: TaskContext, split: TaskSplit, own: number): readonly number[] {
  const pool = poolOf(context, split)
  const cached = pool.found.get(own)
  if (cached) return cached
  const picture = captionedPictures(split).pictures[own]?.picture
  if (!picture) throw new Error(`The split has no picture ${own}`)
  const size = context.regions.featureSize
  const mine = meanFeatures(context, picture)
  const distances = new Float64Array(pool.places.length)
  for (let row = 0; row < distances.length; row++) {
    let sum = 0
    for (let i = 0; i < size; i++) {
      const difference = (mine[i] ?? 0) - (pool.means[row * size + i] ?? 0)
      sum += difference * difference
    }
    distances[row] = sum
  }
  const near = [...distances.keys()]
    .filter((row) => pool.places[row] !== own)
    .sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
    .slice(0, NEAREST)
    .map((row) => pool.places[row] ?? 0)
  pool.found.set(own, near)
  return near
}
