// Every output of the reference's multi-task model on one batch, under the reference's names (spec section 2):
// what a parity check compares. Training never runs this. Read next: run-parity.ts.

import { type Tensor, reshape } from '@tensorflow/tfjs-core'
import { alignmentLogits, regionClassLogits, wordLogits } from '../heads/pretraining-heads'
import { classifier, pairLogits, regionLogits } from '../heads/task-heads'
import { dense, sizeOf } from '../nn/dense'
import type { ForwardContext } from '../nn/forward-context'
import type { TrunkInputs } from '../trunk/embeddings'
import { trunk } from '../trunk/trunk'

/** The nine outputs; shapes as the reference returns them. */
export function allHeads(context: ForwardContext, inputs: TrunkInputs): Record<string, Tensor> {
  const { text, vision, fused } = trunk(context, inputs)
  const alignment = alignmentLogits(context, fused)
  const evenBatch = sizeOf(fused, 0) % 2 === 0
  return {
    vil_prediction: classifier(context, 'vil_prediction', fused),
    vil_prediction_gqa: classifier(context, 'vil_prediction_gqa', fused),
    vil_logit: dense(context, 'vil_logit', fused),
    // With an odd batch the reference returns the alignment logits under this name.
    vil_binary_prediction: evenBatch ? pairLogits(context, fused) : alignment,
    vil_tri_prediction: dense(context, 'vil_tri_prediction', fused),
    vision_prediction: regionClassLogits(context, vision),
    vision_logit: reshape(regionLogits(context, vision, inputs.regionMask), [-1, sizeOf(vision, 1), 1]),
    linguisic_prediction: wordLogits(context, text),
    linguisic_logit: dense(context, 'linguisic_logit', text)
  }
}
