// Filling the trunk's inputs: words of a text into a row, regions of a picture into a row; shared by all tasks and by
// pre-training (spec 1.4, 3.1). Arrays start as zeros, which is padding. Read next: question-answering.ts.

import { taskById } from '../../contract/task-catalog'
import type { PictureRows } from '../data/picture-rows'
import type { TaskShape } from '../execution/step-engine'
import type { TaskBatch, TrunkInputs } from './task-batch'

/** A batch of zeros: all padding. */
export function emptyBatch(shape: TaskShape, featureSize: number): TaskBatch {
  const { examples, words, regions, targetWidth } = shape
  const rows = examples * taskById(shape.task).rowsPerExample
  return {
    task: shape.task, examples, rows, words, regions, targetWidth, ...emptyInputs(rows, words, regions, featureSize),
    weights: new Float32Array(examples), targets: new Float32Array(examples * targetWidth),
    targetMask: new Float32Array(examples * targetWidth), indices: new Int32Array(examples).fill(-1)
  }
}

export function emptyInputs(rows: number, words: number, regions: number, featureSize: number): TrunkInputs {
  return {
    wordIds: new Int32Array(rows * words), wordMask: new Float32Array(rows * words),
    features: new Float32Array(rows * regions * featureSize), boxes: new Float32Array(rows * regions * 5), regionMask: new Float32Array(rows * regions)
  }
}

/** Writes the ids of a text into a row of [rows, words]. */
export function fillWords(batch: TrunkInputs, row: number, words: number, ids: readonly number[]): void {
  const start = row * words
  const count = Math.min(ids.length, words)
  for (let i = 0; i < count; i++) {
    batch.wordIds[start + i] = ids[i] ?? 0
    batch.wordMask[start + i] = 1
  }
}

/**
 * Writes the regions of a picture into a row of [rows, regions], starting at region `at`; returns the next free region.
 * What does not fit is cut.
 */
export function fillRegions(batch: TrunkInputs, row: number, regions: number, picture: Pick<PictureRows, 'features' | 'boxes' | 'count'>, at = 0): number {
  const count = Math.max(0, Math.min(picture.count, regions - at))
  const featureSize = batch.features.length / batch.regionMask.length
  const place = row * regions + at
  batch.features.set(picture.features.subarray(0, count * featureSize), place * featureSize)
  batch.boxes.set(picture.boxes.subarray(0, count * 5), place * 5)
  batch.regionMask.fill(1, place, place + count)
  return at + count
}

/** An example that is there has weight 1; all its logits count unless a task says otherwise. */
export function markExample(batch: TaskBatch, row: number, index: number, from = 0, to = batch.targetWidth): void {
  batch.weights[row] = 1
  batch.indices[row] = index
  batch.targetMask.fill(1, row * batch.targetWidth + from, row * batch.targetWidth + to)
}

/** Padding rows see one word and one region: attention over nothing has no meaning. */
export function openPadding(batch: TaskBatch): void {
  const each = batch.rows / batch.examples
  for (let example = 0; example < batch.examples; example++) {
    if (batch.weights[example] !== 0) continue
    for (let row = example * each; row < (example + 1) * each; row++) {
      batch.wordMask[row * batch.words] = 1
      batch.regionMask[row * batch.regions] = 1
    }
    batch.targetMask[example * batch.targetWidth] = 1
  }
}

/** Length of the longest text in ids, [CLS] and [SEP] included, at most the reference's limit. */
export function longestText(texts: Iterable<string>, encode: (text: string) => readonly number[], limit: number): number {
  let longest = 3
  for (const text of texts) longest = Math.max(longest, encode(text).length + 2)
  return Math.min(longest, limit)
}
