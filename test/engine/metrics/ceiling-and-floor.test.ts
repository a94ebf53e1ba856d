// Every task's score for a model that knows all (the ceiling) and for models that always say the same (the floor), on a
// tiny mini-world: no measure may give a blind model more than the guess that is shown beside it.

import { beforeAll, describe, expect, it } from 'vitest'
import { presetConfig } from '../../../src/contract/run-presets'
import { TASKS, type TaskId } from '../../../src/contract/task-catalog'
import type { TaskBatches } from '../../../src/engine/data/batcher'
import { type TaskData, openTaskData } from '../../../src/engine/data/task-data'
import { rankMetrics, rankOf } from '../../../src/engine/tasks/retrieval-ranks'
import type { TaskBatch } from '../../../src/engine/tasks/task-batch'
import { predictedAnswers, vqaMetrics } from '../../../src/engine/training/official-metrics'
import { tinyWorld } from '../../training/tiny-world'

let root = ''
beforeAll(async () => {
  root = await tinyWorld()
}, 120_000)

const open = (task: TaskId): TaskData => openTaskData({ root, tasks: [task], config: { ...presetConfig('tiny'), validationExamples: 0, clean: false } })

function evaluated(data: TaskData, batches: TaskBatches, logitsOf: (batch: TaskBatch) => Float32Array): ReturnType<TaskData['evaluation']> {
  const evaluation = data.evaluation(batches)
  for (const batch of batches.all()) evaluation.add(batch, logitsOf(batch))
  return evaluation
}

/** The largest target of each example, by far. */
const knowsAll = ({ targets }: TaskBatch): Float32Array => targets.map((target) => 10 * target)

/** Always the `place`-th of the things an example chooses from. */
function alwaysSays(place: number): (batch: TaskBatch) => Float32Array {
  return (batch) => {
    const logits = new Float32Array(batch.targets.length)
    for (let example = 0; example < batch.examples; example++) {
      const choices = Array.from({ length: batch.targetWidth }, (_, i) => example * batch.targetWidth + i).filter((i) => batch.targetMask[i] === 1)
      const chosen = choices[place]
      if (chosen !== undefined) logits[chosen] = 5
    }
    return logits
  }
}

describe('scores on the mini-world', () => {
  it.each(TASKS.map(({ id, objective }) => [id, objective] as const))('of %s: an oracle reaches the ceiling, a constant its guess', (task, objective) => {
    const data = open(task)
    const batches = data.val(task)
    const oracle = evaluated(data, batches, knowsAll).metrics()
    const ceiling = oracle['ceiling'] ?? 1
    expect(oracle['score']).toBeCloseTo(ceiling, 6)
    expect(ceiling).toBeGreaterThan(0.5)
    const width = objective === 'alternatives' ? 0 : batches.shape.targetWidth
    const constants = Array.from({ length: width }, (_, place) => evaluated(data, batches, alwaysSays(place)).metrics()['score'] ?? -1)
    const { constantGuess } = data.guesses(batches)
    if (objective === 'alternatives') expect(evaluated(data, batches, ({ targets }) => new Float32Array(targets.length)).metrics()['score']).toBe(0)
    else expect(Math.min(...constants.map((score) => Math.abs(score - constantGuess)))).toBeLessThan(1e-6)
    expect(Math.max(0, ...constants)).toBeLessThan(ceiling)
  })

  it('of consistency are 1 for an oracle of GQA and NLVR2', () => {
    for (const task of ['gqa', 'nlvr2'] as const) {
      const data = open(task)
      const { consistency, ceiling } = evaluated(data, data.val(task), knowsAll).metrics()
      if (ceiling === undefined || ceiling === 1) expect(consistency).toBe(1)
      else expect(consistency).toBeGreaterThan(0.9)
    }
  })

  it('of VQA’s official accuracy: an oracle is at least as good as its soft targets', () => {
    const data = open('vqa')
    const batches = data.val('vqa')
    const outcomes = evaluated(data, batches, knowsAll)
    const { accuracy } = vqaMetrics(predictedAnswers({ data }, batches, outcomes.outcomes()))
    expect(accuracy).toBeGreaterThanOrEqual((outcomes.metrics()['score'] ?? 2) - 1e-9)
    expect(accuracy).toBeLessThanOrEqual(1)
    const constant = evaluated(data, batches, alwaysSays(0))
    expect(vqaMetrics(predictedAnswers({ data }, batches, constant.outcomes()))['accuracy']).toBeLessThan(accuracy ?? 0)
  })

  it('of ranks: an oracle is first everywhere, equal scores are last', () => {
    const ranks = (score: (caption: number, picture: number) => number): number[] =>
      Array.from({ length: 20 }, (_, caption) => rankOf(Array.from({ length: 20 }, (_row, picture) => score(caption, picture)), caption))
    expect(rankMetrics(ranks((caption, picture) => Number(caption === picture)))).toEqual({ 'R@1': 1, 'R@5': 1, 'R@10': 1, 'median rank': 1, 'mean rank': 1 })
    expect(rankMetrics(ranks(() => 0))).toEqual({ 'R@1': 0, 'R@5': 0, 'R@10': 0, 'median rank': 20, 'mean rank': 20 })
    expect(rankMetrics(ranks(() => Number.NaN))['R@1']).toBe(0)
    // The places 0, 1, …, 19 once each: R@5 is 5 of 20, the median 9.5 → floor(10.5).
    expect(rankMetrics(ranks((caption, picture) => Math.sign(caption - picture)))).toEqual({ 'R@1': 0.05, 'R@5': 0.25, 'R@10': 0.5, 'median rank': 10, 'mean rank': 10.5 })
  })
})
