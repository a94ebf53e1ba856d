// The model that a file is matched against: a preset's, one of a reference config.json, a run's, or the one that the shapes in
// the file tell. Sizes that data decide (vocabulary, answers) come from the file unless the model is the paper's.
// Read next: ../trunk/trunk-config.ts, import-weights.ts.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { check } from '../../contract/check'
import { RELEASED_SIZES } from '../../contract/model-sizes'
import { readJsonObject } from '../json-object'
import { modelParameters } from '../trunk/parameters'
import { type DataSizes, type ModelConfig, type ModelSize, modelConfig, readModelConfig } from '../trunk/trunk-config'
import { WORD_TABLE } from './name-rules'

export type Shapes = ReadonlyMap<string, readonly number[]>

export interface TargetModel {
  /** Where it comes from, in words. */
  readonly from: string
  /** By name, in the model's order. */
  readonly shapes: Shapes
}

const ANSWERS = 'vil_prediction.logit_fc.3.weight'
const GQA_ANSWERS = 'vil_prediction_gqa.logit_fc.3.weight'
const TASK_TABLE = 'bert.embeddings.task_embeddings.weight'
const REGION_CLASSES = 'cls.imagePredictions.decoder.weight'
const REGION_FEATURES = 'bert.v_embeddings.image_embeddings.weight'

const rows = (shapes: Shapes, name: string, otherwise: number): number => shapes.get(name)?.[0] ?? otherwise
const columns = (shapes: Shapes, name: string, otherwise: number): number => shapes.get(name)?.[1] ?? otherwise

function modelTarget(from: string, config: ModelConfig): TargetModel {
  return { from, shapes: new Map(modelParameters(config).map(({ name, shape }) => [name, shape])) }
}

/** The model of a size. The paper's has the released sizes; those of the others come from the file, which has to know its data. */
export function presetTarget(size: ModelSize, file: Shapes): TargetModel {
  const data: DataSizes = size === 'paper' ? RELEASED_SIZES : {
    vocabularySize: rows(file, WORD_TABLE, RELEASED_SIZES.vocabularySize), featureSize: columns(file, REGION_FEATURES, RELEASED_SIZES.featureSize),
    classes: rows(file, REGION_CLASSES, RELEASED_SIZES.classes), answers: rows(file, ANSWERS, RELEASED_SIZES.answers), gqaAnswers: rows(file, GQA_ANSWERS, RELEASED_SIZES.gqaAnswers)
  }
  return modelTarget(`model '${size}'`, modelConfig(size, data))
}

/** The model of a reference config.json; what such a file does not say (answers, token table) the weights tell. */
export function configTarget(path: string, file: Shapes): TargetModel {
  const json = readJsonObject(path)
  check(typeof json['hidden_size'] === 'number' || typeof json['v_hidden_size'] === 'number', () =>
    `'${path}' is no model configuration of the reference: it has neither hidden_size nor v_hidden_size. For a run of this program use --run.`)
  const config = readModelConfig(json, { answers: rows(file, ANSWERS, RELEASED_SIZES.answers), gqaAnswers: rows(file, GQA_ANSWERS, RELEASED_SIZES.gqaAnswers) })
  return modelTarget(path, {
    ...config, taskRows: rows(file, TASK_TABLE, config.taskRows), task_specific_tokens: config.task_specific_tokens || file.has(TASK_TABLE)
  })
}

/** Without being told: a reference config.json beside the file, else the sizes that the shapes tell. */
export function guessedTarget(path: string, file: Shapes): TargetModel {
  const beside = join(dirname(path), 'config.json')
  if (existsSync(beside) && 'v_hidden_size' in readJsonObject(beside)) return configTarget(beside, file)
  check([...file.keys()].some((name) => /^bert\.(embeddings|encoder|v_embeddings)\./.test(name)), () =>
    `'${path}' holds none of the reference's parameters; its arrays: ${[...file.keys()].slice(0, 4).join(', ')}.`)
  return modelTarget('the shapes in the file', inferredConfig(file))
}

/** A model whose parameters have the shapes in the file; parts that the file lacks are as in the paper's model. */
function inferredConfig(file: Shapes): ModelConfig {
  const layers = (stream: string, otherwise: number): number => {
    const numbers = [...file.keys()].flatMap((name) => (name.startsWith(`bert.encoder.${stream}.`) ? [Number(name.split('.')[3])] : []))
    return numbers.length === 0 ? otherwise : Math.max(...numbers) + 1
  }
  const text = columns(file, WORD_TABLE, 768)
  const vision = rows(file, REGION_FEATURES, 1024)
  const shared = rows(file, 'bert.t_pooler.dense.weight', rows(file, 'bert.encoder.c_layer.0.biattention.query1.weight', 1024))
  const textLayers = layers('layer', 12)
  const visionLayers = layers('v_layer', 6)
  const connections = Math.min(layers('c_layer', 6), textLayers, visionLayers)
  const features = columns(file, REGION_FEATURES, 2048)
  const classes = rows(file, REGION_CLASSES, 1601)
  const has = (part: string): boolean => [...file.keys()].some((name) => name.includes(part))
  return readModelConfig({
    vocab_size: rows(file, WORD_TABLE, 30522), hidden_size: text, num_hidden_layers: textLayers, num_attention_heads: text % 64 === 0 ? text / 64 : 1,
    intermediate_size: rows(file, 'bert.encoder.layer.0.intermediate.dense.weight', 4 * text),
    max_position_embeddings: rows(file, 'bert.embeddings.position_embeddings.weight', 512), type_vocab_size: rows(file, 'bert.embeddings.token_type_embeddings.weight', 2),
    v_feature_size: features, v_target_size: classes, visual_target: classes === features ? 1 : 0, v_hidden_size: vision, v_num_hidden_layers: visionLayers,
    v_num_attention_heads: vision % 128 === 0 ? vision / 128 : 1, v_intermediate_size: rows(file, 'bert.encoder.v_layer.0.intermediate.dense.weight', vision),
    bi_hidden_size: shared, bi_num_attention_heads: shared % 128 === 0 ? shared / 128 : 1,
    v_biattention_id: Array.from({ length: connections }, (_, k) => k), t_biattention_id: Array.from({ length: connections }, (_, k) => textLayers - connections + k),
    task_specific_tokens: file.has(TASK_TABLE), dynamic_attention: has('.dyLinear_q.')
  }, { answers: rows(file, ANSWERS, RELEASED_SIZES.answers), gqaAnswers: rows(file, GQA_ANSWERS, RELEASED_SIZES.gqaAnswers) })
}
