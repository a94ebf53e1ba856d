// Ranking captions against pictures (COCO's training split of the configured data): pairs a second with each text's prefix
// computed once, in turns with the plain step that a training check runs. Read next: ../tasks/ranking.ts.

import { at } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { loadBackend } from '../backend'
import { createForwardEngine } from '../execution/forward-engine'
import { asCaption, captionedPictures } from '../tasks/captioned-pictures'
import { captionIds, rankPairs, rankedLengths } from '../tasks/ranking'
import { picturesAtOnce, rankingPlans } from '../tasks/ranking-plans'
import { type Benchmark, type Side, askOnce, timed } from './benchmark'
import { openRunData } from './step-side'

/** Captions and pictures of the usual test: 1,000 pictures with five captions each. */
const USUAL_PAIRS = 5_000_000
/** Captions of every length and pictures that a round ranks. */
const CAPTIONS = 24
const PICTURES = 256
const PLAIN_STEPS = 40

export interface RetrievalFigures {
  readonly plainPairsPerSecond: number
  readonly pairsPerSecond: number
  readonly ratio: number
  /** Extrapolated: 1,000 pictures × 5,000 captions. */
  readonly usualMs: number
  readonly plainUsualMs: number
}

function retrievalSide(): Side {
  return {
    async rank({ config, rounds }: { config: RunConfig; rounds: number }): Promise<RetrievalFigures> {
      const backend = await loadBackend(config.backend)
      const { data, options } = await openRunData({ ...config, tasks: ['coco'] })
      const { createEngine } = await import('../training/prepare-run')
      const plain = await createEngine(config, options, backend, () => undefined, 'predict')
      const { split, shape } = data.train('coco')
      const context = data.context('coco')
      const every = Math.max(1, Math.floor(split.examples.length / CAPTIONS))
      const captions = split.examples.filter((_, place) => place % every === 0).slice(0, CAPTIONS).map((example) => asCaption(example).caption)
      const pictures = captionedPictures(split).pictures.slice(0, PICTURES).map(({ picture }) => picture)
      const lengths = rankedLengths(captionIds(context, shape, captions).map((ids) => ids.length), USUAL_PAIRS)
      const engine = await createForwardEngine(config, backend, { options, plans: rankingPlans(options, shape, lengths), weights: await plain.read('weights') })
      const batch = at([...data.val('coco').all()], 0)
      const rank = (): Promise<boolean> => rankPairs({
        engine, context, shape, captions, pictures, lengths, taskToken: options.taskToken, picturesAtOnce: picturesAtOnce(options, shape), onScores: () => undefined, gate: async () => true
      })
      const steps = async (): Promise<void> => { for (let step = 0; step < PLAIN_STEPS; step++) await plain.predict(batch) }
      const best = { plain: Infinity, ranked: Infinity }
      // The first turn of each also prepares its graph.
      for (let round = 0; round <= rounds; round++) {
        const [slow, fast] = [(await timed(steps)).ms, (await timed(rank)).ms]
        if (round > 0) Object.assign(best, { plain: Math.min(best.plain, slow), ranked: Math.min(best.ranked, fast) })
      }
      plain.dispose()
      engine.dispose()
      const plainPairsPerSecond = (PLAIN_STEPS * batch.rows * 1000) / best.plain
      const pairsPerSecond = (captions.length * pictures.length * 1000) / best.ranked
      return {
        plainPairsPerSecond, pairsPerSecond, ratio: pairsPerSecond / plainPairsPerSecond,
        usualMs: (USUAL_PAIRS * 1000) / pairsPerSecond, plainUsualMs: (USUAL_PAIRS * 1000) / plainPairsPerSecond
      }
    }
  }
}

export const retrieval: Benchmark = {
  name: 'retrieval',
  about: 'captions ranked against pictures, with and without the text’s prefix computed once',
  side: retrievalSide,
  run: (context) => askOnce(context, 'retrieval', 'rank')
}
