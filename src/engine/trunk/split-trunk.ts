// The trunk in three pieces (spec 1.8, "fast mode"): what a text is before it meets a picture, what a picture is before it
// meets a text, and the rest. Retrieval over n × n pairs computes the first two once. The pieces give the numbers of trunk.ts.
// Letters: t positions of a text, r regions. Read next: ../tasks/ranking-plans.ts.

import { type Tensor, add, mul, reshape, slice } from '@tensorflow/tfjs-core'
import type { ForwardContext } from '../nn/forward-context'
import type { Streams } from './connection-layer'
import { type TrunkInputs, regionEmbedding, textEmbedding } from './embeddings'
import { textLayer, visionLayer } from './self-attention-layer'
import { type ScheduledLayer, type TrunkOutput, layerSchedule, pooled, runLayer } from './trunk'
import type { ModelConfig } from './trunk-config'

interface Pieces {
  readonly text: readonly ScheduledLayer[]
  readonly vision: readonly ScheduledLayer[]
  readonly rest: readonly ScheduledLayer[]
}

/** Which layers see one stream only. With dynamic attention every vision layer reads the text. */
function trunkPieces(config: ModelConfig): Pieces {
  const layers = layerSchedule(config)
  const first = layers.findIndex(({ kind }) => kind === 'connection')
  const before = first < 0 ? layers : layers.slice(0, first)
  const vision = config.dynamic_attention ? [] : before.filter(({ kind }) => kind === 'vision')
  // A gated vision layer reads the text as it is at its place: the text layers after it wait too.
  const gated = config.dynamic_attention ? before.findIndex(({ kind }) => kind === 'vision') : -1
  const text = (gated < 0 ? before : before.slice(0, gated)).filter(({ kind }) => kind === 'text')
  return { text, vision, rest: layers.filter((layer) => !text.includes(layer) && !vision.includes(layer)) }
}

/** The texts as [b, t, hidden] up to the first layer that needs a picture. */
export function textPrefix(context: ForwardContext, inputs: Pick<TrunkInputs, 'wordIds' | 'wordMask' | 'tokenRows'>): Tensor {
  const { text, mask } = textEmbedding(context, inputs)
  return trunkPieces(context.config).text.reduce((states, { index }) => textLayer(context, index, states, mask), text)
}

/** The pictures as [b, r, v_hidden] up to the first layer that needs a text. */
export function visionPrefix(context: ForwardContext, inputs: Pick<TrunkInputs, 'features' | 'boxes' | 'regionMask'>): Tensor {
  const { regionMask } = inputs
  // Without gates the text is not looked at; the masks have the right rank.
  return trunkPieces(context.config).vision.reduce(
    (states, { index }) => visionLayer(context, index, states, regionMask, states, regionMask), regionEmbedding(context, inputs))
}

/**
 * The rest of the trunk on states of equal row counts; the text mask [b, t] counts the task token. Only what the poolers
 * read is computed of each stream's last layer: the states that come back are [b, 1, …].
 */
export function trunkRest(context: ForwardContext, streams: Streams, textMask: Tensor, regionMask: Tensor): TrunkOutput {
  const { rest } = trunkPieces(context.config)
  const ends = lastLayers(context.config, rest)
  return pooled(context, rest.reduce((states, layer) => (ends.includes(layer)
    ? firstOf(context, layer, states, textMask, regionMask) : runLayer(context, layer, states, textMask, regionMask)), streams))
}

/** The last layer of each stream, where no other layer reads what it gives. */
function lastLayers(config: ModelConfig, rest: readonly ScheduledLayer[]): readonly ScheduledLayer[] {
  const met = rest.map(({ kind }) => kind).lastIndexOf('connection')
  const after = rest.slice(met + 1)
  const last = (wanted: 'text' | 'vision'): ScheduledLayer[] => after.filter(({ kind }) => kind === wanted).slice(-1)
  // A gated vision layer reads the whole text.
  return config.dynamic_attention ? [] : [...last('vision'), ...last('text')]
}

function firstOf(context: ForwardContext, { kind, index }: ScheduledLayer, streams: Streams, textMask: Tensor, regionMask: Tensor): Streams {
  const first = (states: Tensor): Tensor => slice(states, [0, 0, 0], [-1, 1, -1])
  if (kind === 'text') return { ...streams, text: textLayer(context, index, streams.text, textMask, first(streams.text)) }
  return { ...streams, vision: visionLayer(context, index, streams.vision, regionMask, streams.text, textMask, first(streams.vision)) }
}

/** One row [1, …] as many times as `rows` [b, …] has rows. */
export function repeatedRow(row: Tensor, rows: Tensor): Tensor {
  const zeros = mul(slice(rows, rows.shape.map(() => 0), rows.shape.map((_, axis) => (axis === 0 ? -1 : 1))), 0)
  return add(row, reshape(zeros, [-1, ...row.shape.slice(1).map(() => 1)]))
}
