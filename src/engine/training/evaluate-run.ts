// The command `evaluate`: opens the data and weights of a run or checkpoint, measures one split of one task, and writes
// predictions as the data set's evaluation server takes them. Read next: evaluate.ts, evaluate-ranking.ts, submission.ts.

import { WorkbenchError } from '../../contract/check'
import { type TaskId, taskById } from '../../contract/task-catalog'
import { type TaskBatches, createBatches } from '../data/batcher'
import type { SplitName } from '../data/example'
import type { TaskData } from '../data/task-data'
import { type EvaluationResult, evaluateBatches } from './evaluate'
import { type RankingResult, rankSplit } from './evaluate-ranking'
import { officialMetrics } from './official-metrics'
import { type ModelRequest, type OpenedModel, openModel } from './open-model'
import { rankingFile, submission } from './submission'

export interface EvaluateRequest extends Omit<ModelRequest, 'tasks'> {
  readonly task: TaskId
  readonly split: SplitName
  /** At most so many examples; 0 for all. */
  readonly limit: number
  onProgress(progress: Progress): void
  /** Set `aborted` to break off: nothing is returned. */
  readonly signal?: { readonly aborted: boolean }
}

export interface Progress {
  readonly what: string
  readonly done: number
  readonly total: number
}

export interface EvaluateReport {
  readonly task: TaskId
  readonly split: SplitName
  readonly metrics: Readonly<Record<string, number>>
  /** What could not be measured, and what it needs. */
  readonly notes: readonly string[]
  readonly examples: number
  readonly seconds: number
}

export async function evaluateRun(request: EvaluateRequest): Promise<{ report: EvaluateReport; predictions: string }> {
  const { task, split } = request
  const started = performance.now()
  const model = await openModel({ ...request, tasks: [task] })
  const batches = batchesOf(model.data, task, split, request.limit)
  const { numbers, evaluation } = await measure(model, batches, request)
  const official = await officialMetrics(model, batches, evaluation.outcomes(), gateOf(request, 'attention')) ?? brokenOff(0, batches.chosen.length, 'attention maps')
  const ranking = taskById(task).objective === 'alternatives' ? await rank(model, batches, request) : undefined
  const { metrics, constantGuess, textOnlyGuess } = numbers
  const report = {
    task, split, metrics: { ...metrics, ...official.metrics, constantGuess, textOnlyGuess, ...ranking?.metrics }, notes: ranking ? [...official.notes, rankingNote(ranking)] : official.notes,
    examples: numbers.examples, seconds: (performance.now() - started) / 1000
  }
  return { report, predictions: ranking ? rankingFile(ranking) : submission(model.data, batches, evaluation) }
}

function rankingNote({ metrics: { captions = 0, pictures = 0 }, seconds }: RankingResult): string {
  return `${captions * pictures} pairs ranked in ${seconds.toFixed(1)} s, ${Math.round((captions * pictures) / Math.max(seconds, 1e-3))} a second.`
}

/** Every example once. */
async function measure(model: OpenedModel, batches: TaskBatches, request: Pick<EvaluateRequest, 'onProgress' | 'signal'>): Promise<EvaluationResult> {
  const total = batches.chosen.length
  const gate = gateOf(request, 'examples')
  let done = 0
  const engine = await model.engine()
  try {
    const result = await evaluateBatches(engine, model.data, batches, async () => {
      const goOn = await gate(Math.min(done, total), total)
      done += batches.checkExamples
      return goOn
    })
    return result ?? brokenOff(done - batches.checkExamples, total, 'examples')
  } finally {
    engine.dispose()
  }
}

async function rank(model: OpenedModel, batches: TaskBatches, request: Pick<EvaluateRequest, 'onProgress' | 'signal'>): Promise<RankingResult> {
  const gate = gateOf(request, 'pairs')
  let last = { done: 0, total: 0 }
  const result = await rankSplit(model, batches, async (done, total) => {
    last = { done, total }
    return gate(done, total)
  })
  return result ?? brokenOff(last.done, last.total, 'pairs')
}

/** Tells the progress, lets signals in (a step blocks its process) and says whether to go on. */
export function gateOf({ onProgress, signal }: Pick<EvaluateRequest, 'onProgress' | 'signal'>, what: string): (done: number, total: number) => Promise<boolean> {
  return async (done, total) => {
    onProgress({ what, done, total })
    await new Promise((resolve) => setImmediate(resolve))
    return signal?.aborted !== true
  }
}

function brokenOff(done: number, total: number, what: string): never {
  throw new WorkbenchError(`The evaluation was stopped at ${done} of ${total} ${what}; nothing was written.`, 'work')
}

/** The batches of a split as asked for. Throws a WorkbenchError where there are no answers to compare with. */
function batchesOf(data: TaskData, task: TaskId, split: SplitName, limit: number): TaskBatches {
  const found = split === 'train' ? data.train(task) : split === 'val' ? data.val(task) : data.test(task)
  if (!found) throw new WorkbenchError(`${task} has no ${split} split with answers in its data; use --split val.`)
  return limit === 0 ? found : createBatches(data.context(task), found.shape, found.split, limit)
}
