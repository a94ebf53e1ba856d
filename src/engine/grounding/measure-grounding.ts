// Asks models for grounding consistency: their answers to VQA's questions on the pictures of the RefCOCO and RefCOCO+ test
// expressions, and the regions that they choose for these. One multi-task run, or a run for each task.
// Read next: grounding-consistency.ts, ../training/open-model.ts.

import { at, WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import type { TaskId } from '../../contract/task-catalog'
import { createBatches } from '../data/batcher'
import type { Example, QuestionExample } from '../data/example'
import { availableSplits, readSplit } from '../data/sources/all-sources'
import { votesOf, vqaAccuracy } from '../metrics/vqa-accuracy'
import type { Outcome, TaskSplit } from '../tasks/task'
import { evaluateBatches } from '../training/evaluate'
import { type EvaluateRequest, gateOf } from '../training/evaluate-run'
import { type OpenedModel, configOfModel, openModel } from '../training/open-model'
import { type GroundingConsistency, type Judged, groundingConsistency } from './grounding-consistency'

const EXPRESSION_TASKS = ['refcoco', 'refcoco+'] as const
const GROUNDING_TASKS: readonly TaskId[] = ['vqa', ...EXPRESSION_TASKS]
/** An answer counts as right from this official accuracy on: two of ten people gave it. */
const RIGHT_ANSWER = 0.5

export interface GroundingRequest extends Pick<EvaluateRequest, 'settings' | 'fallback' | 'onProgress' | 'signal'> {
  /** Run folders, checkpoints or weights files; each task without a model of its own is asked of the first that trained it. */
  readonly from: readonly string[]
  /** Models of single tasks: vqa, refcoco, refcoco+. */
  readonly models?: ReadonlyMap<TaskId, string>
}

export interface GroundingReport extends GroundingConsistency {
  readonly questions: number
  readonly expressions: number
  /** Which of the given models each task was asked of. */
  readonly models: Readonly<Record<string, string>>
  readonly notes: readonly string[]
  readonly seconds: number
}

export async function measureGrounding(request: GroundingRequest): Promise<GroundingReport> {
  const started = performance.now()
  const asked = modelsOf(request)
  const expressions: Judged[] = []
  const questions: Judged[] = []
  const notes = new Set<string>()
  const inOrder = [...new Set([...EXPRESSION_TASKS, 'vqa' as const].map((task) => asked.get(task) ?? ''))]
  const waiting: OpenedModel[] = []
  for (const from of inOrder) {
    const tasks = GROUNDING_TASKS.filter((task) => asked.get(task) === from)
    const model = await openModel({ ...request, from, tasks })
    for (const task of EXPRESSION_TASKS) if (tasks.includes(task)) expressions.push(...(await judgeExpressions(model, task, request, notes)))
    if (tasks.includes('vqa')) waiting.push(model)
  }
  // Questions come last: they are those on the pictures of the expressions.
  for (const model of waiting) questions.push(...(await judgeQuestions(model, new Set(expressions.map(({ picture }) => picture)), request, notes)))
  return {
    ...groundingConsistency(questions, expressions), questions: questions.length, expressions: expressions.length,
    models: Object.fromEntries(asked), notes: [...notes], seconds: (performance.now() - started) / 1000
  }
}

/** The model of each task. A task that none trained is refused. */
function modelsOf(request: GroundingRequest): Map<TaskId, string> {
  const named = request.models ?? new Map<TaskId, string>()
  for (const task of named.keys()) {
    if (!GROUNDING_TASKS.includes(task)) throw new WorkbenchError(`Grounding consistency does not ask about ${task}; it asks about ${GROUNDING_TASKS.join(', ')}.`)
  }
  const configs = request.from.map((from): [string, RunConfig] => [from, configOfModel({ ...request, from })])
  return new Map(GROUNDING_TASKS.map((task) => {
    const found = named.get(task) ?? configs.find(([, { tasks, kind }]) => kind === 'train' && tasks.includes(task))?.[0]
    if (found === undefined) throw new WorkbenchError(`Grounding consistency asks models about ${GROUNDING_TASKS.join(', ')}; there is none for ${task}${request.from.length > 0 ? `: none of ${request.from.join(', ')} trained it` : ''}. Give --run with a run of all three, or --model ${task}=DIR.`)
    return [task, found]
  }))
}

async function judgeExpressions(model: OpenedModel, task: (typeof EXPRESSION_TASKS)[number], request: GroundingRequest, notes: Set<string>): Promise<Judged[]> {
  const test = model.data.test(task)
  if (!test) notes.add(`${task} has no test split with answers here: its validation expressions are used.`)
  const { split, chosen } = test ?? model.data.val(task)
  const outcomes = await outcomesOf(model, { ...split, examples: chosen.map((index) => at(split.examples, index)) }, request)
  return outcomes.flatMap(({ example, score }) => (example.kind === 'region' ? [{ picture: example.picture.id, text: example.text, right: score > 0 }] : []))
}

async function judgeQuestions(model: OpenedModel, pictures: ReadonlySet<string>, request: GroundingRequest, notes: Set<string>): Promise<Judged[]> {
  const { config, data } = model
  const examples = availableSplits('vqa', config.data).flatMap((split) => {
    const own = readSplit('vqa', config.data, split).examples.filter((example): example is QuestionExample =>
      example.kind === 'question' && pictures.has(example.picture.id) && Object.keys(example.answers).length > 0 && data.context('vqa').regions.has(example.picture))
    if (split === 'train' && own.length > 0 && !config.clean) notes.add(`${own.length} of the questions were trained on: the run did not clean its training data (clean=false).`)
    return own
  })
  if (examples.length === 0) notes.add('No VQA question with answers is about a picture of the expressions.')
  const { answers } = data.context('vqa').answers
  const outcomes = await outcomesOf(model, { task: 'vqa', split: 'test', examples }, request)
  return outcomes.flatMap(({ example, best }) => {
    if (example.kind !== 'question') return []
    return [{ picture: example.picture.id, text: example.question, right: vqaAccuracy(answers[best] ?? '', votesOf(example.answers)) >= RIGHT_ANSWER }]
  })
}

/** What the model says of each example. */
async function outcomesOf(model: OpenedModel, split: TaskSplit, request: GroundingRequest): Promise<(Outcome & { readonly example: Example })[]> {
  const { examples } = split
  const shape = model.options.shapes.find(({ task }) => task === split.task)
  if (!shape) throw new Error(`The model was not opened for ${split.task}`)
  if (examples.length === 0) return []
  const batches = createBatches(model.data.context(split.task), shape, split)
  const gate = gateOf(request, `${split.task} examples`)
  const engine = await model.engine()
  let done = 0
  try {
    const result = await evaluateBatches(engine, { evaluation: model.data.evaluation, guesses: () => ({ constantGuess: 0, textOnlyGuess: 0 }) }, batches, async () => {
      const goOn = await gate(Math.min(done, examples.length), examples.length)
      done += shape.examples
      return goOn
    })
    if (!result) throw new WorkbenchError('The measurement was stopped; nothing was written.', 'work')
    return result.evaluation.outcomes().map((outcome) => ({ ...outcome, example: at(split.examples, outcome.index) }))
  } finally {
    engine.dispose()
  }
}
