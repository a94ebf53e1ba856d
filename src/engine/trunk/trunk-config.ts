// Sizes of the model (spec 1.1) under the reference's own JSON keys, and the three shipped sizes.
// A config.json of a reference checkpoint is read by `readModelConfig`. Read next: parameters.ts, trunk.ts.

import { WorkbenchError } from '../../contract/check'
import type { AttentionHeads } from '../../contract/memory-forecast'
import type { ModelDimensions } from '../../contract/model-parts'
import { ATTENTION_HEADS, TRUNK_SIZES } from '../../contract/model-sizes'

export type VisualTarget = 0 | 1 | 2
export type Activation = 'gelu' | 'relu' | 'swish'

/** Sizes are in the contract, where the window counts parameters and memory with them; here is the rest. */
export interface ModelConfig extends ModelDimensions, AttentionHeads {
  /** So many layers of the text stream come before each connection. */
  readonly t_biattention_id: readonly number[]
  readonly fusion_method: 'mul' | 'sum'
  /** Activation of the text's feed-forward parts, of the word head and of the region-class head. */
  readonly hidden_act: Activation
  /** Activation of the regions' feed-forward parts. */
  readonly v_hidden_act: Activation
  /** So many first layers of a stream, and its embeddings, run without gradient (frozen-prefix.ts). */
  readonly fixed_t_layer: number
  readonly fixed_v_layer: number
  /** What is predicted of masked regions: 0 detector classes, 1 the feature, 2 the right feature among others (noise-contrastive). */
  readonly visual_target: VisualTarget
  /** Candidates of visual target 2, the right one included. */
  readonly num_negative: number
  /** Standard deviation of initial weights; 0 means 1/√(inputs of the layer), which suits narrow models. */
  readonly initializer_range: number
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
  fusion_method: 'mul', hidden_act: 'gelu', v_hidden_act: 'gelu', fixed_t_layer: 0, fixed_v_layer: 0, visual_target: 0, num_negative: 128
} as const

/** Widths and numbers of layers are in the contract, where the window counts parameters with them; here is what they leave open. */
const TRUNKS: Readonly<Record<ModelSize, Trunk>> = {
  tiny: { ...COMMON, ...TRUNK_SIZES.tiny, ...ATTENTION_HEADS.tiny, t_biattention_id: [1], initializer_range: 0 },
  mini: { ...COMMON, ...TRUNK_SIZES.mini, ...ATTENTION_HEADS.mini, t_biattention_id: [2, 3], initializer_range: 0 },
  paper: {
    ...COMMON, ...TRUNK_SIZES.paper, ...ATTENTION_HEADS.paper, t_biattention_id: [6, 7, 8, 9, 10, 11],
    initializer_range: 0.02
  }
}

/** Width of the text stream of a shipped size. */
export function trunkWidth(size: ModelSize): number {
  return TRUNKS[size].hidden_size
}

/** The shipped model of a size, fitted to the data and to what is predicted of masked regions. */
export function modelConfig(size: ModelSize, data: DataSizes, visualTarget: VisualTarget = 0): ModelConfig {
  return checkedModelConfig({
    ...TRUNKS[size], vocab_size: data.vocabularySize, v_feature_size: data.featureSize,
    v_target_size: visualTarget === 0 ? data.classes : data.featureSize, visual_target: visualTarget,
    answers: data.answers, gqaAnswers: data.gqaAnswers
  })
}

/**
 * A config.json of the reference: absent keys take the reference's constructor defaults, unknown ones are ignored as there
 * (spec 1.1). A value of a wrong kind, and what the reference itself cannot compute, is a WorkbenchError with every problem.
 */
export function readModelConfig(json: Readonly<Record<string, unknown>>, heads: { answers: number; gqaAnswers: number }): ModelConfig {
  const defaults: ModelConfig = {
    ...TRUNKS.paper, vocab_size: 30522, v_feature_size: 2048, v_target_size: 1601,
    task_specific_tokens: false, keepUnused: true, answers: heads.answers, gqaAnswers: heads.gqaAnswers
  }
  const own = ['taskRows', 'answers', 'gqaAnswers', 'keepUnused']
  const known = Object.entries(json).filter(([key]) => key in defaults && !own.includes(key))
  const problems = known.filter(([key, value]) => !sameKind(value, defaults[key as keyof ModelConfig])).map(([key, value]) => `${key} is ${JSON.stringify(value)}; expected ${kindOf(defaults[key as keyof ModelConfig])}.`)
  if (json['in_batch_pairs'] === true) problems.push('in_batch_pairs is true; all pairs of a batch cannot be computed here, set it to false.')
  if (json['model'] === 'roberta' && json['task_specific_tokens'] === true) problems.push("model is 'roberta' with task_specific_tokens; the reference fails on that, set one of them to another value.")
  if (problems.length > 0) throw new WorkbenchError(`The model configuration is not usable. ${problems.join(' ')}`)
  return checkedModelConfig({ ...defaults, ...Object.fromEntries(known) })
}

