// Hand-computed cases of GQA's official measures (spec 7), and what is read for them from published files.

import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readGqaFacts } from '../../../src/engine/data/gqa-facts'
import { type FractionBox, answerDistance, gqaMetrics, groundingScore } from '../../../src/engine/metrics/gqa-metrics'

describe('answer distance', () => {
  const told = (group: string | undefined, answer: string, predicted: string) => ({ facts: group === undefined ? {} : { group }, answer, predicted })

  it('is a chi-square for each group, weighted by its questions and divided by 100', () => {
    // colour: red 2 → told 1, blue 1 → told 1 (one "green" counts in no gold answer): (1−2)²/2 + 0 = 0.5, 3 questions.
    // shape: round 1 → told 0: 1, 1 question. (0.5·3 + 1·1) / 4 / 100.
    expect(answerDistance([told('colour', 'red', 'red'), told('colour', 'red', 'green'), told('colour', 'blue', 'blue'), told('shape', 'round', 'red'), told(undefined, 'yes', 'no')]))
      .toBeCloseTo(0.625 / 100, 12)
  })

  it('is 0 for an oracle, grows for a constant, and is absent without groups', () => {
    const oracle = ['red', 'red', 'blue', 'green'].map((answer) => told('colour', answer, answer))
    expect(answerDistance(oracle)).toBe(0)
    // red 2 → 4: 2; blue 1 → 0: 1; green 1 → 0: 1.
    expect(answerDistance(oracle.map(({ facts, answer }) => ({ facts, answer, predicted: 'red' })))).toBeCloseTo(4 / 100, 12)
    expect(answerDistance([told(undefined, 'yes', 'yes')])).toBeUndefined()
  })
})

describe('grounding', () => {
  const whole: FractionBox = [0, 0, 1, 1]
  const left: FractionBox = [0, 0, 0.5, 1]
  it('is the attention on the named regions, by the share of each cell that they cover', () => {
    expect(groundingScore([left], [[whole, 1]])).toBeCloseTo(0.5, 12)
    expect(groundingScore([left], [[[0, 0, 0.5, 0.5], 0.8], [[0.5, 0, 1, 1], 0.2]])).toBeCloseTo(0.8, 12)
    expect(groundingScore([left, whole], [[left, 0.25], [whole, 0.75]])).toBeCloseTo(0.25 + 0.375 + 1, 12)
    expect(groundingScore([], [[whole, 1]])).toBe(0)
  })
})

describe('GQA measures', () => {
  it('are binary, open, validity and plausibility over the questions that tell', () => {
    const valid = new Set(['red', 'blue'])
    const metrics = gqaMetrics([
      { facts: { structural: 'query', valid, plausible: new Set(['red']) }, answer: 'red', predicted: 'blue' },
      { facts: { structural: 'query', valid, plausible: new Set(['red']) }, answer: 'red', predicted: 'red' },
      { facts: { structural: 'verify', valid: new Set(['yes', 'no']), plausible: new Set(['yes', 'no']) }, answer: 'yes', predicted: 'dog' },
      { facts: {}, answer: 'x', predicted: 'x' }
    ])
    expect(metrics).toEqual({ binary: 0, open: 0.5, validity: 2 / 3, plausibility: 1 / 3 })
  })

  it('are 1 for an oracle', () => {
    const set = new Set(['red'])
    expect(gqaMetrics([{ facts: { structural: 'query', group: 'colour', valid: set, plausible: set, regions: [[0, 0, 1, 1]] }, answer: 'red', predicted: 'red', attention: [[[0, 0, 1, 1], 1]] }]))
      .toEqual({ open: 1, validity: 1, plausibility: 1, grounding: 1, distribution: 0 })
  })
})

describe('facts of GQA questions', () => {
  const question = (imageId: string, answer: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    imageId, question: 'What color is it?', answer, isBalanced: true, types: { structural: 'query', semantic: 'attr', detailed: 'colorS' }, groups: { global: 'color', local: '10c-ball_color' },
    annotations: { question: { '3': '7' }, fullAnswer: { '0:2': '8' }, answer: {} }, semantic: [{ operation: 'select', argument: 'ball (7)' }], entailed: [], ...more
  })
  const graph = { width: 100, height: 50, objects: { 7: { name: 'ball', x: 0, y: 0, w: 50, h: 25 }, 8: { name: 'box', x: 50, y: 25, w: 50, h: 25 } } }

  function folder(files: Record<string, unknown>): string {
    const root = mkdtempSync(join(tmpdir(), 'gqa-'))
    mkdirSync(join(root, 'gqa'))
    for (const [name, value] of Object.entries(files)) writeFileSync(join(root, 'gqa', name), JSON.stringify(value))
    return root
  }

  it('come from the choices and scene graphs as published', () => {
    const root = folder({
      'val_balanced_questions.json': { 1: question('n1', 'red', { semantic: [{ operation: 'select', argument: 'scene' }] }), 2: question('n2', 'blue') },
      'val_choices.json': { 1: { valid: ['red', 'blue'], plausible: ['red'] } }, 'val_sceneGraphs.json': { n1: graph }
    })
    const { facts, notes } = readGqaFacts(root, new Set(['1']))
    expect(facts.get('1')).toEqual({ structural: 'query', group: 'color', valid: new Set(['red', 'blue']), plausible: new Set(['red']), regions: [[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1], [0, 0, 1, 1]] })
    expect(notes).toEqual([])
  })

  it('are derived from the questions without choices, and what is missing is said', () => {
    const root = folder({
      'val_balanced_questions.json': { 1: question('n1', 'red'), 2: question('n1', 'blue', { groups: { global: 'color', local: '10c-hat_color' } }), 3: question('n1', 'yes', { types: { structural: 'verify', detailed: 'verifyAttr' }, groups: { global: null, local: '06-ball_red' } }) }
    })
    const { facts, notes } = readGqaFacts(root, new Set(['1', '3']))
    expect(facts.get('1')).toEqual({ structural: 'query', group: 'color', valid: new Set(['red', 'blue']), plausible: new Set(['red']) })
    expect(facts.get('3')).toEqual({ structural: 'verify', valid: new Set(['yes']), plausible: new Set(['yes']) })
    expect(notes).toEqual([expect.stringMatching(/no \{val,testdev\}_choices\.json; valid is every answer/), expect.stringMatching(/^Grounding is not measured/)])
  })
})
