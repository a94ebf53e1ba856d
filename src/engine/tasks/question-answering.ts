// VQAv2, GQA and Visual Genome QA: a question about a picture, one logit an answer of the vocabulary, soft targets
// (spec 3.2). The score of an example is its soft target at the best logit (spec 7).
// Read next: image-retrieval.ts.

import { WorkbenchError } from '../../contract/check'
import { taskById } from '../../contract/task-catalog'
import type { Example, QuestionExample } from '../data/example'
import { type TextOnlyScores, textOnlyGuess } from '../mini-world/text-only'
import { emptyBatch, fillRegions, fillWords, longestText, markExample, openPadding } from './fill-rows'
import { bestIndex, mean } from './logits'
import { pictureOf } from './sample-picture'
import { type Behaviour, type TaskContext, type TaskSplit, rowsOf } from './task'

const asQuestion = (example: Example | undefined): QuestionExample => {
  if (example?.kind !== 'question') throw new Error(`Expected a question, found ${example?.kind ?? 'nothing'}`)
  return example
}

export const questionAnswering: Behaviour = {
  shape(task, splits, context) {
    const { maxWords, maxRegions } = taskById(task).reference
    const questions = splits.flatMap((split) => split.examples.map(asQuestion))
    if (context.answers.answers.length === 0) throw new WorkbenchError(`${task} has no answers: its training questions have none, and there is no trainval_label2ans.json.`)
    return {
      task, examples: context.batchRows, targetWidth: context.answers.answers.length,
      words: longestText(questions.map(({ question }) => question), context.tokenizer.wordPieces, maxWords),
      regions: Math.min(maxRegions, 1 + context.regions.mostDetected(new Set(questions.map(({ picture }) => picture.pool))))
    }
  },

  fill({ context, shape, split, indices }) {
    const batch = emptyBatch(shape, context.regions.featureSize)
    indices.forEach((index, row) => {
      const example = asQuestion(split.examples[index])
      fillWords(batch, row, shape.words, context.tokenizer.encode(example.question, shape.words))
      fillRegions(batch, row, shape.regions, rowsOf(context, example))
      for (const [answer, score] of Object.entries(example.answers)) {
        const target = context.answers.index(answer)
        if (target !== undefined) batch.targets[row * shape.targetWidth + target] = score
      }
      markExample(batch, row, index)
    })
    openPadding(batch)
    return batch
  },

  outcomes(batch, logits) {
    const width = batch.targetWidth
    return [...batch.weights.keys()].filter((row) => batch.weights[row] === 1).map((row) => {
      const best = bestIndex(logits, row * width, width)
      return { index: batch.indices[row] ?? -1, best, score: batch.targets[row * width + best] ?? 0 }
    })
  },

  metrics(split, outcomes, context) {
    const found: Record<string, number> = {}
    const sorts = new Map<string, number[]>()
    const right = new Map<string, boolean>()
    for (const { index, score } of outcomes) {
      const example = asQuestion(split.examples[index])
      right.set(example.id, score > 0)
      if (example.sort === undefined) continue
      const list = sorts.get(example.sort) ?? []
      list.push(score)
      sorts.set(example.sort, list)
    }
    for (const [sort, scores] of [...sorts].sort()) found[`score ${sort}`] = mean(scores)
    const answerable = outcomes.map(({ index }) => bestPossible(asQuestion(split.examples[index]), context))
    found['ceiling'] = mean(answerable)
    const consistency = split.task === 'gqa' ? entailedShare(split, right) : undefined
    return consistency === undefined ? found : { ...found, consistency }
  },

  constantGuess: (train, examples, context) => guessesOf(train, examples, context).constant / 100,
  textOnlyGuess: (train, examples, context) => guessesOf(train, examples, context).textOnly / 100,

  candidates({ example, context }) {
    const question = asQuestion(example)
    const answers = Object.entries(question.answers).sort((a, b) => b[1] - a[1])
    return {
      text: question.question, expected: answers[0]?.[0] ?? '(no answer)', pictures: [pictureOf(context, question.picture)],
      candidate: (index) => ({ label: context.answers.answers[index] ?? `answer ${index}` })
    }
  }
}

/** Training questions that the guesses learn from. */
const LEARNED_FROM = 40_000

function guessesOf(train: TaskSplit, examples: readonly Example[], context: TaskContext): TextOnlyScores {
  const learned = train.examples.slice(0, LEARNED_FROM).map(asQuestion).map((example) => ({ text: example.question, answers: weights(example, context) }))
  return textOnlyGuess(learned, examples.map(asQuestion).map((example) => ({ text: example.question, answers: example.answers })))
}

/** The answers that the head can give, with their soft scores. */
function weights(example: QuestionExample, context: TaskContext): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(example.answers).filter(([answer]) => context.answers.index(answer) !== undefined))
}

const bestPossible = (example: QuestionExample, context: TaskContext): number => Math.max(0, ...Object.values(weights(example, context)))

/** GQA consistency: of each right question, the share of its entailed questions (of this split) that are right too (spec 7). */
function entailedShare(split: TaskSplit, right: ReadonlyMap<string, boolean>): number | undefined {
  const shares: number[] = []
  for (const example of split.examples) {
    const question = asQuestion(example)
    if (right.get(question.id) !== true) continue
    const asked = (question.entailed ?? []).filter((id) => right.has(id))
    if (asked.length > 0) shares.push(asked.filter((id) => right.get(id) === true).length / asked.length)
  }
  return shares.length === 0 ? undefined : mean(shares)
}
