// Retrieval with the text prefix computed once gives the scores of the plain step on every pair; spec 1.8, 7.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../../src/contract/check'
import { loadBackend } from '../../../src/engine/backend'
import { answerVocabulary } from '../../../src/engine/data/answer-vocabulary'
import type { PictureRef } from '../../../src/engine/data/example'
import { type PictureRows, emptyPicture, withGlobalRow } from '../../../src/engine/data/picture-rows'
import { createTokenizer } from '../../../src/engine/data/tokenizer'
import { createEagerEngine } from '../../../src/engine/execution/eager-engine'
import type { EngineOptions } from '../../../src/engine/execution/engine-options'
import { type ForwardEngine, createForwardEngine } from '../../../src/engine/execution/forward-engine'
import type { NamedArray, StepEngine, TaskShape } from '../../../src/engine/execution/step-engine'
import { randomStream } from '../../../src/engine/random'
import { emptyBatch, fillRegions, fillWords, markExample } from '../../../src/engine/tasks/fill-rows'
import { captionIds, rankPairs, rankedLengths } from '../../../src/engine/tasks/ranking'
import { rankingPlans } from '../../../src/engine/tasks/ranking-plans'
import { rankMetrics, rankOf } from '../../../src/engine/tasks/retrieval-ranks'
import type { TaskContext } from '../../../src/engine/tasks/task'
import { SIZES, tinyOptions } from '../execution/tiny-run'

const shape: TaskShape = { task: 'coco', examples: 2, words: 7, regions: 6, targetWidth: 4 }
const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'red', 'blue', 'cat', 'dog', 'by', 'two', 'trees']
const CAPTIONS = ['a red cat', 'a blue dog by two trees', 'trees', 'red trees by a blue cat and more', 'two dog']
const pictures = Array.from({ length: 7 }, (_, id): PictureRef => ({ pool: 'coco', id: `${id}`, file: '' }))
const rows = new Map(pictures.map(({ id }): [string, PictureRows] => {
  const stream = randomStream(5, 'picture', id)
  const count = 2 + Number(id) % 4
  const boxes = Float32Array.from({ length: count * 4 }, (_, i) => (i % 4 < 2 ? stream.next() * 40 : 50 + stream.next() * 40))
  return [id, withGlobalRow({ width: 100, height: 100, boxes, features: Float32Array.from({ length: count * SIZES.featureSize }, () => stream.normal()), classes: null }, SIZES.featureSize, 0, 5)]
}))
const empty = emptyPicture(SIZES.featureSize, 2)
const context: TaskContext = {
  tokenizer: createTokenizer(words), seed: 1, batchRows: 8, retrievalCheck: 'reference', blind: 'none', answers: answerVocabulary([], 'none'),
  regions: { featureSize: SIZES.featureSize, classes: 2, empty, has: () => true, mostDetected: () => 5, annotated: () => ({ ...empty, count: 0 }), rows: ({ id }) => rows.get(id) ?? empty }
}

function engineOptions(model: Partial<EngineOptions['model']> = {}, taskToken: EngineOptions['taskToken'] = 'dataset'): EngineOptions {
  const options = tinyOptions({ shapes: [shape], taskToken })
  return { ...options, model: { ...options.model, ...model } }
}

/** Each pair as a row of the plain step: [captions][pictures]. */
async function plainScores(engine: StepEngine): Promise<number[][]> {
  const scores: number[][] = []
  for (const caption of CAPTIONS) {
    const own: number[] = []
    for (let from = 0; from < pictures.length; from += 8) {
      const batch = emptyBatch(shape, SIZES.featureSize)
      pictures.slice(from, from + 8).forEach((picture, row) => {
        fillWords(batch, row, shape.words, context.tokenizer.encode(caption, shape.words))
        fillRegions(batch, row, shape.regions, context.regions.rows(picture))
      })
      markExample(batch, 0, 0)
      markExample(batch, 1, 1)
      own.push(...(await engine.predict(batch)).logits)
    }
    scores.push(own.slice(0, pictures.length))
  }
  return scores
}

