import { describe, expect, it } from 'vitest'
import { parameterGroup } from '../../src/engine/optimizer/parameter-groups'
import { modelParameters } from '../../src/engine/trunk/parameters'
import { modelConfig } from '../../src/engine/trunk/trunk-config'

const DATA = { vocabularySize: 300, featureSize: 64, answers: 80, gqaAnswers: 70, classes: 20 }

describe.each(['tiny', 'mini', 'paper'] as const)('in the %s model', (size) => {
  const groups = new Map<string, string[]>()
  for (const { name } of modelParameters(modelConfig(size, DATA))) {
    const { rate, decayed } = parameterGroup(name)
    const key = `${rate}${decayed ? ' decayed' : ''}`
    groups.set(key, [...(groups.get(key) ?? []), name])
  }

  it('every parameter is in exactly one of the four groups', () => {
    const all = [...groups.values()].flat()
    expect([...groups.keys()].sort()).toEqual(['head', 'head decayed', 'trunk', 'trunk decayed'])
    expect(new Set(all).size).toBe(all.length)
    expect(all).toHaveLength(modelParameters(modelConfig(size, DATA)).length)
  })

  it('only vil_ parameters have the heads\' rate', () => {
    expect([...(groups.get('head') ?? []), ...(groups.get('head decayed') ?? [])].every((name) => name.startsWith('vil_'))).toBe(true)
    expect(groups.get('trunk decayed')).toContain('vision_logit.weight')
  })

  it('decay leaves out biases and LayerNorms, but for those whose names the reference\'s rule misses', () => {
    const decayed = [...(groups.get('trunk decayed') ?? []), ...(groups.get('head decayed') ?? [])]
    expect(decayed.filter((name) => name.endsWith('.bias'))).toEqual([])
    const norms = decayed.filter((name) => /LayerNorm|logit_fc\.2/.test(name))
    expect(norms.every((name) => /biOutput\.LayerNorm[12]\.weight$|logit_fc\.2\.weight$/.test(name))).toBe(true)
    expect(norms).toContain('bert.encoder.c_layer.0.biOutput.LayerNorm1.weight')
  })
})
