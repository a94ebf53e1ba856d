// How many parameters each part of a model has, from its sizes alone (spec 1.10), and which part a parameter belongs to.
// The window and the command line count with this; a test holds it against the engine's own list of parameters
// (engine/trunk/parameters.ts). Pure.

import { assertNever } from './check'

/** The sizes that decide the parameters, under the reference's names; the engine's ModelConfig adds to them. */
export interface ModelDimensions {
  readonly vocab_size: number
  readonly hidden_size: number
  readonly num_hidden_layers: number
  readonly intermediate_size: number
  readonly max_position_embeddings: number
  readonly type_vocab_size: number
  readonly v_feature_size: number
  /** Detector classes with visual target 0, the feature size with 1 and 2. */
  readonly v_target_size: number
  readonly v_hidden_size: number
  readonly v_num_hidden_layers: number
  readonly v_intermediate_size: number
  readonly bi_hidden_size: number
  /** So many layers of the regions' stream come before each connection. */
  readonly v_biattention_id: readonly number[]
  readonly task_specific_tokens: boolean
  readonly dynamic_attention: boolean
  /** False: connection layers are skipped and the streams meet in the fusion alone. */
  readonly with_coattention: boolean
  /** Rows of the task-token table: a data set's number must be below. */
  readonly taskRows: number
  /** Widths of the two answer heads. */
  readonly answers: number
  readonly gqaAnswers: number
  /** Also list the connection layers' q_dense parameters, which a reference checkpoint has and nobody uses. */
  readonly keepUnused: boolean
}

/** In the order of the tables. `ofTrunk`: in the trunk that all tasks share, else a head. */
export const MODEL_PARTS = [
  { id: 'textEmbedding', label: 'Text embedding', ofTrunk: true },
  { id: 'taskTokens', label: 'Task tokens', ofTrunk: true },
  { id: 'textLayers', label: 'Text layers', ofTrunk: true },
  { id: 'visualEmbedding', label: 'Visual embedding', ofTrunk: true },
  { id: 'visualLayers', label: 'Visual layers', ofTrunk: true },
  { id: 'coAttention', label: 'Co-attention layers', ofTrunk: true },
  { id: 'unused', label: 'Unused q_dense', ofTrunk: true },
  { id: 'poolers', label: 'Poolers', ofTrunk: true },
  { id: 'maskedWords', label: 'Head: masked words', ofTrunk: false },
  { id: 'alignment', label: 'Head: alignment', ofTrunk: false },
  { id: 'maskedRegions', label: 'Head: masked regions', ofTrunk: false },
  { id: 'answers', label: 'Head: VQA, VGQA', ofTrunk: false },
  { id: 'gqaAnswers', label: 'Head: GQA', ofTrunk: false },
  { id: 'pair', label: 'Head: NLVR2', ofTrunk: false },
  { id: 'retrieval', label: 'Head: retrieval', ofTrunk: false },
  { id: 'entailment', label: 'Head: SNLI-VE', ofTrunk: false },
  { id: 'grounding', label: 'Head: regions', ofTrunk: false },
  { id: 'words', label: 'Head: words (no task)', ofTrunk: false }
] as const

export type ModelPartId = (typeof MODEL_PARTS)[number]['id']

export interface CountedPart {
  readonly id: ModelPartId
  readonly label: string
  readonly ofTrunk: boolean
  readonly parameters: number
}

