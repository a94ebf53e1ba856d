// The heads of masked pre-training (spec sections 2 and 5): the word at each position, the class of each region,
// and whether text and picture belong together. Read next: losses/pretraining-loss.ts.

import { type Tensor, add, reshape } from '@tensorflow/tfjs-core'
import { activation } from '../nn/activation'
import { dense, linear, sizeOf } from '../nn/dense'
import { dropout } from '../nn/dropout'
import type { ForwardContext } from '../nn/forward-context'
import { layerNorm } from '../nn/layer-norm'

/** text [b, t, hidden] → [b, t, vocabulary]; the decoder is the word table itself plus a bias of its own. */
export function wordLogits(context: ForwardContext, text: Tensor): Tensor {
  const { parameters } = context
  const states = transform(context, 'cls.predictions.transform', text)
  context.watch?.('act.lm_transform', states)
  const flat = reshape(states, [-1, sizeOf(states, 2)])
  const logits = add(linear(flat, parameters('bert.embeddings.word_embeddings.weight'), null), parameters('cls.predictions.bias'))
  return reshape(logits, [-1, sizeOf(text, 1), context.config.vocab_size])
}

/** vision [b, r, v_hidden] → [b, r, classes], region 0 included. */
export function regionClassLogits(context: ForwardContext, vision: Tensor): Tensor {
  const states = transform(context, 'cls.imagePredictions.transform', vision)
  context.watch?.('act.image_transform', states)
  return dense(context, 'cls.imagePredictions.decoder', states)
}

/** fused [b, bi_hidden] → [b, 2], index 0 = text and picture match. */
export function alignmentLogits(context: ForwardContext, fused: Tensor): Tensor {
  const logits = dense(context, 'cls.bi_seq_relationship', dropout(context, fused))
  context.watch?.('act.bi_seq_relationship', logits)
  return logits
}

/** Both heads use the text's activation, as the reference does. */
function transform(context: ForwardContext, name: string, x: Tensor): Tensor {
  return layerNorm(context, `${name}.LayerNorm`, activation(context.config.hidden_act, dense(context, `${name}.dense`, x)))
}
