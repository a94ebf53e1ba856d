// Everything a training run needs to know of its data: splits read and cleaned, one batcher a task and split, the
// sizes that the model must have, the guesses that every score is compared with, and a report.
// Read next: ../pretraining/pretraining-data.ts, the same for captions.

import { join } from 'node:path'
import { WorkbenchError } from '../../contract/check'
import type { RunConfig } from '../../contract/run-config'
import { type TaskId, rowsOfBatch, taskById } from '../../contract/task-catalog'
import type { TaskShape } from '../execution/step-engine'
import { BEHAVIOURS } from '../tasks/all-tasks'
import { type Evaluation, startEvaluation } from '../tasks/evaluation'
import type { TaskContext, TaskSplit } from '../tasks/task'
import { type AnswerVocabulary, answerVocabulary, countedVocabulary, readAnswerVocabulary } from './answer-vocabulary'
import { type TaskBatches, createBatches } from './batcher'
import { type CleaningRow, cleanSplit, testPictures } from './clean-split'
import type { DataProblem, Example, PictureRef, SplitName } from './example'
import { pictureIdentity, picturesOfExample } from './picture-identity'
import { parsingOnce } from './reading'
import { type Regions, openRegions } from './regions'
import { availableSplits, findFolder, readSplit } from './sources/all-sources'
import type { Tokenizer } from './tokenizer'
import { uncaptionedPictures } from './uncaptioned-pictures'
import { openTokenizer } from './vocabulary-file'

export type DataConfig = Pick<RunConfig, 'seed' | 'batchRows' | 'clean' | 'validationExamples' | 'retrievalCheck' | 'blind'> & Partial<Pick<RunConfig, 'retrievalValidation'>>

export interface TaskReport {
  readonly task: TaskId
  readonly examples: Readonly<Record<SplitName, number>>
  readonly cleaning: CleaningRow | null
  readonly problems: readonly DataProblem[]
  /** What a user must know: a missing split was made up from another, pictures are missing, … */
  readonly notes: readonly string[]
}

export interface TaskData {
  readonly vocabularySize: number
  /** Width of the answer head of VQA and Visual Genome QA; 1 if neither takes part. */
  readonly answers: number
  readonly gqaAnswers: number
  readonly featureSize: number
  /** Detector classes with background. */
  readonly classes: number
  readonly shapes: readonly TaskShape[]
  readonly report: readonly TaskReport[]
  train(task: TaskId): TaskBatches
  val(task: TaskId): TaskBatches
  /** Undefined where the data set has no test split, or one without answers. */
  test(task: TaskId): TaskBatches | undefined
  context(task: TaskId): TaskContext
  /** Best score without looking at anything, and without looking at the picture, on what `batches.all()` visits; 0–1. */
  guesses(batches: TaskBatches): { readonly constantGuess: number; readonly textOnlyGuess: number }
  evaluation(batches: TaskBatches): Evaluation
}

export interface TaskDataOptions {
  /** Data folder (layout of the data sets as published) or one data set's own folder. */
  readonly root: string
  readonly tasks: readonly TaskId[]
  readonly config: DataConfig
}

interface Splits {
  readonly train: TaskSplit
  readonly val: TaskSplit
  readonly test: TaskSplit | null
  readonly report: TaskReport
}

