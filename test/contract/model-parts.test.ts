// The counts in the contract against the engine's own list of parameters; the paper's against spec 1.10 (shared/parity/full).
import { describe, expect, it } from 'vitest'
import { MODEL_PARTS, type ModelDimensions, countParts, modelPartOf, totalOf } from '../../src/contract/model-parts'
import { expectedDimensions } from '../../src/contract/model-sizes'
import { PRESETS, presetConfig } from '../../src/contract/run-presets'
import { engineModel } from '../../src/engine/execution/engine-options'
import { modelParameters } from '../../src/engine/trunk/parameters'
import { type ModelConfig, modelConfig, readModelConfig } from '../../src/engine/trunk/trunk-config'

const PAPER = modelConfig('paper', { vocabularySize: 30522, featureSize: 2048, answers: 3129, gqaAnswers: 1533, classes: 1601 })

/** Numbers of each part by the names of the engine's parameters. */
function listed(config: ModelConfig): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(MODEL_PARTS.map(({ id }) => [id, 0]))
  for (const { name, shape } of modelParameters(config)) {
    const part = modelPartOf(name)
    expect(part, name).toBeDefined()
    counts[part ?? ''] = (counts[part ?? ''] ?? 0) + shape.reduce((product, size) => product * size, 1)
  }
  return counts
}

const counted = (dimensions: ModelDimensions): Record<string, number> => Object.fromEntries(countParts(dimensions).map(({ id, parameters }) => [id, parameters]))

describe('the parameters of a model by part', () => {
  it('are those of the reference for the paper\'s model', () => {
    const parts = countParts(PAPER)
    expect(totalOf(parts)).toBe(268_028_859)
    expect(totalOf(parts, 'trunk')).toBe(246_742_016)
    expect(counted(PAPER)).toEqual({
      textEmbedding: 23_837_184, taskTokens: 15_360, textLayers: 85_054_464, visualEmbedding: 2_106_368, visualLayers: 37_810_176,
      coAttention: 96_081_408 - 6 * 1_836_800, unused: 6 * 1_836_800, poolers: 787_456 + 1_049_600,
      maskedWords: 622_650, alignment: 2_050, maskedRegions: 2_692_673, answers: 8_514_617, gqaAnswers: 5_244_413, pair: 4_204_546,
      retrieval: 1_025, entailment: 3_075, grounding: 1_025, words: 769
    })
  })

  const variants: [string, ModelConfig][] = [
    ['the paper\'s', PAPER],
    ['the mini', modelConfig('mini', { vocabularySize: 389, featureSize: 64, answers: 96, gqaAnswers: 65, classes: 49 })],
    ['one without task tokens', { ...PAPER, task_specific_tokens: false }],
    ['one with dynamic attention', { ...PAPER, dynamic_attention: true }],
    ['one without connections', { ...PAPER, with_coattention: false, keepUnused: false }],
    ['base_2layer_2conect', readModelConfig({ v_num_hidden_layers: 2, v_biattention_id: [0, 1], t_biattention_id: [10, 11] }, { answers: 3129, gqaAnswers: 1533 })],
    ['one with odd widths', readModelConfig({ hidden_size: 36, num_attention_heads: 3, intermediate_size: 50, v_hidden_size: 28, v_num_attention_heads: 2, v_intermediate_size: 17, bi_hidden_size: 22, bi_num_attention_heads: 2 }, { answers: 5, gqaAnswers: 3 })]
  ]
  it.each(variants)('agree with the engine\'s list: %s', (_, config) => {
    expect(counted(config)).toEqual(listed(config))
  })
})

describe('the model that a configuration leads to', () => {
  it.each(PRESETS.map(({ id }) => id))('is the engine\'s for preset %s, counted before anything is made', (id) => {
    const config = presetConfig(id)
    const { dimensions } = expectedDimensions(config)
    const { vocab_size: vocabularySize, v_feature_size: featureSize, answers, gqaAnswers } = dimensions
    const classes = config.world === 'none' ? 1601 : 49
    const model = modelConfig(config.model, { vocabularySize, featureSize, classes, answers, gqaAnswers }, config.visualTarget)
    const taskToken = config.kind === 'pretrain' ? 'none' : config.taskToken
    expect(counted(dimensions)).toEqual(listed(engineModel({ model, taskToken })))
  })

  it('of the paper\'s preset has 268,028,859 parameters', () => {
    const { dimensions, exact } = expectedDimensions(presetConfig('paper'))
    expect([totalOf(countParts(dimensions)), exact]).toEqual([268_028_859, true])
  })

  it('says that answer heads of the mini-world depend on its data', () => {
    expect(expectedDimensions(presetConfig('mini')).exact).toBe(false)
    expect(expectedDimensions({ ...presetConfig('mini'), tasks: ['refcoco'] })).toMatchObject({ exact: true, dimensions: { answers: 1, gqaAnswers: 1 } })
  })
})
