import { describe, expect, it } from 'vitest'
import { modelParameters } from '../../../src/engine/trunk/parameters'
import { layerSchedule } from '../../../src/engine/trunk/trunk'
import { checkedModelConfig, modelConfig, readModelConfig } from '../../../src/engine/trunk/trunk-config'

const PAPER = modelConfig('paper', { vocabularySize: 30522, featureSize: 2048, answers: 3129, gqaAnswers: 1533, classes: 1601 })
const count = (prefix: string): number =>
  modelParameters(PAPER).filter(({ name }) => name.startsWith(prefix)).reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)

describe('the parameters of the paper\'s model', () => {
  it('are 268,028,859, and 246,742,016 of them in the trunk', () => {
    expect(count('')).toBe(268_028_859)
    expect(count('bert.')).toBe(246_742_016)
  })

  it.each([
    ['bert.embeddings.word_embeddings', 23_440_896], ['bert.encoder.layer.0.', 7_087_872], ['bert.encoder.v_layer.0.', 6_301_696],
    ['bert.encoder.c_layer.0.', 16_013_568], ['bert.t_pooler', 787_456], ['cls.', 3_317_373],
    ['vil_prediction.', 8_514_617], ['vil_prediction_gqa.', 5_244_413], ['vil_binary_prediction.', 4_204_546],
  ])('under %s are %i', (prefix, expected) => {
    expect(count(prefix)).toBe(expected)
  })

  it('are 559 tensors: the reference\'s 560 without the tied decoder, each named once', () => {
    const names = modelParameters(PAPER).map(({ name }) => name)
    expect(names).toHaveLength(559)
    expect(new Set(names).size).toBe(559)
  })

  it('start as the reference starts: normal weights, zero biases, LayerNorm at one', () => {
    for (const { name, init, std, shape } of modelParameters(PAPER)) {
      const norm = /LayerNorm\d?\.weight$|logit_fc\.2\.weight$/.test(name)
      expect([name, init]).toEqual([name, norm ? 'ones' : name.endsWith('bias') ? 'zeros' : 'normal'])
      expect(std).toBe(init === 'normal' ? 0.02 : 0)
      expect(shape).toHaveLength(init === 'normal' ? 2 : 1)
    }
  })
})

describe('a model without task tokens', () => {
  it('has no token table', () => {
    const names = modelParameters({ ...PAPER, task_specific_tokens: false }).map(({ name }) => name)
    expect(names).not.toContain('bert.embeddings.task_embeddings.weight')
  })
})

describe('the layer schedule', () => {
  const order = (config: typeof PAPER): string => layerSchedule(config).map(({ kind, index }) => `${kind[0]}${index}`).join(' ')

  it('is the reference\'s for the paper\'s model', () => {
    expect(order(PAPER)).toBe('t0 t1 t2 t3 t4 t5 c0 t6 v0 c1 t7 v1 c2 t8 v2 c3 t9 v3 c4 t10 v4 c5 v5 t11')
  })

  it('leaves the connections out where they are switched off', () => {
    expect(order({ ...PAPER, with_coattention: false })).not.toContain('c')
  })
})

describe('a model configuration', () => {
  it('takes the reference\'s defaults for absent keys and ignores unknown ones', () => {
    const config = readModelConfig({ v_biattention_id: [0], t_biattention_id: [11], pooling_method: 'sum' }, { answers: 3, gqaAnswers: 2 })
    expect(config).toMatchObject({ hidden_size: 768, fusion_method: 'mul', task_specific_tokens: false, answers: 3 })
    expect(config).not.toHaveProperty('pooling_method')
  })

  it('is refused with every reason at once', () => {
    expect(() => checkedModelConfig({ ...PAPER, num_attention_heads: 7, v_biattention_id: [0, 6], t_biattention_id: [3] }))
      .toThrow(/hidden_size 768 must be a multiple.*v_biattention_id \[0, 6\].*same length/)
  })
})