/** Reads the data of the tasks. Throws a WorkbenchError if a data set is absent or a task is left without examples. */
export function openTaskData({ root, tasks, config }: TaskDataOptions): TaskData {
  const tokenizer = openTokenizer(root)
  const regions = openRegions(root)
  const identity = pictureIdentity(root)
  const splits = parsingOnce(() => {
    const tests = config.clean ? testPictures(root, identity) : new Set<string>()
    return new Map(tasks.map((task) => [task, readTask(root, task, config, tests, regions)]))
  })
  const splitsOf = (task: TaskId): Splits => {
    const found = splits.get(task)
    if (!found) throw new Error(`Task ${task} was not opened; opened: ${tasks.join(', ')}`)
    return found
  }
  const vocabularies = openVocabularies(root, splits)
  const contexts = new Map(tasks.map((task) => [task, contextOf(task, { tokenizer, regions, config, vocabularies })]))
  const context = (task: TaskId): TaskContext => contexts.get(task) ?? contextOf(task, { tokenizer, regions, config, vocabularies })
  const shapes = sharedLengths(tasks.map((task) => {
    const { train, val, test } = splitsOf(task)
    return BEHAVIOURS[task].shape(task, test ? [train, val, test] : [train, val], context(task))
  }))
  const batches = new Map<string, TaskBatches>()
  const batchesOf = (split: TaskSplit): TaskBatches => {
    const key = `${split.task}/${split.split}`
    const shape = shapes.find((row) => row.task === split.task)
    if (!shape) throw new Error(`Task ${split.task} has no shape`)
    const made = batches.get(key) ?? createBatches(context(split.task), shape, split, split.split === 'val' ? config.validationExamples : 0)
    batches.set(key, made)
    return made
  }
  const guesses = new Map<TaskBatches, { constantGuess: number; textOnlyGuess: number }>()
  return {
    vocabularySize: tokenizer.vocabularySize, featureSize: regions.featureSize, classes: regions.classes, shapes, context,
    answers: Math.max(1, vocabularies.answers.answers.length), gqaAnswers: Math.max(1, vocabularies.gqa.answers.length),
    report: tasks.map((task) => splitsOf(task).report),
    train: (task) => batchesOf(splitsOf(task).train),
    val: (task) => batchesOf(splitsOf(task).val),
    test(task) {
      const { test } = splitsOf(task)
      return test ? batchesOf(test) : undefined
    },
    guesses(of) {
      const known = guesses.get(of)
      if (known) return known
      const { task } = of.split
      const examples = of.chosen.map((index) => of.split.examples[index]).filter((example): example is Example => example !== undefined)
      const { train } = splitsOf(task)
      const constantGuess = BEHAVIOURS[task].constantGuess(train, examples, context(task))
      // Whoever reads the words may also ignore them.
      const made = { constantGuess, textOnlyGuess: Math.max(constantGuess, BEHAVIOURS[task].textOnlyGuess(train, examples, context(task))) }
      guesses.set(of, made)
      return made
    },
    evaluation: (of) => startEvaluation(context(of.split.task), of.split, (index) => of.stream(index))
  }
}

/**
 * Tasks of one head whose texts are of similar length get the longest of these lengths: they then share one compiled
 * step, and padding changes no result. A text half as long again is not worth the padding.
 */
function sharedLengths(shapes: readonly TaskShape[]): TaskShape[] {
  const alike = (a: TaskShape, b: TaskShape): boolean =>
    taskById(a.task).head === taskById(b.task).head && a.regions === b.regions && a.targetWidth === b.targetWidth
  return shapes.map((shape) => ({
    ...shape,
    words: Math.max(...shapes.filter((other) => alike(shape, other) && other.words <= 1.5 * shape.words).map(({ words }) => words))
  }))
}

interface Vocabularies {
  readonly answers: AnswerVocabulary
  readonly gqa: AnswerVocabulary
}

function contextOf(task: TaskId, { tokenizer, regions, config, vocabularies }: { tokenizer: Tokenizer; regions: Regions; config: DataConfig; vocabularies: Vocabularies }): TaskContext {
  const { head } = taskById(task)
  const answers = head === 'answers' ? vocabularies.answers : head === 'gqa-answers' ? vocabularies.gqa : answerVocabulary([], 'none')
  return { tokenizer, regions, seed: config.seed, batchRows: rowsOfBatch(task, config.batchRows), retrievalCheck: config.retrievalCheck, blind: config.blind, answers }
}

/** Answers that a head of the reference can give (spec section 2). */
const LIMITS = { answers: 3129, gqa: 1533 } as const

function openVocabularies(root: string, splits: ReadonlyMap<TaskId, Splits>): Vocabularies {
  const published = (task: TaskId): AnswerVocabulary | null => {
    const folders = [join(root, task === 'vgqa' ? 'visual_genome' : task), splits.has(task) ? findFolder(task, root).path : root]
    return folders.map(readAnswerVocabulary).find((found) => found !== null) ?? null
  }
  const trained = (tasks: readonly TaskId[]): string[] => tasks.flatMap((task) => splits.get(task)?.train.examples ?? []).map(bestAnswer).filter((answer): answer is string => answer !== undefined)
  const make = (tasks: readonly TaskId[], limit: number): AnswerVocabulary => {
    if (!tasks.some((task) => splits.has(task))) return answerVocabulary([], 'none')
    const answers = trained(tasks)
    return tasks.map(published).find((found) => found !== null) ?? countedVocabulary(answers, answers.length > 20_000 ? 9 : 1, limit)
  }
  return { answers: make(['vqa', 'vgqa'], LIMITS.answers), gqa: make(['gqa'], LIMITS.gqa) }
}

function bestAnswer(example: Example): string | undefined {
  return example.kind === 'question' ? Object.entries(example.answers).sort((a, b) => b[1] - a[1])[0]?.[0] : undefined
}

/** Every tenth picture is kept for validation where a data set comes with one split only; every second of a handful. */
const HELD_OUT = 10

