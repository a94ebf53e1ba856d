// The command `predict`: what a trained model says of one text and picture, or of one example of its data. Retrieval
// looks for the text's picture among those of a split. Read next: predict-example.ts, open-model.ts.

import { at, WorkbenchError } from '../../contract/check'
import type { SamplePrediction } from '../../contract/sample-prediction'
import { type TaskId, taskById } from '../../contract/task-catalog'
import { createBatches } from '../data/batcher'
import type { Example } from '../data/example'
import { captionedPictures } from '../tasks/captioned-pictures'
import { bestPlaces, rankOf } from '../tasks/retrieval-ranks'
import { scorePairs } from './evaluate-ranking'
import { type ModelRequest, type OpenedModel, openModel } from './open-model'
import { type Asked, exampleAsked } from './predict-example'

export interface PredictRequest extends Omit<ModelRequest, 'tasks'>, Asked {}

export interface PredictedChoice {
  /** An answer, a class, `Region 3`, or a picture's id. */
  readonly label: string
  /** Probability 0–1; in retrieval the score of the pair, any number. */
  readonly score: number
  /** x1, y1, x2, y2 in pixels. */
  readonly box?: readonly number[]
  /** Path of the picture, in retrieval. */
  readonly file?: string
}

export interface PredictReport {
  readonly task: TaskId
  readonly text: string
  /** Paths relative to the data folder; '' where only region features are at hand. */
  readonly pictures: readonly string[]
  /** Best first. */
  readonly choices: readonly PredictedChoice[]
  /** Of an example of the data as it is there. */
  readonly expected?: string
  readonly expectedBox?: readonly number[]
  readonly right?: boolean
  /** In retrieval with a picture: its rank from 1, and among how many. */
  readonly rank?: number
  readonly among?: number
  readonly notes: readonly string[]
}

const SHOWN = 8
/** Pictures that a text is compared with. */
const COMPARED = 1000

export async function predictRun(request: PredictRequest): Promise<PredictReport> {
  const { task } = request
  const model = await openModel({ ...request, tasks: [task] })
  const { example, known } = exampleAsked(model.data, model.config.data, request)
  if (example.kind === 'caption') return predictPicture(model, task, example, request.image !== undefined || request.sample !== undefined)
  const sample = await predictExample(model, task, example)
  const cut = textOf(example)
  const limit = model.options.shapes.find((shape) => shape.task === task)?.words ?? 0
  const long = model.data.context(task).tokenizer.wordPieces(cut).length + 2 > limit
  return {
    task, text: sample.text, pictures: sample.pictures.map(({ file }) => file),
    choices: sample.candidates.slice(0, SHOWN).map(({ label, score, box }) => ({ label, score, ...(box ? { box } : {}) })),
    ...(known ? { expected: sample.expected, right: sample.right, ...(sample.expectedBox ? { expectedBox: sample.expectedBox } : {}) } : {}),
    notes: long ? [`The text has more than ${limit - 2} word pieces, the most in the data of ${task}; its end was cut.`] : []
  }
}

const textOf = (example: Example): string => (example.kind === 'question' ? example.question : example.kind === 'caption' ? example.caption : example.kind === 'region' ? example.text : example.statement)

/** One example through the task's own step. */
async function predictExample(model: OpenedModel, task: TaskId, example: Example): Promise<SamplePrediction> {
  const shape = model.options.shapes.find((each) => each.task === task)
  if (!shape) throw new Error(`The model was not opened for ${task}`)
  const batches = createBatches(model.data.context(task), shape, { task, split: 'test', examples: [example] })
  const evaluation = model.data.evaluation(batches)
  const engine = await model.engine()
  try {
    for (const batch of batches.all()) evaluation.add(batch, (await engine.predict(batch)).logits)
  } finally {
    engine.dispose()
  }
  return at(evaluation.samples(1, 0), 0)
}

/** The pictures that fit a text best; `own` is the example's picture, whose rank is told. */
async function predictPicture(model: OpenedModel, task: TaskId, example: Extract<Example, { kind: 'caption' }>, own: boolean): Promise<PredictReport> {
  const { split } = model.data.test(task) ?? model.data.val(task)
  const among = captionedPictures(split).pictures.map(({ picture }) => picture).filter(({ id }) => !own || id !== example.picture.id).slice(0, COMPARED)
  const pictures = own ? [example.picture, ...among] : among
  const scores = new Float32Array(pictures.length)
  await scorePairs(model, task, { captions: [example.caption], pictures, onScores: (_caption, found) => scores.set(found), gate: () => Promise.resolve(true) })
  return {
    task, text: example.caption, pictures: own ? [example.picture.file] : [],
    choices: bestPlaces(scores, SHOWN).map((place) => ({ label: at(pictures, place).id, score: at(scores, place), file: at(pictures, place).file })),
    ...(own ? { rank: rankOf(scores, 0) + 1 } : {}), among: pictures.length, notes: []
  }
}

/** Whether the task needs two pictures. */
const pairsOfPictures = (task: TaskId): boolean => taskById(task).head === 'pair'

export function refuseUnclear({ task, image, sample, text }: Asked): void {
  if ((image === undefined) === (sample === undefined) && taskById(task).objective !== 'alternatives') {
    throw new WorkbenchError(`Give either --image ID or --sample ID: ${task} is asked about ${pairsOfPictures(task) ? 'two pictures (--image LEFT,RIGHT)' : 'a picture'}.`)
  }
  if (sample === undefined && text === undefined) throw new WorkbenchError('Give the words with --text "…"; only an example of the data (--sample ID) has words of its own.')
  if (text !== undefined && text.trim() === '') throw new WorkbenchError('--text is empty; give the question, expression, caption or statement.')
}
