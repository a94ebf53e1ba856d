// The task heads (spec section 2): each makes one example's logits from the trunk. Only the head that a task needs runs.
// Letters: b rows of the trunk, e examples, n logits of an example. Read next: losses/task-loss.ts.

import { type Tensor, add, mul, reshape, sub } from '@tensorflow/tfjs-core'
import type { Task } from '../../contract/task-catalog'
import { dense, sizeOf } from '../nn/dense'
import { dropout } from '../nn/dropout'
import type { ForwardContext } from '../nn/forward-context'
import { gelu } from '../nn/gelu'
import { layerNorm } from '../nn/layer-norm'
import type { TrunkOutput } from '../trunk/trunk'

/** Linear, GELU, LayerNorm, linear. x [b, in] → [b, out] */
export function classifier(context: ForwardContext, name: string, x: Tensor): Tensor {
  const inner = dense(context, `${name}.logit_fc.0`, x)
  const active = gelu(inner)
  const normalized = layerNorm(context, `${name}.logit_fc.2`, active)
  for (const [step, value] of [['0', inner], ['1', active], ['2', normalized]] as const) context.watch?.(`act.${name}_fc.${step}`, value)
  return dense(context, `${name}.logit_fc.3`, normalized)
}

/** The logits [e, n] of a task's examples. regionMask [b, r]: padding regions get about −10000. */
export function taskLogits(context: ForwardContext, task: Task, output: TrunkOutput, regionMask: Tensor): Tensor {
  const fused = (): Tensor => dropout(context, output.fused)
  switch (task.head) {
    case 'answers': return classifier(context, 'vil_prediction', fused())
    case 'gqa-answers': return classifier(context, 'vil_prediction_gqa', fused())
    case 'alignment': return reshape(dense(context, 'vil_logit', fused()), [-1, task.rowsPerExample])
    case 'pair': return pairLogits(context, fused())
    case 'three-way': return dense(context, 'vil_tri_prediction', fused())
    case 'region': return regionLogits(context, output.vision, regionMask)
  }
}

/** Rows 2i and 2i + 1 are the left and right picture of one statement: fused [b, h] → [b / 2, 2] */
export function pairLogits(context: ForwardContext, fused: Tensor): Tensor {
  return classifier(context, 'vil_binary_prediction', reshape(fused, [-1, 2 * sizeOf(fused, 1)]))
}

/** vision [b, r, v_hidden], mask [b, r] → [b, r] */
export function regionLogits(context: ForwardContext, vision: Tensor, regionMask: Tensor): Tensor {
  const scores = reshape(dense(context, 'vision_logit', dropout(context, vision)), [-1, sizeOf(vision, 1)])
  return add(scores, mul(sub(regionMask, 1), 10000))
}