type SplitExamples = Readonly<Record<SplitName, readonly Example[]>>

function readTask(root: string, task: TaskId, config: DataConfig, tests: ReadonlySet<string>, regions: Regions): Splits {
  const available = availableSplits(task, root)
  const notes: string[] = []
  // The released code validates retrieval on the file of test pictures.
  const leaks = config.retrievalValidation === 'test' && taskById(task).objective === 'alternatives' && available.includes('test')
  if (leaks) notes.push(`${task} is validated on its test split, as in the released code: its scores steer Stop-and-Go, so they are no test scores.`)
  let problems: readonly DataProblem[] = []
  const read = (name: SplitName): readonly Example[] => {
    if (!available.includes(name)) return []
    const data = readSplit(task, root, name)
    problems = problems.concat(data.problems)
    return data.examples
  }
  const { otherPictures, ...found } = withPictures({ train: read('train'), val: read(leaks ? 'test' : 'val'), test: read('test') }, { root, regions, notes, task })
  let { train, val } = found
  if (train.length === 0 || val.length === 0) {
    const only = [train, val, found.test].find((examples) => examples.length > 0) ?? []
    const missing = train.length === 0 ? 'training' : 'validation'
    ;({ train, val } = heldOut(only))
    notes.push(`${task} has no ${missing} split here: of the ${only.length} examples at hand ${val.length} are kept for validation, by picture.`)
  }
  let cleaning: CleaningRow | null = null
  if (config.clean && available.includes('train')) {
    const cleaned = cleanSplit({ dataset: task, split: 'train', examples: train, problems: [], files: [] }, tests, pictureIdentity(root))
    cleaning = cleaned.row
    train = cleaned.data.examples
  }
  const kept: SplitExamples = { train, val, test: found.test }
  for (const name of ['train', 'val'] as const) {
    if (kept[name].length === 0) throw new WorkbenchError(`${task} has no ${name} examples in ${root}${cleaning ? ` (cleaning took ${cleaning.removed} of ${cleaning.before} training examples; clean=false keeps them)` : ''}.`)
  }
  const made = (split: SplitName): TaskSplit => ({ task, split, examples: kept[split], otherPictures })
  const examples = { train: train.length, val: val.length, test: kept.test.length }
  return { train: made('train'), val: made('val'), test: kept.test.some(hasAnswer) ? made('test') : null, report: { task, examples, cleaning, problems, notes } }
}

function heldOut(examples: readonly Example[]): { train: readonly Example[]; val: readonly Example[] } {
  const pictures = [...new Set(examples.map(pictureKey))]
  const every = pictures.length < 2 * HELD_OUT ? 2 : HELD_OUT
  const chosen = new Set(pictures.filter((_, place) => place % every === every - 1))
  return { train: examples.filter((example) => !chosen.has(pictureKey(example))), val: examples.filter((example) => chosen.has(pictureKey(example))) }
}

const pictureKey = (example: Example): string => picturesOfExample(example)[0]?.id ?? ''

interface AtHand extends SplitExamples {
  /** See TaskSplit. */
  readonly otherPictures: readonly PictureRef[]
}

/** Examples whose pictures are at hand; all of them, with empty pictures, if the task has not one picture. */
function withPictures(splits: SplitExamples, { root, regions, notes, task }: { root: string; regions: Regions; notes: string[]; task: TaskId }): AtHand {
  const seen = (examples: readonly Example[]): readonly Example[] => examples.filter((example) => picturesOfExample(example).every((picture) => regions.has(picture)))
  const found = { train: seen(splits.train), val: seen(splits.val), test: seen(splits.test) }
  const count = (of: SplitExamples): number => of.train.length + of.val.length + of.test.length
  if (count(found) === count(splits)) return { ...splits, otherPictures: [] }
  if (count(found) === 0) {
    const otherPictures = uncaptionedPictures(root, [...splits.train, ...splits.val, ...splits.test])
    const instead = otherPictures.length > 0 ? `; ${otherPictures.length} pictures without captions are at hand and take part as wrong pictures` : ''
    notes.push(`No picture of ${task} is at hand: its ${count(splits)} examples are trained on their words alone${instead}.`)
    return { ...splits, otherPictures }
  }
  notes.push(`${count(splits) - count(found)} of ${count(splits)} examples of ${task} are left out: their pictures are not at hand.`)
  return { ...found, otherPictures: [] }
}

function hasAnswer(example: Example): boolean {
  if (example.kind === 'question') return Object.keys(example.answers).length > 0
  return example.kind !== 'statement' || example.label !== null
}
