// Every parameter of the model in the reference's names, layout and order (spec 8.1), with its start.
// The decoder of masked words is the word table itself and is not listed. Read next: heads/task-heads.ts.

import type { ParameterSpec } from '../nn/forward-context'
import type { ModelConfig } from './trunk-config'

type Add = (name: string, inputs: number, outputs: number) => void

/** All parameters: trunk, pre-training heads, task heads. */
export function modelParameters(config: ModelConfig): ParameterSpec[] {
  const list: ParameterSpec[] = []
  const table: Add = (name, width, rows) => list.push({ name: `${name}.weight`, shape: [rows, width], init: 'normal', std: deviation(config, width) })
  const linear: Add = (name, inputs, outputs) => {
    table(name, inputs, outputs)
    list.push({ name: `${name}.bias`, shape: [outputs], init: 'zeros', std: 0 })
  }
  const norm = (name: string, width: number): void => {
    list.push({ name: `${name}.weight`, shape: [width], init: 'ones', std: 0 }, { name: `${name}.bias`, shape: [width], init: 'zeros', std: 0 })
  }
  addEmbeddings(config, table, linear, norm)
  addStream('bert.encoder.layer', config.num_hidden_layers, config.hidden_size, config.intermediate_size, linear, norm)
  addStream('bert.encoder.v_layer', config.v_num_hidden_layers, config.v_hidden_size, config.v_intermediate_size, linear, norm,
    config.dynamic_attention ? config.hidden_size : 0)
  // The reference makes the connection layers even where it skips them.
  if (config.with_coattention || config.keepUnused) config.v_biattention_id.forEach((_, index) => addConnection(config, `bert.encoder.c_layer.${index}`, linear, norm))
  linear('bert.t_pooler.dense', config.hidden_size, config.bi_hidden_size)
  linear('bert.v_pooler.dense', config.v_hidden_size, config.bi_hidden_size)
  list.push({ name: 'cls.predictions.bias', shape: [config.vocab_size], init: 'zeros', std: 0 })
  addHeads(config, linear, norm)
  return list
}

function deviation(config: ModelConfig, inputs: number): number {
  return config.initializer_range > 0 ? config.initializer_range : 1 / Math.sqrt(inputs)
}

function addEmbeddings(config: ModelConfig, table: Add, linear: Add, norm: (name: string, width: number) => void): void {
  table('bert.embeddings.word_embeddings', config.hidden_size, config.vocab_size)
  table('bert.embeddings.position_embeddings', config.hidden_size, config.max_position_embeddings)
  table('bert.embeddings.token_type_embeddings', config.hidden_size, config.type_vocab_size)
  norm('bert.embeddings.LayerNorm', config.hidden_size)
  if (config.task_specific_tokens) table('bert.embeddings.task_embeddings', config.hidden_size, config.taskRows)
  linear('bert.v_embeddings.image_embeddings', config.v_feature_size, config.v_hidden_size)
  linear('bert.v_embeddings.image_location_embeddings', 5, config.v_hidden_size)
  norm('bert.v_embeddings.LayerNorm', config.v_hidden_size)
}

function addStream(name: string, layers: number, width: number, inner: number, linear: Add, norm: (name: string, width: number) => void, gate = 0): void {
  for (let index = 0; index < layers; index++) {
    const layer = `${name}.${index}`
    for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, width, width)
    if (gate > 0) for (const part of ['dyLinear_q', 'dyLinear_k']) linear(`${layer}.attention.self.${part}`, gate, width)
    linear(`${layer}.attention.output.dense`, width, width)
    norm(`${layer}.attention.output.LayerNorm`, width)
    linear(`${layer}.intermediate.dense`, width, inner)
    linear(`${layer}.output.dense`, inner, width)
    norm(`${layer}.output.LayerNorm`, width)
  }
}

function addConnection(config: ModelConfig, layer: string, linear: Add, norm: (name: string, width: number) => void): void {
  const { hidden_size: text, v_hidden_size: vision, bi_hidden_size: shared } = config
  for (const part of ['query1', 'key1', 'value1']) linear(`${layer}.biattention.${part}`, vision, shared)
  for (const part of ['query2', 'key2', 'value2']) linear(`${layer}.biattention.${part}`, text, shared)
  for (const [stream, width] of [[1, vision], [2, text]] as const) {
    linear(`${layer}.biOutput.dense${stream}`, shared, width)
    norm(`${layer}.biOutput.LayerNorm${stream}`, width)
    if (config.keepUnused) linear(`${layer}.biOutput.q_dense${stream}`, shared, width)
  }
  for (const [stream, width, inner] of [['v', vision, config.v_intermediate_size], ['t', text, config.intermediate_size]] as const) {
    linear(`${layer}.${stream}_intermediate.dense`, width, inner)
    linear(`${layer}.${stream}_output.dense`, inner, width)
    norm(`${layer}.${stream}_output.LayerNorm`, width)
  }
}

function addHeads(config: ModelConfig, linear: Add, norm: (name: string, width: number) => void): void {
  const { hidden_size: text, v_hidden_size: vision, bi_hidden_size: fused } = config
  linear('cls.predictions.transform.dense', text, text)
  norm('cls.predictions.transform.LayerNorm', text)
  linear('cls.bi_seq_relationship', fused, 2)
  linear('cls.imagePredictions.transform.dense', vision, vision)
  norm('cls.imagePredictions.transform.LayerNorm', vision)
  linear('cls.imagePredictions.decoder', vision, config.v_target_size)
  const classifier = (name: string, inputs: number, outputs: number): void => {
    linear(`${name}.logit_fc.0`, inputs, 2 * fused)
    norm(`${name}.logit_fc.2`, 2 * fused)
    linear(`${name}.logit_fc.3`, 2 * fused, outputs)
  }
  classifier('vil_prediction', fused, config.answers)
  classifier('vil_prediction_gqa', fused, config.gqaAnswers)
  classifier('vil_binary_prediction', 2 * fused, 2)
  linear('vil_logit', fused, 1)
  linear('vil_tri_prediction', fused, 3)
  linear('vision_logit', vision, 1)
  linear('linguisic_logit', text, 1)
}
