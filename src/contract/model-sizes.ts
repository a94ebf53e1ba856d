// The three shipped sizes of the model and what data decide about it, as far as parameters go: so that the window can count
// before anything is made. The engine's trunk/trunk-config.ts adds what changes no parameter. Read next: model-parts.ts.

import type { AttentionHeads } from './memory-forecast'
import type { ModelDimensions } from './model-parts'
import type { RunConfig } from './run-config'

type DataSizes = Pick<ModelDimensions, 'vocab_size' | 'v_feature_size' | 'v_target_size' | 'answers' | 'gqaAnswers'>
type TrunkSizes = Omit<ModelDimensions, keyof DataSizes>

const COMMON = { type_vocab_size: 2, taskRows: 20, task_specific_tokens: true, dynamic_attention: false, with_coattention: true, keepUnused: false } as const

/** Widths and layers of the three sizes (spec 1.1). */
export const TRUNK_SIZES: Readonly<Record<RunConfig['model'], TrunkSizes>> = {
  tiny: {
    ...COMMON, hidden_size: 32, num_hidden_layers: 2, intermediate_size: 64, max_position_embeddings: 80,
    v_hidden_size: 32, v_num_hidden_layers: 1, v_intermediate_size: 64, bi_hidden_size: 32, v_biattention_id: [0]
  },
  mini: {
    ...COMMON, hidden_size: 128, num_hidden_layers: 4, intermediate_size: 256, max_position_embeddings: 80,
    v_hidden_size: 128, v_num_hidden_layers: 2, v_intermediate_size: 256, bi_hidden_size: 128, v_biattention_id: [0, 1]
  },
  paper: {
    ...COMMON, hidden_size: 768, num_hidden_layers: 12, intermediate_size: 3072, max_position_embeddings: 512,
    v_hidden_size: 1024, v_num_hidden_layers: 6, v_intermediate_size: 1024, bi_hidden_size: 1024, v_biattention_id: [0, 1, 2, 3, 4, 5], keepUnused: true
  }
}

export const ATTENTION_HEADS: Readonly<Record<RunConfig['model'], AttentionHeads>> = {
  tiny: { num_attention_heads: 2, v_num_attention_heads: 2, bi_num_attention_heads: 2 },
  mini: { num_attention_heads: 4, v_num_attention_heads: 4, bi_num_attention_heads: 4 },
  paper: { num_attention_heads: 12, v_num_attention_heads: 8, bi_num_attention_heads: 8 }
}

/** Sizes of the released model: BERT's vocabulary, the detector's features and classes, VQA's and GQA's answers (spec 1.10). */
export const RELEASED_SIZES = { vocabularySize: 30522, featureSize: 2048, classes: 1601, answers: 3129, gqaAnswers: 1533 } as const

/** Of the mini-world; its answers are counted in the training questions, so their numbers grow with the world (made with seed 1). */
const MINI_WORLD = { vocabularySize: 389, featureSize: 64, classes: 49 } as const
const ANSWERS = { tiny: { answers: 73, gqaAnswers: 36 }, mini: { answers: 96, gqaAnswers: 65 }, full: { answers: 96, gqaAnswers: 65 }, none: RELEASED_SIZES } as const

export interface ExpectedDimensions {
  readonly dimensions: ModelDimensions
  /** False where the answer heads depend on data that are not read yet. */
  readonly exact: boolean
}

/** The model that a run of this configuration will have. */
export function expectedDimensions(config: Pick<RunConfig, 'model' | 'world' | 'kind' | 'tasks' | 'taskToken' | 'visualTarget'>): ExpectedDimensions {
  const { model, world, kind, tasks, taskToken, visualTarget } = config
  const { vocabularySize, featureSize, classes } = world === 'none' ? RELEASED_SIZES : MINI_WORLD
  const asks = kind === 'train' && (tasks.includes('vqa') || tasks.includes('vgqa'))
  const asksGqa = kind === 'train' && tasks.includes('gqa')
  const dimensions: ModelDimensions = {
    ...TRUNK_SIZES[model], task_specific_tokens: kind === 'train' && taskToken !== 'none',
    vocab_size: vocabularySize, v_feature_size: featureSize, v_target_size: visualTarget === 0 ? classes : featureSize,
    answers: asks ? ANSWERS[world].answers : 1, gqaAnswers: asksGqa ? ANSWERS[world].gqaAnswers : 1
  }
  return { dimensions, exact: world === 'none' || !(asks || asksGqa) }
}
