// Logits and targets of a task to one number (spec section 2, last table): the weighted mean over examples of a
// binary cross-entropy (answers, regions, choices: summed; classes: averaged) or of a softmax cross-entropy.

import { type Tensor, mul } from '@tensorflow/tfjs-core'
import type { Objective } from '../../contract/task-catalog'
import { sizeOf } from '../nn/dense'
import { binaryCrossEntropy, crossEntropy, rowSum, weightedMean } from './elementary-losses'

/** logits, targets, targetMask [e, n], weights [e] → scalar. */
export function taskLoss(logits: Tensor, targets: Tensor, targetMask: Tensor, weights: Tensor, objective: Objective): Tensor {
  return weightedMean(exampleLoss(logits, targets, targetMask, objective), weights)
}

/** The loss of each example: [e] */
function exampleLoss(logits: Tensor, targets: Tensor, targetMask: Tensor, objective: Objective): Tensor {
  switch (objective) {
    case 'alternatives': return crossEntropy(logits, targets)
    case 'answers':
    case 'regions':
    case 'choices': return rowSum(mul(binaryCrossEntropy(logits, targets), targetMask))
    case 'classes': return mul(rowSum(mul(binaryCrossEntropy(logits, targets), targetMask)), 1 / sizeOf(logits, 1))
  }
}
