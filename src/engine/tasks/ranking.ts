// Retrieval over n × n pairs (spec 7): every caption against every picture, each caption's states and each picture's
// states computed once. Captions of similar length go together. Read next: ranking-plans.ts, retrieval-ranks.ts.

import { at } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import { blindfold } from '../data/blindfold'
import type { PictureRef } from '../data/example'
import { type TaskToken, tokenRow } from '../execution/engine-options'
import type { ForwardEngine } from '../execution/forward-engine'
import type { TaskShape } from '../execution/step-engine'
import { emptyInputs, fillRegions, fillWords } from './fill-rows'
import { PICTURE_STATES, pairScores, textStates } from './ranking-plans'
import type { TaskContext } from './task'
import type { TrunkInputs } from './task-batch'

/** Captions whose states are computed together. */
const CAPTIONS_AT_ONCE = 64
/** Lengths that are worth a plan of their own, where there are many pairs. */
const LENGTHS = 4
const MANY_PAIRS = 100_000

export interface RankingRequest {
  readonly engine: ForwardEngine
  readonly context: TaskContext
  readonly shape: TaskShape
  readonly taskToken: TaskToken
  readonly captions: readonly string[]
  readonly pictures: readonly PictureRef[]
  /** Of `rankedLengths`: those of the engine's plans. */
  readonly lengths: readonly number[]
  /** Pictures that one caption meets in one run. */
  readonly picturesAtOnce: number
  /** Told each caption's scores, [pictures], in an order of its own; the array is used again. */
  onScores(caption: number, scores: Float32Array): void
  /** After each run: pairs scored so far. False breaks off. */
  gate(done: number): Promise<boolean>
}

/** A few lengths so that each text has one that is not much longer: quarters of the texts, the longest last; of few pairs only this. */
export function rankedLengths(lengths: readonly number[], pictures: number): number[] {
  const most = lengths.length * pictures < MANY_PAIRS ? 1 : LENGTHS
  const sorted = [...lengths].sort((a, b) => a - b)
  const chosen = Array.from({ length: most }, (_, part) => sorted[Math.ceil(((part + 1) * sorted.length) / most) - 1])
  return [...new Set(chosen.filter((length): length is number => length !== undefined))]
}

/** Ids of each caption in the model's words, cut to the task's length. */
export const captionIds = (context: TaskContext, shape: TaskShape, captions: readonly string[]): number[][] =>
  captions.map((caption) => context.tokenizer.encode(caption, shape.words))

/** Scores all pairs. False if the gate broke it off. */
export async function rankPairs(request: RankingRequest): Promise<boolean> {
  const { engine, context, shape, captions, pictures, lengths } = request
  const ids = captionIds(context, shape, captions)
  const chunks = await pictureChunks(request)
  const scores = new Float32Array(pictures.length)
  let done = 0
  for (const [place, words] of lengths.entries()) {
    const least = lengths[place - 1] ?? 0
    const own = [...ids.keys()].filter((caption) => at(ids, caption).length > least && at(ids, caption).length <= words)
    for (let from = 0; from < own.length; from += CAPTIONS_AT_ONCE) {
      const group = own.slice(from, from + CAPTIONS_AT_ONCE)
      const inputs = textInputs(request, group.map((caption) => at(ids, caption)), words)
      const { states = new Float32Array() } = await engine.run(textStates(words), inputs)
      const size = states.length / group.length
      for (const [row, caption] of group.entries()) {
        const text = states.subarray(row * size, (row + 1) * size)
        const wordMask = inputs.wordMask.subarray(row * words, (row + 1) * words)
        for (const { start, vision, regionMask } of chunks) {
          const found = await engine.run(pairScores(words), { text, wordMask, vision, regionMask })
          scores.set(found['scores'] ?? [], start)
          done += regionMask.length / shape.regions
          if (!(await request.gate(done))) return false
        }
        request.onScores(caption, scores)
      }
    }
  }
  return true
}

function textInputs({ context, shape, taskToken }: RankingRequest, ids: readonly (readonly number[])[], words: number): Pick<TrunkInputs, 'wordIds' | 'wordMask'> & { tokenRows: Int32Array } {
  const rows = emptyInputs(ids.length, words, 1, 1)
  ids.forEach((list, row) => fillWords(rows, row, words, list))
  const { wordIds, wordMask } = blindfold(rows, context.blind, context.tokenizer)
  return { wordIds, wordMask, tokenRows: new Int32Array(ids.length).fill(tokenRow(taskById(shape.task), taskToken)) }
}

interface Chunk {
  readonly start: number
  readonly vision: Float32Array
  readonly regionMask: Float32Array
}

async function pictureChunks({ engine, context, shape, pictures, picturesAtOnce }: RankingRequest): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  for (let start = 0; start < pictures.length; start += picturesAtOnce) {
    const group = pictures.slice(start, start + picturesAtOnce)
    const rows = emptyInputs(group.length, 1, shape.regions, context.regions.featureSize)
    group.forEach((picture, row) => fillRegions(rows, row, shape.regions, context.regions.rows(picture)))
    const { features, boxes, regionMask } = blindfold(rows, context.blind, context.tokenizer)
    const { states = new Float32Array() } = await engine.run(PICTURE_STATES, { features, boxes, regionMask })
    chunks.push({ start, vision: states, regionMask })
  }
  return chunks
}
