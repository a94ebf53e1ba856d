// Words and regions as vectors, and the task token (spec 1.3, 1.4).
// Letters: b rows, w words, t = w or w + 1 with a task token, r regions. Read next: trunk.ts.

import { type Tensor, add, concat, reshape, slice } from '@tensorflow/tfjs-core'
import { dense, sizeOf } from '../nn/dense'
import { dropout } from '../nn/dropout'
import type { ForwardContext } from '../nn/forward-context'
import { layerNorm } from '../nn/layer-norm'
import { lookup } from '../nn/lookup'

/** The inputs of the trunk; shapes as in tasks/task-batch.ts. */
export interface TrunkInputs {
  readonly wordIds: Tensor
  readonly wordMask: Tensor
  readonly features: Tensor
  readonly boxes: Tensor
  readonly regionMask: Tensor
  /** [b] int32: rows of the task-token table; absent in pre-training and in models without tokens. */
  readonly tokenRows?: Tensor | undefined
  /** [b, w] int32: token types; all 0 if absent, as in every data set. */
  readonly segmentIds?: Tensor | undefined
}

/** The text as [b, t, hidden] and its mask [b, t]. The task token stands at index 1 without position or type. */
export function textEmbedding(context: ForwardContext, inputs: Pick<TrunkInputs, 'wordIds' | 'wordMask' | 'tokenRows' | 'segmentIds'>): { text: Tensor; mask: Tensor } {
  const { parameters } = context
  const words = sizeOf(inputs.wordIds, 1)
  const positions = slice(parameters('bert.embeddings.position_embeddings.weight'), [0, 0], [words, -1])
  const typeTable = parameters('bert.embeddings.token_type_embeddings.weight')
  const types = inputs.segmentIds ? lookup(typeTable, inputs.segmentIds) : slice(typeTable, [0, 0], [1, -1])
  const sum = add(add(lookup(parameters('bert.embeddings.word_embeddings.weight'), inputs.wordIds), positions), types)
  const withToken = inputs.tokenRows ? insertToken(context, sum, inputs.tokenRows) : sum
  const mask = inputs.tokenRows ? concat([slice(inputs.wordMask, [0, 0], [-1, 1]), inputs.wordMask], 1) : inputs.wordMask
  const normalized = layerNorm(context, 'bert.embeddings.LayerNorm', withToken)
  context.watch?.('act.text_embeddings', normalized)
  return { text: dropout(context, normalized), mask }
}

function insertToken(context: ForwardContext, words: Tensor, rows: Tensor): Tensor {
  const tokens = lookup(context.parameters('bert.embeddings.task_embeddings.weight'), rows)
  const token = reshape(tokens, [-1, 1, sizeOf(tokens, 1)])
  const first = slice(words, [0, 0, 0], [-1, 1, -1])
  const rest = slice(words, [0, 1, 0], [-1, -1, -1])
  return concat([first, token, rest], 1)
}

/** The regions as [b, r, v_hidden]. Padding regions get a vector too; only the mask hides them. */
export function regionEmbedding(context: ForwardContext, inputs: Pick<TrunkInputs, 'features' | 'boxes'>): Tensor {
  const features = dense(context, 'bert.v_embeddings.image_embeddings', inputs.features)
  const places = dense(context, 'bert.v_embeddings.image_location_embeddings', inputs.boxes)
  const normalized = layerNorm(context, 'bert.v_embeddings.LayerNorm', add(features, places))
  context.watch?.('act.vision_embeddings', normalized)
  return dropout(context, normalized)
}
