import { describe, expect, it } from 'vitest'
import { emptyPicture } from '../../../src/engine/data/picture-rows'
import { answerVocabulary } from '../../../src/engine/data/answer-vocabulary'
import type { CaptionExample } from '../../../src/engine/data/example'
import type { Regions } from '../../../src/engine/data/regions'
import { createTokenizer } from '../../../src/engine/data/tokenizer'
import { randomStream } from '../../../src/engine/random'
import { pairsOf } from '../../../src/engine/tasks/image-retrieval'
import type { TaskContext, TaskSplit } from '../../../src/engine/tasks/task'

// Forty pictures on a line: the feature of picture n is n, so the nearest five of 20 are 18–22.
const regions: Regions = {
  featureSize: 1, classes: 2, empty: emptyPicture(1, 2), has: () => true, mostDetected: () => 1, annotated: () => ({ ...emptyPicture(1, 2), count: 0 }),
  rows: ({ id }) => ({ ...emptyPicture(1, 2), count: 1, features: new Float32Array([Number(id), Number(id)]) })
}
const context = (retrievalCheck: TaskContext['retrievalCheck']): TaskContext => ({
  tokenizer: createTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']), regions, seed: 1, batchRows: 8, retrievalCheck, blind: 'none', answers: answerVocabulary([], 'none')
})
const examples = Array.from({ length: 40 }, (_, id): CaptionExample => (
  { kind: 'caption', dataset: 'coco', id: `${id}`, picture: { pool: 'coco', id: `${id}`, file: '' }, caption: `picture ${id}` }
))

/** How far the wrong pictures and captions of example 20 are from it, over 50 draws. */
function distances(check: TaskContext['retrievalCheck']): number[] {
  const split: TaskSplit = { task: 'coco', split: 'val', examples }
  return Array.from({ length: 50 }, (_, draw) => pairsOf(context(check), split, 20, randomStream(1, draw), false))
    .flatMap(([, second, third, fourth]) => [Number(second?.caption.slice(8)), Number(third?.picture.id), Number(fourth?.caption.slice(8))])
    .map((other) => Math.abs(other - 20))
}

describe('checks of image retrieval', () => {
  it('draws wrong pairs of the reference check from all other pictures', () => {
    const drawn = distances('reference')
    expect([Math.min(...drawn) > 0, Math.max(...drawn) > 10]).toEqual([true, true])
  })

  it('draws wrong pairs of a hard check from the five pictures that look most alike, never the right one', () => {
    expect([...new Set(distances('hard'))].sort()).toEqual([1, 2, 3])
  })
})
