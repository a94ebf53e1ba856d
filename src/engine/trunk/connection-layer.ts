// The connection layer (spec 1.7): words look at regions and regions at words, from the same inputs; the two contexts
// cross over to the other stream's output block. Stream 1 is vision, stream 2 text, as in the parameter names.

import { type Tensor, add } from '@tensorflow/tfjs-core'
import { additiveMask, attention } from '../nn/attention'
import { dense } from '../nn/dense'
import { dropout } from '../nn/dropout'
import type { ForwardContext } from '../nn/forward-context'
import { layerNorm } from '../nn/layer-norm'
import { feedForward } from './self-attention-layer'

export interface Streams {
  /** [b, t, hidden] */
  readonly text: Tensor
  /** [b, r, v_hidden] */
  readonly vision: Tensor
}

/** Masks [b, t] and [b, r]. */
export function connectionLayer(context: ForwardContext, index: number, { text, vision }: Streams, textMask: Tensor, regionMask: Tensor): Streams {
  const name = `bert.encoder.c_layer.${index}`
  const heads = context.config.bi_num_attention_heads
  const project = (part: string, x: Tensor): Tensor => dense(context, `${name}.biattention.${part}`, x)
  const words = attention(context, heads, project('query2', text), project('key1', vision), project('value1', vision), additiveMask(regionMask))
  const regions = attention(context, heads, project('query1', vision), project('key2', text), project('value2', text), additiveMask(textMask))
  context.watch?.(`act.co_layer.${index}.context.text_queries`, words.context)
  context.watch?.(`act.co_layer.${index}.context.vision_queries`, regions.context)
  context.watch?.(`attn.co.${index}.text_queries`, words.probabilities)
  context.watch?.(`attn.co.${index}.vision_queries`, regions.probabilities)

  const cross = (stream: 1 | 2, content: Tensor, residual: Tensor): Tensor =>
    layerNorm(context, `${name}.biOutput.LayerNorm${stream}`, add(dropout(context, dense(context, `${name}.biOutput.dense${stream}`, content)), residual))
  const visionMiddle = cross(1, regions.context, vision)
  const textMiddle = cross(2, words.context, text)
  context.watch?.(`act.co_layer.${index}.attention_output.vision`, visionMiddle)
  context.watch?.(`act.co_layer.${index}.attention_output.text`, textMiddle)

  const output = {
    vision: feedForward(context, `${name}.v_intermediate`, `${name}.v_output`, visionMiddle, context.config.v_hidden_act),
    text: feedForward(context, `${name}.t_intermediate`, `${name}.t_output`, textMiddle, context.config.hidden_act)
  }
  context.watch?.(`act.co_layer.${index}.vision`, output.vision)
  context.watch?.(`act.co_layer.${index}.text`, output.text)
  return output
}
