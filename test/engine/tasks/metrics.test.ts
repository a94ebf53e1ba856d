// Hand-computed cases of the metrics of spec section 7.

import { describe, expect, it } from 'vitest'
import { answerVocabulary } from '../../../src/engine/data/answer-vocabulary'
import type { Example, QuestionExample, StatementExample } from '../../../src/engine/data/example'
import { emptyPicture } from '../../../src/engine/data/picture-rows'
import type { Regions } from '../../../src/engine/data/regions'
import { createTokenizer } from '../../../src/engine/data/tokenizer'
import { BEHAVIOURS } from '../../../src/engine/tasks/all-tasks'
import { emptyBatch } from '../../../src/engine/tasks/fill-rows'
import { rankMetrics, rankOf } from '../../../src/engine/tasks/retrieval-ranks'
import type { TaskContext, TaskSplit } from '../../../src/engine/tasks/task'
import { byText } from '../../../src/engine/tasks/text-only'

const empty = emptyPicture(2, 2)
const regions: Regions = { featureSize: 2, classes: 2, empty, rows: () => empty, has: () => true, mostDetected: () => 2, annotated: () => ({ ...empty, count: 0 }) }
const context: TaskContext = {
  tokenizer: createTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']), regions, seed: 1, batchRows: 8, retrievalCheck: 'reference', blind: 'none', answers: answerVocabulary(['yes', 'no', 'red'], 'test')
}
const picture = { pool: 'vg', id: '1', file: '' }
const question = (id: string, answers: Record<string, number>, more: Partial<QuestionExample> = {}): QuestionExample => ({ kind: 'question', dataset: 'gqa', id, picture, question: `what ${id}`, answers, ...more })
const split = (task: TaskSplit['task'], examples: readonly Example[]): TaskSplit => ({ task, split: 'val', examples })

describe('question answering', () => {
  const vqa = split('vqa', [question('1', { yes: 0.9, no: 0.3 }), question('2', { purple: 1 })])
  const shape = { task: 'vqa', examples: 3, words: 4, regions: 3, targetWidth: 3 } as const
  const batch = BEHAVIOURS.vqa.fill({ context, shape, split: vqa, indices: [0, 1], train: false, stream: () => { throw new Error('draws nothing') } })

  it('scores the soft target at the best answer', () => {
    const outcomes = BEHAVIOURS.vqa.outcomes(batch, Float32Array.of(1, 2, 0, 0, 5, 1, 9, 9, 9))
    expect(outcomes.map(({ index, best, score }) => [index, best, Number(score.toFixed(4))])).toEqual([[0, 1, 0.3], [1, 1, 0]])
  })

  it('keeps a question whose answer the head cannot give, with a zero target', () => {
    expect([...batch.weights]).toEqual([1, 1, 0])
    expect([...batch.targets]).toEqual([0.9, 0.3, 0, 0, 0, 0, 0, 0, 0].map(Math.fround))
    expect(BEHAVIOURS.vqa.metrics(vqa, [{ index: 0, best: 0, score: 0.9 }, { index: 1, best: 0, score: 0 }], context)['ceiling']).toBeCloseTo(0.45, 12)
  })

  it('averages GQA consistency over right questions that entail something', () => {
    const gqa = split('gqa', [
      question('a', { yes: 1 }, { entailed: ['b', 'c'] }), question('b', { no: 1 }), question('c', { red: 1 }, { entailed: ['a'] }), question('d', { red: 1 }, { entailed: ['a', 'elsewhere'] })
    ])
    const outcomes = [1, 1, 0, 1].map((score, index) => ({ index, best: 0, score }))
    // a is right: b right, c wrong → 1/2. c is wrong: does not count. d is right: a right, the unknown id does not count → 1.
    expect(BEHAVIOURS.gqa.metrics(gqa, outcomes, context)['consistency']).toBeCloseTo(0.75, 12)
  })
})

