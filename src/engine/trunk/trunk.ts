// The two-stream trunk (spec 1.3–1.9): embeddings, the schedule of layers, poolers and fusion. The text stream starts
// alone, connection layers join the streams in turn, and each pooler reads position 0 of its stream.
// Read next: embeddings.ts, self-attention-layer.ts, connection-layer.ts, then heads/task-heads.ts.

import { type Tensor, add, mul, relu, reshape, slice } from '@tensorflow/tfjs-core'
import { dense, sizeOf } from '../nn/dense'
import type { ForwardContext } from '../nn/forward-context'
import { type Streams, connectionLayer } from './connection-layer'
import { type TrunkInputs, regionEmbedding, textEmbedding } from './embeddings'
import { textLayer, visionLayer } from './self-attention-layer'
import type { ModelConfig } from './trunk-config'

export interface TrunkOutput {
  /** [b, t, hidden]; t counts the task token. */
  readonly text: Tensor
  /** [b, r, v_hidden] */
  readonly vision: Tensor
  /** [b, bi_hidden]: ReLU of a linear layer on [CLS] and on region 0. */
  readonly pooledText: Tensor
  readonly pooledVision: Tensor
  /** [b, bi_hidden]: product or sum of the two, before dropout. */
  readonly fused: Tensor
}

export interface ScheduledLayer {
  readonly kind: 'text' | 'vision' | 'connection'
  readonly index: number
}

/** The order of all layers (spec 1.8): up to each pair of ends, its connection; then the rest, vision first. */
export function layerSchedule(config: ModelConfig): ScheduledLayer[] {
  const order: ScheduledLayer[] = []
  const next = { text: 0, vision: 0 }
  const runTo = (kind: 'text' | 'vision', end: number): void => {
    for (; next[kind] < end; next[kind]++) order.push({ kind, index: next[kind] })
  }
  config.v_biattention_id.forEach((visionEnd, index) => {
    runTo('text', config.t_biattention_id[index] ?? 0)
    runTo('vision', visionEnd)
    if (config.with_coattention) order.push({ kind: 'connection', index })
  })
  runTo('vision', config.v_num_hidden_layers)
  runTo('text', config.num_hidden_layers)
  return order
}

/** Runs the whole trunk. Throws if the text is longer than the position table. */
export function trunk(context: ForwardContext, inputs: TrunkInputs): TrunkOutput {
  const words = sizeOf(inputs.wordIds, 1)
  if (words > context.config.max_position_embeddings) {
    throw new RangeError(`Texts of ${words} words exceed the model's ${context.config.max_position_embeddings} positions`)
  }
  const { text, mask } = textEmbedding(context, inputs)
  let streams: Streams = { text, vision: regionEmbedding(context, inputs) }
  for (const layer of layerSchedule(context.config)) streams = runLayer(context, layer, streams, mask, inputs.regionMask)
  return pooled(context, streams)
}

/** Poolers and fusion of the last states. */
export function pooled(context: ForwardContext, streams: Streams): TrunkOutput {
  const pooledText = pooler(context, 'bert.t_pooler.dense', streams.text)
  const pooledVision = pooler(context, 'bert.v_pooler.dense', streams.vision)
  context.watch?.('act.pooled_text', pooledText)
  context.watch?.('act.pooled_vision', pooledVision)
  const fuse = context.config.fusion_method === 'mul' ? mul : add
  return { ...streams, pooledText, pooledVision, fused: fuse(pooledText, pooledVision) }
}

export function runLayer(context: ForwardContext, { kind, index }: ScheduledLayer, streams: Streams, textMask: Tensor, regionMask: Tensor): Streams {
  switch (kind) {
    case 'text': return { ...streams, text: textLayer(context, index, streams.text, textMask) }
    case 'vision': return { ...streams, vision: visionLayer(context, index, streams.vision, regionMask, streams.text, textMask) }
    case 'connection': return connectionLayer(context, index, streams, textMask, regionMask)
  }
}

/** [b, l, d] → [b, bi_hidden] from position 0. */
function pooler(context: ForwardContext, name: string, states: Tensor): Tensor {
  const first = reshape(slice(states, [0, 0, 0], [-1, 1, -1]), [-1, sizeOf(states, 2)])
  return relu(dense(context, name, first))
}
