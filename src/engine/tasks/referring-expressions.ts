// RefCOCO, RefCOCO+, RefCOCOg: one logit a region, any detected region may be the answer. Visual7W and GuessWhat: the
// same over candidate boxes, which follow the detected regions (spec 3.2). Targets are overlaps with the answer's box:
// in training below 0.5 they are 0, otherwise the overlap itself. Read next: verification.ts.

import { taskById } from '../../contract/task-catalog'
import { overlap } from '../data/boxes'
import type { RegionExample } from '../data/example'
import { emptyBatch, fillRegions, fillWords, longestText, markExample, openPadding } from './fill-rows'
import { bestIndex, mean } from './logits'
import { constantRegion, regionByText } from './region-guess'
import { RIGHT, type ChoosableRow, asRegion, layoutOf } from './region-layout'
import { pictureOf } from './sample-picture'
import { type Behaviour, rowsOf } from './task'

export const referringExpressions: Behaviour = {
  shape(task, splits, context) {
    const { maxWords, maxRegions } = taskById(task).reference
    const examples = splits.flatMap((split) => split.examples.map(asRegion))
    const most = examples.reduce((sum, { annotated }) => Math.max(sum, annotated.length), 0)
    const regions = Math.min(maxRegions, 1 + context.regions.mostDetected(new Set(examples.map(({ picture }) => picture.pool))) + most)
    return {
      task, examples: context.batchRows, regions, targetWidth: regions,
      words: longestText(examples.map(({ text }) => text), context.tokenizer.wordPieces, maxWords)
    }
  },

  fill({ context, shape, split, indices, train }) {
    const batch = emptyBatch(shape, context.regions.featureSize)
    indices.forEach((index, row) => {
      const example = asRegion(split.examples[index])
      const { detected, appended, choosable } = layoutOf(context, example, shape.regions, train)
      fillWords(batch, row, shape.words, context.tokenizer.encode(example.text, shape.words))
      const next = fillRegions(batch, row, shape.regions, { ...rowsOf(context, example), count: detected })
      if (appended.length > 0) fillRegions(batch, row, shape.regions, context.regions.annotated(example.picture, appended), next)
      markExample(batch, row, index, 0, 0)
      for (const { row: region, box } of choosable) {
        const shared = overlap(box, example.answer)
        const soft = (train || example.candidates.length > 0) && shared < RIGHT ? 0 : shared
        batch.targets[row * shape.targetWidth + region] = soft
        batch.targetMask[row * shape.targetWidth + region] = 1
      }
    })
    openPadding(batch)
    return batch
  },

  outcomes(batch, logits) {
    const width = batch.targetWidth
    const choice = taskById(batch.task).objective === 'choices'
    return [...batch.weights.keys()].filter((row) => batch.weights[row] === 1).map((row) => {
      const best = bestIndex(logits, row * width, width, batch.targetMask)
      const target = batch.targets[row * width + best] ?? 0
      const most = batch.targets.subarray(row * width, (row + 1) * width).reduce((a, b) => Math.max(a, b), 0)
      const right = choice ? target > 0 && target === most : target > RIGHT
      return { index: batch.indices[row] ?? -1, best, score: right ? 1 : 0 }
    })
  },

  metrics(split, outcomes, context) {
    const found: Record<string, number> = {}
    const parts = new Map<string, number[]>()
    const reachable: number[] = []
    for (const { index, score } of outcomes) {
      const example = asRegion(split.examples[index])
      if (example.candidates.length > 0) continue
      if (example.part !== undefined) parts.set(example.part, [...(parts.get(example.part) ?? []), score])
      const { choosable } = layoutOf(context, example, Number.MAX_SAFE_INTEGER, false)
      reachable.push(choosable.some(({ box }) => overlap(box, example.answer) > RIGHT) ? 1 : 0)
    }
    if (parts.size > 1) for (const [part, scores] of parts) found[`score ${part}`] = mean(scores)
    return reachable.length > 0 ? { ...found, ceiling: mean(reachable) } : found
  },

  constantGuess: (train, examples, context) => constantRegion(train, examples.map(asRegion), context),
  textOnlyGuess: (train, examples, context) => regionByText(train, examples.map(asRegion), context),

  candidates({ context, example }) {
    const region = asRegion(example)
    const { detected, appended, choosable } = layoutOf(context, region, Number.MAX_SAFE_INTEGER, false)
    const boxes = new Map(choosable.map(({ row, box }) => [row, box]))
    return {
      text: region.text, expected: expectedLabel(region, choosable), pictures: [pictureOf(context, region.picture, appended)], expectedBox: region.answer,
      candidate(index) {
        const box = boxes.get(index)
        return { label: labelOf(index, detected, region.candidates.length > 0), picture: 0, ...(box ? { box } : {}) }
      }
    }
  }
}

const labelOf = (row: number, detected: number, choice: boolean): string => (choice ? `Choice ${row - detected + 1}` : row === 0 ? 'Whole picture' : `Region ${row}`)

function expectedLabel(example: RegionExample, choosable: readonly ChoosableRow[]): string {
  const overlaps = choosable.map(({ box }) => overlap(box, example.answer))
  const best = overlaps.indexOf(Math.max(...overlaps))
  const row = choosable[best]?.row
  if (row === undefined || (overlaps[best] ?? 0) <= RIGHT) return 'No region overlaps the answer'
  const first = example.candidates.length > 0 ? (choosable[0]?.row ?? 0) : 0
  return labelOf(row, example.candidates.length > 0 ? first : 0, example.candidates.length > 0)
}
