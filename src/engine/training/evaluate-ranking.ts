// Retrieval of `evaluate`: every caption of the measured examples against every picture of theirs (spec 7), with
// progress and a way out. Read next: ../tasks/ranking.ts.

import { at } from '../../contract/check'
import type { TaskId } from '../../contract/task-catalog'
import type { TaskBatches } from '../data/batcher'
import { asCaption, captionedPictures } from '../tasks/captioned-pictures'
import { captionIds, rankPairs, rankedLengths } from '../tasks/ranking'
import { picturesAtOnce, rankingPlans } from '../tasks/ranking-plans'
import { bestPlaces, rankMetrics, rankOf } from '../tasks/retrieval-ranks'
import type { TaskSplit } from '../tasks/task'
import type { OpenedModel } from './open-model'

/** One caption's result: the rank of its picture from 0, and the ids of the best ten pictures. */
export interface RankedCaption {
  readonly id: string
  readonly rank: number
  readonly pictures: readonly string[]
}

export interface RankingResult {
  readonly metrics: Readonly<Record<string, number>>
  readonly captions: readonly RankedCaption[]
  readonly seconds: number
}

const BEST = 10

/** The parameters that ranking needs. */
const RANKING_PARAMETERS = ['bert.', 'vil_logit.'] as const

/** Undefined if the gate broke it off. `gate` is asked after each run of the engine with the pairs scored so far. */
export async function rankSplit(model: OpenedModel, batches: TaskBatches, gate: (done: number, total: number) => Promise<boolean>): Promise<RankingResult | undefined> {
  const { task } = batches.split
  const chosen: TaskSplit = { ...batches.split, examples: batches.chosen.map((index) => at(batches.split.examples, index)) }
  const { pictures, ofExample } = captionedPictures(chosen)
  const examples = chosen.examples.map(asCaption)
  const captions: RankedCaption[] = []
  const started = performance.now()
  const total = examples.length * pictures.length
  const finished = await scorePairs(model, task, {
    captions: examples.map(({ caption }) => caption), pictures: pictures.map(({ picture }) => picture),
    gate: (done) => gate(done, total),
    onScores(caption, scores) {
      captions[caption] = {
        id: at(examples, caption).id, rank: rankOf(scores, ofExample[caption] ?? -1),
        pictures: bestPlaces(scores, BEST).map((place) => at(pictures, place).picture.id)
      }
    }
  })
  if (!finished) return undefined
  const seconds = (performance.now() - started) / 1000
  const metrics = { ...rankMetrics(captions.map(({ rank }) => rank)), captions: examples.length, pictures: pictures.length }
  return { metrics, captions, seconds }
}

type Pairs = Pick<Parameters<typeof rankPairs>[0], 'captions' | 'pictures' | 'onScores' | 'gate'>

/** Scores pairs with a forward engine of their own; false if the gate broke it off. */
export async function scorePairs(model: OpenedModel, task: TaskId, pairs: Pairs): Promise<boolean> {
  const { data, options } = model
  const context = data.context(task)
  const shape = options.shapes.find((each) => each.task === task)
  if (!shape) throw new Error(`The model was not opened for ${task}`)
  const lengths = rankedLengths(captionIds(context, shape, pairs.captions).map((ids) => ids.length), pairs.pictures.length)
  const engine = await model.forward(rankingPlans(options, shape, lengths), RANKING_PARAMETERS)
  try {
    return await rankPairs({ engine, context, shape, lengths, taskToken: options.taskToken, picturesAtOnce: picturesAtOnce(options, shape), ...pairs })
  } finally {
    engine.dispose()
  }
}
