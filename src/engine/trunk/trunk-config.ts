// Sizes of the model (spec 1.1) under the reference's own JSON keys, and the three shipped sizes.
// A config.json of a reference checkpoint is read by `readModelConfig`. Read next: parameters.ts, trunk.ts.

import { WorkbenchError } from '../../contract/check'

export interface ModelConfig {
  readonly vocab_size: number
  readonly hidden_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly intermediate_size: number
  readonly max_position_embeddings: number
  readonly type_vocab_size: number
  readonly v_feature_size: number
  /** Detector classes with visual target 0, the feature size with 1. */
  readonly v_target_size: number
  readonly v_hidden_size: number
  readonly v_num_hidden_layers: number
  readonly v_num_attention_heads: number
  readonly v_intermediate_size: number
  readonly bi_hidden_size: number
  readonly bi_num_attention_heads: number
  readonly v_biattention_id: readonly number[]
  readonly t_biattention_id: readonly number[]
  readonly fusion_method: 'mul' | 'sum'
  readonly task_specific_tokens: boolean
  readonly dynamic_attention: boolean
  readonly with_coattention: boolean
  readonly visual_target: 0 | 1
  /** Standard deviation of initial weights; 0 means 1/√(inputs of the layer), which suits narrow models. */
  readonly initializer_range: number
  /** Rows of the task-token table: a data set's number must be below. */
  readonly taskRows: number
  /** Widths of the two answer heads. */
  readonly answers: number
  readonly gqaAnswers: number
  /** Also list the connection layers' q_dense parameters, which a reference checkpoint has and nobody uses. */
  readonly keepUnused: boolean
}

export type ModelSize = 'tiny' | 'mini' | 'paper'

/** What the data decides about the model. */
export interface DataSizes {
  readonly vocabularySize: number
  readonly featureSize: number
  readonly answers: number
  readonly gqaAnswers: number
  /** Detector classes, background included. */
  readonly classes: number
}

type Trunk = Omit<ModelConfig, 'vocab_size' | 'v_feature_size' | 'v_target_size' | 'answers' | 'gqaAnswers'>

const COMMON = {
  type_vocab_size: 2, fusion_method: 'mul', task_specific_tokens: true, dynamic_attention: false,
  with_coattention: true, visual_target: 0, taskRows: 20, keepUnused: false
} as const

const TRUNKS: Readonly<Record<ModelSize, Trunk>> = {
  tiny: {
    ...COMMON, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64, max_position_embeddings: 80,
    v_hidden_size: 32, v_num_hidden_layers: 1, v_num_attention_heads: 2, v_intermediate_size: 64,
    bi_hidden_size: 32, bi_num_attention_heads: 2, v_biattention_id: [0], t_biattention_id: [1], initializer_range: 0
  },
  mini: {
    ...COMMON, hidden_size: 128, num_hidden_layers: 4, num_attention_heads: 4, intermediate_size: 256, max_position_embeddings: 80,
    v_hidden_size: 128, v_num_hidden_layers: 2, v_num_attention_heads: 4, v_intermediate_size: 256,
    bi_hidden_size: 128, bi_num_attention_heads: 4, v_biattention_id: [0, 1], t_biattention_id: [2, 3], initializer_range: 0
  },
  paper: {
    ...COMMON, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072, max_position_embeddings: 512,
    v_hidden_size: 1024, v_num_hidden_layers: 6, v_num_attention_heads: 8, v_intermediate_size: 1024,
    bi_hidden_size: 1024, bi_num_attention_heads: 8, v_biattention_id: [0, 1, 2, 3, 4, 5], t_biattention_id: [6, 7, 8, 9, 10, 11],
    initializer_range: 0.02, keepUnused: true
  }
}

/** The shipped model of a size, fitted to the data. */
export function modelConfig(size: ModelSize, data: DataSizes): ModelConfig {
  return checkedModelConfig({
    ...TRUNKS[size], vocab_size: data.vocabularySize, v_feature_size: data.featureSize, v_target_size: data.classes,
    answers: data.answers, gqaAnswers: data.gqaAnswers
  })
}

/** A config.json of the reference: absent keys take the reference's constructor defaults, unknown ones are ignored (spec 1.1). */
export function readModelConfig(json: Readonly<Record<string, unknown>>, heads: { answers: number; gqaAnswers: number }): ModelConfig {
  const defaults: ModelConfig = {
    ...TRUNKS.paper, vocab_size: 30522, v_feature_size: 2048, v_target_size: 1601,
    task_specific_tokens: false, keepUnused: true, answers: heads.answers, gqaAnswers: heads.gqaAnswers
  }
  const known = Object.fromEntries(Object.entries(json).filter(([key]) => key in defaults))
  return checkedModelConfig({ ...defaults, ...known })
}

/** The configuration if it can be computed; otherwise a WorkbenchError that lists every problem. */
export function checkedModelConfig(config: ModelConfig): ModelConfig {
  const problems: string[] = []
  const divisible = (size: 'hidden_size' | 'v_hidden_size' | 'bi_hidden_size', heads: 'num_attention_heads' | 'v_num_attention_heads' | 'bi_num_attention_heads'): void => {
    if (config[size] % config[heads] !== 0) problems.push(`${size} ${config[size]} must be a multiple of ${heads} ${config[heads]}.`)
  }
  divisible('hidden_size', 'num_attention_heads')
  divisible('v_hidden_size', 'v_num_attention_heads')
  divisible('bi_hidden_size', 'bi_num_attention_heads')
  const ends = (name: 'v_biattention_id' | 't_biattention_id', layers: number): void => {
    const ids = config[name]
    if (ids.some((id, k) => !Number.isInteger(id) || id < (ids[k - 1] ?? 0) || id >= layers)) {
      problems.push(`${name} [${ids.join(', ')}] must rise and stay below the ${layers} layers of its stream.`)
    }
  }
  ends('v_biattention_id', config.v_num_hidden_layers)
  ends('t_biattention_id', config.num_hidden_layers)
  if (config.v_biattention_id.length !== config.t_biattention_id.length) {
    problems.push('v_biattention_id and t_biattention_id must have the same length.')
  }
  if (config.fusion_method !== 'mul' && config.fusion_method !== 'sum') problems.push(`fusion_method is '${String(config.fusion_method)}'; allowed: mul, sum.`)
  if (config.visual_target !== 0 && config.visual_target !== 1) problems.push(`visual_target is ${String(config.visual_target)}; 0 and 1 can be trained here.`)
  if (problems.length > 0) throw new WorkbenchError(`The model configuration is not usable. ${problems.join(' ')}`)
  return config
}
