// The three losses of masked pre-training (spec section 5). Which words and regions count is in the labels alone, so
// the objectives differ only in the batch and in the factor of the alignment loss.

import { type Tensor, add, cast, div, greaterEqual, log, matMul, maximum, mul, reshape, square, sub, sum } from '@tensorflow/tfjs-core'
import { sizeOf } from '../nn/dense'
import { oneHotRows } from '../nn/one-hot'
import type { VisualTarget } from '../trunk/trunk-config'
import { crossEntropy, rowSum, weightedMean, weightedSum } from './elementary-losses'

export interface PretrainingTargets {
  /** [b, w] int32, −1 where nothing is to be predicted. */
  readonly wordLabels: Tensor
  /** [b, r] float32, 1 where the region is to be predicted. */
  readonly regionLabels: Tensor
  /** [b, r, c] float32 */
  readonly regionTargets: Tensor
  /** [b] int32 */
  readonly mismatched: Tensor
  /** [b] */
  readonly weights: Tensor
  /** Of visual target 2: all targets of the whole batch, [n, c]. */
  readonly candidates?: Tensor | undefined
  /** [b, r, n]: the logarithm of how often a candidate stands in a region's choice, about −1e9 for never. */
  readonly candidateWeights?: Tensor | undefined
  /** [b, r] int32: the place of a labelled region's own target among the candidates, −1 without a label. */
  readonly regionPlaces?: Tensor | undefined
}

/** Mean cross-entropy over the labelled words of weighted rows; 0 if there is none. logits [b, w, v] → scalar */
export function wordLoss(logits: Tensor, { wordLabels, weights }: PretrainingTargets): Tensor {
  const vocabulary = sizeOf(logits, 2)
  const labelled = labelWeights(cast(greaterEqual(wordLabels, 0), 'float32'), weights)
  const targets = oneHotRows(reshape(wordLabels, [-1]), vocabulary)
  return meanOverLabels(crossEntropy(reshape(logits, [-1, vocabulary]), targets), labelled)
}

/**
 * Visual target 0: KL divergence from the detector's distribution, mean over the labelled regions of weighted rows;
 * visual target 1: squared error, mean over labelled regions and features; visual target 2: cross-entropy of the own
 * target among other regions' targets, scored by products. 0 without labels. logits [b, r, c] → scalar
 */
export function regionLoss(logits: Tensor, given: PretrainingTargets, visualTarget: VisualTarget): Tensor {
  const { regionLabels, regionTargets, weights } = given
  const classes = sizeOf(logits, 2)
  const labelled = labelWeights(regionLabels, weights)
  const predicted = reshape(logits, [-1, classes])
  if (visualTarget === 2) return meanOverLabels(ownAmongOthers(predicted, given), labelled)
  const targets = reshape(regionTargets, [-1, classes])
  if (visualTarget === 1) return meanOverLabels(mul(rowSum(square(sub(predicted, targets))), 1 / classes), labelled)
  // 0 · log 0 counts as 0.
  const information = rowSum(mul(targets, log(maximum(targets, 1e-37))))
  return meanOverLabels(add(crossEntropy(predicted, targets), information), labelled)
}

/**
 * A candidate that stands k times in a region's choice counts k-fold in the softmax: its score plus log k. So the scores
 * are one product with all targets of the batch, whatever was drawn. predicted [b·r, c] → [b·r]
 */
function ownAmongOthers(predicted: Tensor, { candidates, candidateWeights, regionPlaces }: PretrainingTargets): Tensor {
  if (!candidates || !candidateWeights || !regionPlaces) throw new Error('Visual target 2 needs candidates, candidateWeights and regionPlaces')
  const count = sizeOf(candidates, 0)
  const scores = add(matMul(predicted, candidates, false, true), reshape(candidateWeights, [-1, count]))
  return crossEntropy(scores, oneHotRows(reshape(regionPlaces, [-1]), count))
}

/** Two-way cross-entropy, weighted mean over rows. logits [b, 2] → scalar */
export function alignmentLoss(logits: Tensor, { mismatched, weights }: PretrainingTargets): Tensor {
  return weightedMean(crossEntropy(logits, oneHotRows(mismatched, 2)), weights)
}

/** labels [b, l] of rows with weights [b] → [b·l] */
function labelWeights(labels: Tensor, weights: Tensor): Tensor {
  return reshape(mul(labels, reshape(weights, [-1, 1])), [-1])
}

function meanOverLabels(losses: Tensor, labelled: Tensor): Tensor {
  return div(weightedSum(losses, labelled), maximum(sum(labelled), 1e-12))
}