/** The reference's names by part; the first that fits. */
const NAMES: readonly (readonly [RegExp, ModelPartId])[] = [
  [/^bert\.embeddings\.task_embeddings\./, 'taskTokens'], [/^bert\.embeddings\./, 'textEmbedding'], [/^bert\.encoder\.layer\./, 'textLayers'],
  [/^bert\.v_embeddings\./, 'visualEmbedding'], [/^bert\.encoder\.v_layer\./, 'visualLayers'], [/\.biOutput\.q_dense[12]\./, 'unused'],
  [/^bert\.encoder\.c_layer\./, 'coAttention'], [/^bert\.[tv]_pooler\./, 'poolers'], [/^cls\.predictions\./, 'maskedWords'],
  [/^cls\.bi_seq_relationship\./, 'alignment'], [/^cls\.imagePredictions\./, 'maskedRegions'], [/^vil_prediction\./, 'answers'],
  [/^vil_prediction_gqa\./, 'gqaAnswers'], [/^vil_binary_prediction\./, 'pair'], [/^vil_logit\./, 'retrieval'], [/^vil_tri_prediction\./, 'entailment'],
  [/^vision_logit\./, 'grounding'], [/^linguisic_logit\./, 'words']
]

/** The part of a parameter by its name in the reference; undefined for a foreign name. */
export function modelPartOf(name: string): ModelPartId | undefined {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1]
}

const linear = (inputs: number, outputs: number): number => inputs * outputs + outputs
const norm = (width: number): number => 2 * width
/** A feed-forward part with its residual's LayerNorm. */
const feedForward = (width: number, inner: number): number => linear(width, inner) + linear(inner, width) + norm(width)
const selfAttention = (width: number): number => 4 * linear(width, width) + norm(width)
/** Linear, GELU, LayerNorm, linear (spec section 2). */
const classifier = (inputs: number, inner: number, outputs: number): number => linear(inputs, inner) + norm(inner) + linear(inner, outputs)

/** Parameters of one part. */
function partSize(id: ModelPartId, d: ModelDimensions): number {
  const { hidden_size: text, v_hidden_size: vision, bi_hidden_size: shared } = d
  const connections = d.with_coattention || d.keepUnused ? d.v_biattention_id.length : 0
  switch (id) {
    case 'textEmbedding': return (d.vocab_size + d.max_position_embeddings + d.type_vocab_size) * text + norm(text)
    case 'taskTokens': return d.task_specific_tokens ? d.taskRows * text : 0
    case 'textLayers': return d.num_hidden_layers * (selfAttention(text) + feedForward(text, d.intermediate_size))
    case 'visualEmbedding': return linear(d.v_feature_size, vision) + linear(5, vision) + norm(vision)
    case 'visualLayers': return d.v_num_hidden_layers * (selfAttention(vision) + feedForward(vision, d.v_intermediate_size) + (d.dynamic_attention ? 2 * linear(text, vision) : 0))
    case 'coAttention': return connections * (3 * linear(vision, shared) + 3 * linear(text, shared) + linear(shared, vision) + norm(vision) + linear(shared, text) + norm(text) +
      feedForward(vision, d.v_intermediate_size) + feedForward(text, d.intermediate_size))
    case 'unused': return d.keepUnused ? connections * (linear(shared, vision) + linear(shared, text)) : 0
    case 'poolers': return linear(text, shared) + linear(vision, shared)
    case 'maskedWords': return linear(text, text) + norm(text) + d.vocab_size
    case 'alignment': return linear(shared, 2)
    case 'maskedRegions': return linear(vision, vision) + norm(vision) + linear(vision, d.v_target_size)
    case 'answers': return classifier(shared, 2 * shared, d.answers)
    case 'gqaAnswers': return classifier(shared, 2 * shared, d.gqaAnswers)
    case 'pair': return classifier(2 * shared, 2 * shared, 2)
    case 'retrieval': return linear(shared, 1)
    case 'entailment': return linear(shared, 3)
    case 'grounding': return linear(vision, 1)
    case 'words': return linear(text, 1)
    default: return assertNever(id)
  }
}

/** All parts in the order of `MODEL_PARTS`. */
export function countParts(dimensions: ModelDimensions): CountedPart[] {
  return MODEL_PARTS.map((part) => ({ ...part, parameters: partSize(part.id, dimensions) }))
}

export function totalOf(parts: readonly CountedPart[], which: 'all' | 'trunk' = 'all'): number {
  return parts.reduce((sum, { ofTrunk, parameters }) => sum + (which === 'all' || ofTrunk ? parameters : 0), 0)
}