async function prefixScores(engine: ForwardEngine, taskToken: EngineOptions['taskToken'], most = Infinity): Promise<{ scores: number[][]; done: number[]; whole: boolean }> {
  const scores: number[][] = []
  const done: number[] = []
  const whole = await rankPairs({
    engine, context, shape, taskToken, captions: CAPTIONS, pictures, lengths, picturesAtOnce: 4, onScores: (caption, row) => { scores[caption] = [...row] },
    gate: async (pairs) => { done.push(pairs); return pairs < most }
  })
  return { scores, done, whole }
}

const largest = (a: readonly number[][], b: readonly number[][]): number =>
  Math.max(...a.flatMap((row, i) => row.map((score, k) => Math.abs(score - at(at(b, i), k)))))

const open: { dispose(): void }[] = []
const lengths = rankedLengths(captionIds(context, shape, CAPTIONS).map((ids) => ids.length), 1_000_000)

async function both(options: EngineOptions, kind: 'compiled' | 'eager'): Promise<{ plain: number[][]; prefix: number[][]; weights: NamedArray[] }> {
  const step = await createEagerEngine(options)
  const weights = await step.read('weights')
  const forward = await createForwardEngine({ engine: kind }, { name: 'cpu' }, { options, plans: rankingPlans(options, shape, lengths), weights: weights.filter(({ name }) => /^(bert|vil_logit)\./.test(name)) })
  open.push(step, forward)
  return { plain: await plainScores(step), prefix: (await prefixScores(forward, options.taskToken)).scores, weights }
}

beforeAll(async () => { await loadBackend('cpu') })
afterAll(() => { for (const each of open) each.dispose() })

describe('scores of all pairs with the text prefix computed once', { timeout: 120_000 }, () => {
  it.each([
    ['the default', engineOptions()],
    ['without task tokens', engineOptions({}, 'none')],
    ['sum fusion', engineOptions({ fusion_method: 'sum' })],
    ['two streams without connections', engineOptions({ with_coattention: false })],
    ['a later connection, and vision layers before it', engineOptions({ num_hidden_layers: 3, v_num_hidden_layers: 3, t_biattention_id: [1, 2], v_biattention_id: [1, 2] })],
    ['dynamic attention', engineOptions({ num_hidden_layers: 3, v_num_hidden_layers: 3, t_biattention_id: [1, 2], v_biattention_id: [1, 2], dynamic_attention: true })]
  ])('are those of the plain step: %s', async (_, options) => {
    const { plain, prefix } = await both(options, 'eager')
    expect(largest(plain, prefix)).toBeLessThan(1e-5)
    expect(largest(plain, plain.map((row) => row.map(() => at(row, 0))))).toBeGreaterThan(1e-3)
  })

  it('are the same in the compiled engine, and with them the ranks', async () => {
    const { plain, prefix } = await both(engineOptions(), 'compiled')
    expect(largest(plain, prefix)).toBeLessThan(1e-5)
    const metrics = (scores: number[][]): Readonly<Record<string, number>> => rankMetrics(scores.map((row, caption) => rankOf(row, caption)))
    expect(metrics(prefix)).toEqual(metrics(plain))
  })

  it('can be broken off between two runs', async () => {
    const options = engineOptions()
    const step = await createEagerEngine(options)
    const forward = await createForwardEngine({ engine: 'eager' }, { name: 'cpu' }, { options, plans: rankingPlans(options, shape, lengths), weights: await step.read('weights') })
    open.push(step, forward)
    expect(await prefixScores(forward, 'dataset', 8)).toMatchObject({ whole: false, done: [4, 7, 11] })
    expect(await prefixScores(forward, 'dataset')).toMatchObject({ whole: true, done: [4, 7, 11, 14, 18, 21, 25, 28, 32, 35] })
  })
})

describe('lengths of ranking plans', () => {
  it('are quarters of the texts, and the longest; of few pairs only this', () => {
    expect(rankedLengths([3, 3, 4, 5], 10)).toEqual([5])
    expect(rankedLengths([3, 3, 4, 5, 6, 7, 8, 20], 50_000)).toEqual([3, 5, 7, 20])
    expect(rankedLengths([4, 4, 4], 50_000)).toEqual([4])
    expect(rankedLengths([], 50_000)).toEqual([])
  })
})
