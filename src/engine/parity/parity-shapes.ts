// The full model's parameters against the reference's (spec 1.10, 8.1): every name and shape of a checkpoint, and the
// counts by component of the shipped configurations. Nothing is computed here, so no weights are needed.
// Read next: ../trunk/parameters.ts.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { countOf } from '../count-of'
import { readJsonObject } from '../json-object'
import type { ParameterSpec } from '../nn/forward-context'
import { modelParameters } from '../trunk/parameters'
import { type ModelConfig, readModelConfig } from '../trunk/trunk-config'
import { type FolderReport, type ParityRow, type ParitySection, folderReport, identicalRow } from './comparison'

const HEADS = { answers: 3129, gqaAnswers: 1533 } as const
const TIED = ['cls.predictions.decoder.weight', 'bert.embeddings.word_embeddings.weight'] as const

/** The text stream of each shipped configuration, and how many layers and connections end it. */
const BASE = {}
const LARGE = { num_hidden_layers: 24, hidden_size: 1024, num_attention_heads: 16, intermediate_size: 4096 }

/** `bert_base_6layer_6conect.json` as its differences to the default: n vision layers joined with the last n text layers. */
function shipped(file: string): Readonly<Record<string, unknown>> {
  const [, size, layers = '6'] = /^bert_(base|large)_(\d+)layer_\d+conect\.json$/.exec(file) ?? []
  const text = size === 'large' ? LARGE : BASE
  const count = Number(layers)
  const depth = size === 'large' ? LARGE.num_hidden_layers : 12
  const ids = Array.from({ length: count }, (_, k) => k)
  return { ...text, v_num_hidden_layers: count, v_biattention_id: ids, t_biattention_id: ids.map((k) => depth - count + k), task_specific_tokens: true }
}

/** Compares state_dict_shapes.json and parameter_counts.json. */
export function shapesParity(folder: string): FolderReport {
  const sections: ParitySection[] = []
  const full = readModelConfig({ task_specific_tokens: true }, HEADS)
  const shapesFile = join(folder, 'state_dict_shapes.json')
  if (existsSync(shapesFile)) sections.push({ title: 'names and shapes', rows: shapeRows(full, readJsonObject(shapesFile)) })
  const countsFile = join(folder, 'parameter_counts.json')
  if (existsSync(countsFile)) sections.push({ title: 'parameter counts', rows: countRows(readJsonObject(countsFile) as unknown as Counts) })
  return folderReport(folder, 'shapes', sections)
}

/** One row a tensor; the tied decoder is not stored here, its shape must be the word table's. */
function shapeRows(config: ModelConfig, expected: Readonly<Record<string, unknown>>): ParityRow[] {
  const ours = new Map(modelParameters(config).map(({ name, shape }) => [name, shape]))
  const names = new Set([...Object.keys(expected), ...ours.keys()])
  return [...names].sort().map((name) => identicalRow(name, ours.get(name === TIED[0] ? TIED[1] : name) ?? null, expected[name] ?? null))
}

type Components = Readonly<Record<string, number>>
interface Counts {
  readonly single_task: { readonly needed: Readonly<Record<string, { readonly head: string; readonly head_parameters: number; readonly trunk_plus_this_head: number }>> }
  readonly other_configs_VILBertForVLTasks_task_tokens: Readonly<Record<string, { readonly total: number; readonly trunk: number }>>
}

const sum = (specs: readonly ParameterSpec[]): number => specs.reduce((total, { shape }) => total + countOf(shape), 0)

function countRows(counts: Counts): ParityRow[] {
  const { single_task: single, other_configs_VILBertForVLTasks_task_tokens: others, ...models } = counts
  return [
    ...Object.entries(models as Readonly<Record<string, Components>>).flatMap(([name, components]) => componentRows(name, components)),
    ...Object.entries(single.needed).map(([name, { head, trunk_plus_this_head: needed }]) => {
      const all = modelParameters(readModelConfig({}, HEADS))
      return identicalRow(`trunk and head of ${name}`, sum(all.filter((spec) => spec.name.startsWith('bert.') || spec.name.startsWith(`${head}.`))), needed)
    }),
    ...Object.entries(others).map(([file, { total, trunk }]) => {
      const all = modelParameters(readModelConfig(shipped(file), HEADS))
      return identicalRow(file, { total: sum(all), trunk: sum(all.filter(({ name }) => name.startsWith('bert.'))) }, { total, trunk })
    })
  ]
}

/** What belongs to a component, by its name in the reference's table. */
const COMPONENTS: Readonly<Record<string, (name: string) => boolean>> = {
  bert_trunk: (name) => name.startsWith('bert.'), text_embeddings: (name) => name.startsWith('bert.embeddings.'),
  word_embeddings: (name) => name.includes('.word_embeddings.'), position_embeddings: (name) => name.includes('.position_embeddings.'),
  token_type_embeddings: (name) => name.includes('.token_type_embeddings.'), task_embeddings: (name) => name.includes('.task_embeddings.'),
  vision_embeddings: (name) => name.startsWith('bert.v_embeddings.'), text_layers: (name) => name.startsWith('bert.encoder.layer.'),
  vision_layers: (name) => name.startsWith('bert.encoder.v_layer.'), connection_layers: (name) => name.startsWith('bert.encoder.c_layer.'),
  unused_q_dense: (name) => name.includes('.q_dense'), text_pooler: (name) => name.startsWith('bert.t_pooler.'), vision_pooler: (name) => name.startsWith('bert.v_pooler.'),
  cls: (name) => name.startsWith('cls.'), cls_predictions_without_tied_decoder: (name) => name.startsWith('cls.predictions.'),
  cls_image_predictions: (name) => name.startsWith('cls.imagePredictions.'), cls_bi_seq_relationship: (name) => name.startsWith('cls.bi_seq_relationship.'),
  ...Object.fromEntries(['vil_prediction', 'vil_prediction_gqa', 'vil_binary_prediction', 'vil_logit', 'vil_tri_prediction', 'vision_logit', 'linguisic_logit']
    .map((head) => [head, (name: string) => name.startsWith(`${head}.`)]))
}

function componentRows(model: string, components: Components): ParityRow[] {
  const pretraining = model.startsWith('BertForMultiModalPreTraining')
  const visualTarget = model.endsWith('visual_target1') ? 1 : 0
  const config = readModelConfig({ task_specific_tokens: !pretraining && !model.includes('no_task_tokens'), visual_target: visualTarget, v_target_size: visualTarget === 1 ? 2048 : 1601 }, HEADS)
  const all = modelParameters(config).filter(({ name }) => !pretraining || /^(bert|cls)\./.test(name))
  const tied = all.filter(({ name }) => name === TIED[1])
  return Object.entries(components).map(([component, expected]) => {
    const belongs = COMPONENTS[component]
    const actual = component === 'total' ? sum(all)
      : component === 'state_dict_entries' ? all.length + tied.length
        : component === 'state_dict_elements_with_tied_copy' ? sum(all) + sum(tied)
          : belongs ? sum(all.filter(({ name }) => belongs(name))) : null
    return identicalRow(`${model}: ${component}`, actual, expected)
  })
}
