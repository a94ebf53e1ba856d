// Exact gradient accumulation: a batch is cut into parts that fit into memory; their gradients, each weighted by the
// part's share of the batch's loss, add up to the gradient of the whole batch, which is applied once (spec 3.1).
// Read next: ../compile/accumulation.ts, compiled-engine.ts.

import { type Tensor, add, mul, slice, reshape } from '@tensorflow/tfjs-core'
import type { PretrainingBatch } from '../pretraining/pretraining-batch'
import type { TaskBatch } from '../tasks/task-batch'
import type { Feed, InputSpec } from './engine-options'
import type { PretrainingResult } from './step-engine'
import type { PretrainingLoss } from './step-program'

/** Shares of the part in the batch's weighted means: of a task one, of pre-training word, region and alignment loss. */
export type Shares = readonly number[]

export interface Part {
  readonly feeds: readonly Feed[]
  readonly shares: Shares
  /** The place of the part in the batch: examples from, and up to but without. */
  readonly from: number
  readonly to: number
}

/** What a pre-training part is fed beside its rows: the factors of its three losses. */
export const LOSS_SHARES: InputSpec = { name: 'lossShares', dtype: 'float32', shape: [3] }

/** The feeds of a task's batch in parts; parts of weight 0 (padding) are left out, but for the first. */
export function taskParts(specs: readonly InputSpec[], feeds: readonly Feed[], batch: TaskBatch, size: number): Part[] {
  const total = sumOf(batch.weights)
  const parts = cut(specs, feeds, batch.examples, batch.rows / batch.examples, size)
  return parts.map((part) => ({ ...part, shares: [share(sumOf(batch.weights.subarray(part.from, part.to)), total)] })).filter(counts)
}

/** The same of pre-training, where each loss is a mean over its own labels. */
export function pretrainingParts(specs: readonly InputSpec[], feeds: readonly Feed[], batch: PretrainingBatch, size: number): Part[] {
  const sums = (from: number, to: number): number[] => [
    labelled(batch.weights, batch.words, from, to, (i) => ((batch.wordLabels[i] ?? -1) >= 0 ? 1 : 0)),
    labelled(batch.weights, batch.regions, from, to, (i) => batch.regionLabels[i] ?? 0),
    sumOf(batch.weights.subarray(from, to))
  ]
  const totals = sums(0, batch.rows)
  return cut(specs, feeds, batch.rows, 1, size).map((part) => {
    const shares = sums(part.from, part.to).map((sum, i) => share(sum, totals[i] ?? 0))
    const fed: Feed = { name: LOSS_SHARES.name, dtype: 'float32', shape: [3], data: Float32Array.from(shares) }
    return { ...part, shares, feeds: [...part.feeds, fed] }
  }).filter(counts)
}

/** The part's contribution to the batch's loss. shares [3] */
export function sharedLoss({ wordLoss, regionLoss, alignmentLoss }: PretrainingLoss, shares: Tensor, alignmentFactor: number): Tensor {
  const of = (loss: Tensor, i: number): Tensor => mul(loss, reshape(slice(shares, [i], [1]), []))
  return add(add(of(wordLoss, 0), of(regionLoss, 1)), mul(of(alignmentLoss, 2), alignmentFactor))
}

/** Σ share × value over the parts. */
export function sharedMean(parts: readonly Part[], values: readonly number[], place = 0): number {
  return parts.reduce((sum, part, i) => sum + (part.shares[place] ?? 0) * (values[i] ?? Number.NaN), 0)
}

/** The parts' rows of outputs in their places of the batch; parts that were left out are zero. */
export function joined<T extends Float32Array | Int32Array>(parts: readonly Part[], outputs: readonly T[], examples: number, make: (length: number) => T): T {
  const [first] = parts
  const width = first ? (outputs[0]?.length ?? 0) / (first.to - first.from) : 0
  const whole = make(examples * width)
  parts.forEach((part, i) => whole.set(outputs[i] ?? make(0), part.from * width))
  return whole
}

/** The results of a pre-training batch's parts as of the whole; the gradient norm is that of the last. */
export function joinedPretraining(parts: readonly Part[], results: readonly PretrainingResult[], rows: number, alignmentFactor: number): PretrainingResult {
  const mean = (loss: 'wordLoss' | 'regionLoss' | 'alignmentLoss', place: number): number => sharedMean(parts, results.map((each) => each[loss]), place)
  const losses = { wordLoss: mean('wordLoss', 0), regionLoss: mean('regionLoss', 1), alignmentLoss: mean('alignmentLoss', 2) }
  const whole = (name: 'wordGuess' | 'regionGuess'): Int32Array => joined(parts, results.map((each) => each[name]), rows, (length) => new Int32Array(length))
  return {
    ...losses, loss: losses.wordLoss + losses.regionLoss + losses.alignmentLoss * alignmentFactor,
    gradientNorm: results[results.length - 1]?.gradientNorm ?? 0, wordGuess: whole('wordGuess'), regionGuess: whole('regionGuess'),
    alignmentLogits: joined(parts, results.map((each) => each.alignmentLogits), rows, (length) => new Float32Array(length))
  }
}

/** Masks of the parts differ: the first part has the step's own seed. */
export function partSeed([first, second]: readonly [number, number], part: number): [number, number] {
  return [(first + Math.imul(part, 0x9e3779b9)) | 0, second]
}

function cut(specs: readonly InputSpec[], feeds: readonly Feed[], examples: number, rowsPerExample: number, size: number): Omit<Part, 'shares'>[] {
  const units = new Map(specs.map(({ name, shape }) => [name, shape[0] === 'e' ? 1 : shape[0] === 'b' ? rowsPerExample : 0]))
  return Array.from({ length: Math.ceil(examples / size) }, (_, i) => {
    const from = i * size
    const to = Math.min(examples, from + size)
    return { from, to, feeds: feeds.map((feed) => rowsOf(feed, units.get(feed.name) ?? 0, from, to)) }
  })
}

/** Rows of a feed; one that does not depend on the batch (`unit` 0) as it is. */
function rowsOf(feed: Feed, unit: number, from: number, to: number): Feed {
  const [rows] = feed.shape
  if (unit === 0 || rows === undefined) return feed
  const width = feed.data.length / rows
  return { ...feed, shape: [(to - from) * unit, ...feed.shape.slice(1)], data: feed.data.subarray(from * unit * width, to * unit * width) }
}

function labelled(weights: Float32Array, width: number, from: number, to: number, label: (i: number) => number): number {
  let sum = 0
  for (let i = from * width; i < to * width; i++) sum += label(i) * (weights[Math.floor(i / width)] ?? 0)
  return sum
}

function counts(part: Part): boolean {
  return part.from === 0 || part.shares.some((each) => each > 0)
}

function share(part: number, total: number): number {
  return total > 0 ? part / total : 0
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
