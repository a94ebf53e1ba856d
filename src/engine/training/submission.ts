// Predictions in the form that each data set's evaluation takes (spec section 7): VQA, GQA and Visual Genome as JSON lists of
// answers, NLVR2 as CSV lines; where a data set has no form of its own a JSON list with its ids.
// Read next: evaluate-run.ts.

import { at } from '../../contract/check'
import type { TaskBatches } from '../data/batcher'
import type { Example } from '../data/example'
import type { TaskData } from '../data/task-data'
import { BEHAVIOURS } from '../tasks/all-tasks'
import type { Evaluation } from '../tasks/evaluation'
import type { RankingResult } from './evaluate-ranking'

interface Predicted {
  readonly example: Example
  /** Answer text, class, caption, or the region's name. */
  readonly label: string
  readonly box?: readonly number[]
}

/** The whole file as text, one prediction an example in the order of evaluation. */
export function submission(data: TaskData, batches: TaskBatches, evaluation: Evaluation): string {
  const { split } = batches
  const predicted = evaluation.outcomes().map(({ index, best }): Predicted => {
    const example = at(split.examples, index)
    const { label, box } = BEHAVIOURS[split.task].candidates({ context: data.context(split.task), split, example, index, stream: batches.stream(index) }).candidate(best)
    return { example, label, ...(box ? { box } : {}) }
  })
  if (split.task === 'nlvr2') return predicted.map(({ example, label }) => `${example.id},${label}\n`).join('')
  return `${JSON.stringify(predicted.map(rowOf), null, 1)}\n`
}

/** Retrieval has no form of its own: each caption's best pictures and the rank (from 1) of its own. */
export function rankingFile({ captions }: Pick<RankingResult, 'captions'>): string {
  const rows = captions.map(({ id, rank, pictures }) => ({ id: numberOrText(id), rank: rank + 1, image_ids: pictures.map(numberOrText) }))
  return `${JSON.stringify(rows, null, 1)}\n`
}

function rowOf({ example, label, box }: Predicted): Readonly<Record<string, unknown>> {
  switch (example.dataset) {
    case 'vqa': return { question_id: numberOrText(example.id), answer: label }
    case 'vgqa': return { qa_id: numberOrText(example.id), answer: label }
    // GQA's ids can begin with 0: they stay texts.
    case 'gqa': return { questionId: example.id, prediction: label }
    case 'snli-ve': return { pairID: example.id, prediction: label.toLowerCase() }
    case 'refcoco':
    case 'refcoco+':
    case 'refcocog': return { sent_id: numberOrText(example.id), box: box ?? [] }
    case 'visual7w': return { qa_id: numberOrText(example.id), box: box ?? [] }
    case 'guesswhat': return { game_id: numberOrText(example.id), box: box ?? [] }
    default: return { id: example.id, prediction: label }
  }
}

function numberOrText(id: string): number | string {
  return /^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id
}