function sameKind(value: unknown, example: ModelConfig[keyof ModelConfig]): boolean {
  if (Array.isArray(example)) return Array.isArray(value) && value.every((item) => typeof item === 'number')
  return typeof value === typeof example
}

function kindOf(example: ModelConfig[keyof ModelConfig]): string {
  return Array.isArray(example) ? 'a list of numbers' : typeof example === 'string' ? 'a text' : typeof example === 'number' ? 'a number' : 'true or false'
}

const SIZES = ['vocab_size', 'hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size', 'max_position_embeddings', 'type_vocab_size', 'v_feature_size',
  'v_target_size', 'v_hidden_size', 'v_num_hidden_layers', 'v_num_attention_heads', 'v_intermediate_size', 'bi_hidden_size', 'bi_num_attention_heads'] as const
const ACTIVATIONS: readonly Activation[] = ['gelu', 'relu', 'swish']

/** The configuration if it can be computed; otherwise a WorkbenchError that lists every problem. */
export function checkedModelConfig(config: ModelConfig): ModelConfig {
  const problems = [...sizeProblems(config), ...scheduleProblems(config)]
  const { fusion_method: fusion, visual_target: target, v_target_size: targets, v_feature_size: features } = config
  if (fusion !== 'mul' && fusion !== 'sum') problems.push(`fusion_method is '${String(fusion)}'; allowed: mul, sum.`)
  for (const key of ['hidden_act', 'v_hidden_act'] as const) {
    if (!ACTIVATIONS.includes(config[key])) problems.push(`${key} is '${config[key]}'; allowed: ${ACTIVATIONS.join(', ')}.`)
  }
  if (![0, 1, 2].includes(target)) problems.push(`visual_target is ${String(target)}; allowed: 0, 1, 2.`)
  else if (target > 0 && targets !== features) problems.push(`visual_target ${target} predicts features, so v_target_size ${targets} must be v_feature_size ${features}.`)
  if (target === 2 && !(config.num_negative >= 3)) problems.push(`num_negative is ${config.num_negative}; visual_target 2 needs at least 3 candidates.`)
  if (problems.length > 0) throw new WorkbenchError(`The model configuration is not usable. ${problems.join(' ')}`)
  return config
}

function sizeProblems(config: ModelConfig): string[] {
  const problems = SIZES.filter((key) => !Number.isInteger(config[key]) || config[key] < 1).map((key) => `${key} is ${config[key]}; a whole number from 1 is needed.`)
  for (const [size, heads] of [['hidden_size', 'num_attention_heads'], ['v_hidden_size', 'v_num_attention_heads'], ['bi_hidden_size', 'bi_num_attention_heads']] as const) {
    if (config[size] % config[heads] !== 0) problems.push(`${size} ${config[size]} must be a multiple of ${heads} ${config[heads]}.`)
  }
  return problems
}

function scheduleProblems(config: ModelConfig): string[] {
  const problems: string[] = []
  const streams = [['v_biattention_id', config.v_num_hidden_layers, 'fixed_v_layer'], ['t_biattention_id', config.num_hidden_layers, 'fixed_t_layer']] as const
  for (const [name, layers, fixedName] of streams) {
    const ids = config[name]
    if (ids.some((id, k) => !Number.isInteger(id) || id < (ids[k - 1] ?? 0) || id >= layers)) {
      problems.push(`${name} [${ids.join(', ')}] must rise and stay below the ${layers} layers of its stream.`)
    }
    const fixed = config[fixedName]
    const most = ids[0] ?? layers
    if (!Number.isInteger(fixed) || fixed < 0 || fixed > most) problems.push(`${fixedName} is ${fixed}; allowed: a whole number from 0 to ${most}, where the first connection is.`)
  }
  if (config.v_biattention_id.length !== config.t_biattention_id.length) {
    problems.push('v_biattention_id and t_biattention_id must have the same length.')
  }
  return problems
}
