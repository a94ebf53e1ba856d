// NLVR2 (is the statement true of two pictures) and SNLI-VE (does the picture contradict, leave open or entail the
// hypothesis): two or three logits against a one-hot target (spec 3.2). A record without a gold label has a zero
// target in training and does not count in scores.

import { taskById } from '../../contract/task-catalog'
import type { Example, StatementExample } from '../data/example'
import { NLVR2_LABELS } from '../data/sources/nlvr2'
import { SNLI_VE_LABELS } from '../data/sources/snli-ve'
import { type TextOnlyScores, textOnlyGuess } from '../mini-world/text-only'
import { emptyBatch, fillRegions, fillWords, longestText, markExample, openPadding } from './fill-rows'
import { bestIndex, mean } from './logits'
import { pictureOf } from './sample-picture'
import { type Behaviour, type TaskSplit, rowsOf } from './task'

const asStatement = (example: Example | undefined): StatementExample => {
  if (example?.kind !== 'statement') throw new Error(`Expected a statement, found ${example?.kind ?? 'nothing'}`)
  return example
}

export const labelsOf = (task: string): readonly string[] => (task === 'nlvr2' ? NLVR2_LABELS : SNLI_VE_LABELS)

/** Training statements that the guesses learn from. */
const LEARNED_FROM = 40_000

function guessesOf(train: TaskSplit, examples: readonly Example[]): TextOnlyScores {
  const rows = (from: readonly Example[]): { text: string; answers: Record<string, number> }[] =>
    from.map(asStatement).flatMap(({ statement, label }) => (label === null ? [] : [{ text: statement, answers: { [label]: 1 } }]))
  return textOnlyGuess(rows(train.examples.slice(0, LEARNED_FROM)), rows(examples))
}

export const verification: Behaviour = {
  shape(task, splits, context) {
    const { reference, rowsPerExample } = taskById(task)
    const examples = splits.flatMap((split) => split.examples.map(asStatement))
    const pools = new Set(examples.flatMap(({ pictures }) => pictures.map(({ pool }) => pool)))
    return {
      task, examples: Math.max(1, Math.floor(context.batchRows / rowsPerExample)), targetWidth: labelsOf(task).length,
      words: longestText(examples.map(({ statement }) => statement), context.tokenizer.wordPieces, reference.maxWords),
      regions: Math.min(reference.maxRegions, 1 + context.regions.mostDetected(pools))
    }
  },

  fill({ context, shape, split, indices }) {
    const batch = emptyBatch(shape, context.regions.featureSize)
    const each = batch.rows / batch.examples
    indices.forEach((index, row) => {
      const example = asStatement(split.examples[index])
      const ids = context.tokenizer.encode(example.statement, shape.words)
      for (let which = 0; which < each; which++) {
        fillWords(batch, row * each + which, shape.words, ids)
        fillRegions(batch, row * each + which, shape.regions, rowsOf(context, example, which))
      }
      if (example.label !== null) batch.targets[row * shape.targetWidth + example.label] = 1
      markExample(batch, row, index)
    })
    openPadding(batch)
    return batch
  },

  outcomes(batch, logits) {
    const width = batch.targetWidth
    const labelled = (row: number): boolean => batch.targets.subarray(row * width, (row + 1) * width).some((target) => target > 0)
    return [...batch.weights.keys()].filter((row) => batch.weights[row] === 1 && labelled(row)).map((row) => {
      const best = bestIndex(logits, row * width, width)
      return { index: batch.indices[row] ?? -1, best, score: batch.targets[row * width + best] ?? 0 }
    })
  },

  metrics(split, outcomes) {
    const byLabel = new Map<string, number[]>()
    const bySentence = new Map<string, boolean>()
    for (const { index, score } of outcomes) {
      const { statement, label } = asStatement(split.examples[index])
      const name = labelsOf(split.task)[label ?? -1] ?? 'unlabelled'
      byLabel.set(name, [...(byLabel.get(name) ?? []), score])
      bySentence.set(statement, (bySentence.get(statement) ?? true) && score === 1)
    }
    const found = Object.fromEntries([...byLabel].sort().map(([label, scores]) => [`score ${label}`, mean(scores)]))
    return split.task === 'nlvr2' ? { ...found, consistency: mean([...bySentence.values()].map(Number)) } : found
  },

  constantGuess: (train, examples) => guessesOf(train, examples).constant / 100,
  textOnlyGuess: (train, examples) => guessesOf(train, examples).textOnly / 100,

  candidates({ context, split, example }) {
    const { statement, label, pictures } = asStatement(example)
    const labels = labelsOf(split.task)
    const shown = (index: number): string => {
      const name = labels[index] ?? ''
      return name.charAt(0).toUpperCase() + name.slice(1)
    }
    return {
      text: statement, expected: label === null ? '(no label)' : shown(label), pictures: pictures.map((picture) => pictureOf(context, picture)),
      candidate: (index) => ({ label: shown(index) })
    }
  }
}
