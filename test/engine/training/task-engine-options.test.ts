import { describe, expect, it } from 'vitest'
import { presetConfig } from '../../../src/contract/run-presets'
import { taskEngineOptions } from '../../../src/engine/training/task-course'

const data = (words: number) => ({
  shapes: [{ task: 'guesswhat' as const, examples: 8, words, regions: 22, targetWidth: 22 }],
  vocabularySize: 400, featureSize: 64, answers: 1, gqaAnswers: 1, classes: 49
})

describe('what the engine of the configured tasks is made for', () => {
  it('takes texts up to the positions of the model', () => {
    expect(taskEngineOptions(presetConfig('mini'), data(80)).shapes.map(({ words }) => words)).toEqual([80])
  })

  it('refuses longer texts before anything is compiled, with task, lengths and what to do', () => {
    expect(() => taskEngineOptions(presetConfig('mini'), data(256))).toThrow(/guesswhat have up to 256 .* 80 positions.*model=paper/)
  })
})