describe('retrieval', () => {
  const shape = { task: 'coco', examples: 2, words: 3, regions: 2, targetWidth: 4 } as const
  it('does not count a tie as right', () => {
    const batch = emptyBatch(shape, 2)
    batch.weights.fill(1)
    batch.indices.set([0, 1])
    expect(BEHAVIOURS.coco.outcomes(batch, Float32Array.of(1, 1, 0, 0, 2, 1, 0, -1)).map(({ score }) => score)).toEqual([0, 1])
  })

  it('computes R@k and the median rank of a small matrix', () => {
    // Ranks of the right picture (0-based): 0, 1, 2; the last row is a tie, which counts against it.
    const scores = [[9, 1, 2], [5, 4, 3], [7, 7, 7]]
    const metrics = rankMetrics(scores.map((row, caption) => rankOf(row, caption)))
    expect(metrics['R@1']).toBeCloseTo(1 / 3, 12)
    expect([metrics['R@5'], metrics['median rank'], metrics['mean rank']]).toEqual([1, 2, 2])
  })
})

describe('referring expressions', () => {
  const shape = { task: 'refcoco', examples: 2, words: 3, regions: 3, targetWidth: 3 } as const
  it('needs more than half overlap', () => {
    const batch = emptyBatch(shape, 2)
    batch.weights.fill(1)
    batch.targetMask.fill(1)
    batch.indices.set([0, 1])
    batch.targets.set([0, 0.5, 0.6, 0, 0.5, 0.6])
    expect(BEHAVIOURS.refcoco.outcomes(batch, Float32Array.of(0, 3, 1, 0, 1, 3)).map(({ score }) => score)).toEqual([0, 1])
  })

  it('never chooses a masked region', () => {
    const batch = emptyBatch({ ...shape, task: 'visual7w' }, 2)
    batch.weights[0] = 1
    batch.targets.set([0, 1, 0])
    batch.targetMask.set([0, 1, 1])
    expect(BEHAVIOURS.visual7w.outcomes(batch, Float32Array.of(99, 2, 1, 0, 0, 0))).toMatchObject([{ best: 1, score: 1 }])
  })
})

describe('verification', () => {
  const statement = (id: string, text: string, label: number | null): StatementExample => ({ kind: 'statement', dataset: 'nlvr2', id, statement: text, label, pictures: [picture, picture] })

  it('counts a sentence as consistent when all its pairs are right', () => {
    const nlvr2 = split('nlvr2', [statement('1', 'A', 1), statement('2', 'A', 0), statement('3', 'B', 1)])
    const metrics = BEHAVIOURS.nlvr2.metrics(nlvr2, [1, 0, 1].map((score, index) => ({ index, best: 0, score })), context)
    expect(metrics).toMatchObject({ consistency: 0.5, 'score False': 0, 'score True': 1 })
  })

  it('leaves records without a gold label out of the score', () => {
    const ve = split('snli-ve', [{ ...statement('1', 'A', null), dataset: 'snli-ve', pictures: [picture] }, { ...statement('2', 'B', 2), dataset: 'snli-ve', pictures: [picture] }])
    const shape = { task: 'snli-ve', examples: 2, words: 3, regions: 3, targetWidth: 3 } as const
    const batch = BEHAVIOURS['snli-ve'].fill({ context, shape, split: ve, indices: [0, 1], train: false, stream: () => { throw new Error('draws nothing') } })
    expect(BEHAVIOURS['snli-ve'].outcomes(batch, Float32Array.of(1, 0, 0, 0, 0, 1))).toEqual([{ index: 1, best: 2, score: 1 }])
    expect([...batch.targets]).toEqual([0, 0, 0, 0, 0, 1])
  })

  it('guesses the majority of train, and by the words where they tell', () => {
    const train = split('nlvr2', Array.from({ length: 12 }, (_, i) => statement(String(i), i % 3 === 0 ? 'two dogs run' : 'a cat sleeps', i % 3 === 0 ? 0 : 1)))
    const val = [statement('x', 'two dogs run', 0), statement('y', 'a cat sleeps', 1)]
    expect(BEHAVIOURS.nlvr2.constantGuess(train, val, context)).toBe(0.5)
    expect(BEHAVIOURS.nlvr2.textOnlyGuess(train, val, context)).toBe(1)
  })
})

describe('guess by text', () => {
  it('falls back to shorter beginnings and then to everything', () => {
    const guess = byText(Array.from({ length: 6 }, (_, i) => ({ text: `left thing number ${i}`, answers: { left: 1 } })).concat([{ text: 'other', answers: { left: 0 } }]))
    expect([guess('left thing unseen'), guess('never seen')]).toEqual(['left', 'left'])
  })
})
