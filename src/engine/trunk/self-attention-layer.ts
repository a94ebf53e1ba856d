// One transformer layer of the text or the vision stream (spec 1.6): self-attention, then feed-forward, both post-norm.
// Read next: connection-layer.ts.

import { type Tensor, add, matMul, mul, reciprocal, reshape, sigmoid, sum } from '@tensorflow/tfjs-core'
import { activation } from '../nn/activation'
import { additiveMask, attention } from '../nn/attention'
import { dense, sizeOf } from '../nn/dense'
import { dropout } from '../nn/dropout'
import type { ForwardContext } from '../nn/forward-context'
import { layerNorm } from '../nn/layer-norm'
import type { Activation } from './trunk-config'

/** LN(dropout(dense(x)) + residual) under `<name>.dense`, `<name>.LayerNorm`. x, residual [b, l, …] */
function addAndNorm(context: ForwardContext, name: string, x: Tensor, residual: Tensor): Tensor {
  return layerNorm(context, `${name}.LayerNorm`, add(dropout(context, dense(context, `${name}.dense`, x)), residual))
}

/** The feed-forward half under two names: `<inner>.dense` with its activation, then `<outer>.dense`, `<outer>.LayerNorm`. x [b, l, d] */
export function feedForward(context: ForwardContext, inner: string, outer: string, x: Tensor, kind: Activation): Tensor {
  return addAndNorm(context, outer, activation(kind, dense(context, `${inner}.dense`, x)), x)
}

/** x [b, l, d], mask [b, l] → [b, l, d]; with fewer `rows` of x [b, q, d] only those are computed, [b, q, d]. */
export function textLayer(context: ForwardContext, index: number, x: Tensor, mask: Tensor, rows = x): Tensor {
  const name = `bert.encoder.layer.${index}`
  return selfAttentionLayer(context, { name, label: 'text', index, heads: context.config.num_attention_heads }, x, mask, null, rows)
}

/** x [b, r, d], mask [b, r]; with dynamic attention the text decides which of the query and key features count. */
export function visionLayer(context: ForwardContext, index: number, x: Tensor, mask: Tensor, text: Tensor, textMask: Tensor, rows = x): Tensor {
  const name = `bert.encoder.v_layer.${index}`
  const gate = context.config.dynamic_attention ? meanOfWords(text, textMask) : null
  return selfAttentionLayer(context, { name, label: 'vision', index, heads: context.config.v_num_attention_heads }, x, mask, gate, rows)
}

interface Layer {
  readonly name: string
  readonly label: 'text' | 'vision'
  readonly index: number
  readonly heads: number
}

function selfAttentionLayer(context: ForwardContext, layer: Layer, x: Tensor, mask: Tensor, gate: Tensor | null, rows: Tensor): Tensor {
  const { name, label, index } = layer
  const project = (part: string): Tensor => dense(context, `${name}.attention.self.${part}`, part === 'query' ? rows : x)
  const gated = (part: string, gateName: string): Tensor =>
    gate ? mul(project(part), add(sigmoid(dense(context, `${name}.attention.self.${gateName}`, gate)), 1)) : project(part)
  const attended = attention(context, layer.heads, gated('query', 'dyLinear_q'), gated('key', 'dyLinear_k'), project('value'), additiveMask(mask))
  context.watch?.(`act.${label}_layer.${index}.self_context`, attended.context)
  context.watch?.(`attn.${label}.${index}`, attended.probabilities)
  const middle = addAndNorm(context, `${name}.attention.output`, attended.context, rows)
  context.watch?.(`act.${label}_layer.${index}.attention_output`, middle)
  const kind = label === 'text' ? context.config.hidden_act : context.config.v_hidden_act
  const output = feedForward(context, `${name}.intermediate`, `${name}.output`, middle, kind)
  context.watch?.(`act.${label}_layer.${index}`, output)
  return output
}

/** Mean over the real words: text [b, t, d], mask [b, t] → [b, 1, d] */
function meanOfWords(text: Tensor, mask: Tensor): Tensor {
  const row = reshape(mask, [-1, 1, sizeOf(mask, 1)])
  const shares = mul(row, reshape(reciprocal(sum(mask, 1, true)), [-1, 1, 1]))
  return matMul(shares, text)
}
