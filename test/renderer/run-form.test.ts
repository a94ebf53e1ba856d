import { describe, expect, it } from 'vitest'
import { parseSettings, resolveConfig } from '../../src/contract/run-config'
import { PRESETS, presetConfig } from '../../src/contract/run-presets'
import { totalOf } from '../../src/contract/model-parts'
import { fieldProblem, formDifference, formModel, formOf, formProblems, settingsBesideForm } from '../../src/renderer/src/run/run-form'
import { reproduceCommand } from '../../src/renderer/src/run/reproduce'

describe('the new-run form', () => {
  it('is sound and differs in nothing for every preset as it is', () => {
    for (const preset of PRESETS) {
      const form = formOf(presetConfig(preset.id))
      expect(formProblems(form)).toEqual({})
      expect(formDifference(preset.id, form)).toEqual({})
    }
  })

  it('says what is allowed beside the field that is wrong, and only there', () => {
    const form = { ...formOf(presetConfig('mini')), seed: 'abc', tasks: '' }
    expect(Object.keys(formProblems(form)).sort()).toEqual(['seed', 'tasks'])
    expect(fieldProblem('seed', 'abc')).toContain('whole number from 0')
    expect(fieldProblem('learningRate', '0.001')).toBe('')
  })

  it('gives typed values of the settings that were changed', () => {
    const form = { ...formOf(presetConfig('mini')), seed: '7', stopAndGo: 'false', tasks: 'vqa,nlvr2' }
    expect(formDifference('mini', form)).toEqual({ seed: 7, stopAndGo: false, tasks: ['vqa', 'nlvr2'] })
  })
})

it('keeps what a run has set beyond the form when another is made from it', () => {
  const config = { ...presetConfig('mini'), seed: 9, gradientConflictEvery: 40 }
  expect(settingsBesideForm(config)).toEqual({ gradientConflictEvery: 40 })
  expect(settingsBesideForm(presetConfig('mini-pretrain'))).toEqual({})
})

describe('the model of the form', () => {
  it('is counted by part before anything is made, exactly where the data decide nothing', () => {
    const { parts, exact } = formModel('paper', formOf(presetConfig('paper')))
    expect([totalOf(parts), exact]).toEqual([268_028_859, true])
    expect(formModel('mini', formOf(presetConfig('mini'))).exact).toBe(false)
  })

  it('follows the form: without task tokens their table is not there', () => {
    const count = (taskToken: string) => totalOf(formModel('paper', { ...formOf(presetConfig('paper')), taskToken }).parts)
    expect(count('dataset') - count('none')).toBe(20 * 768)
  })

  it('stays that of the preset while a field is not sound', () => {
    expect(totalOf(formModel('paper', { ...formOf(presetConfig('paper')), seed: 'abc' }).parts)).toBe(268_028_859)
  })
})

describe('the command that makes a run again', () => {
  it('names the preset and every setting that differs, so that it resolves to the same configuration', () => {
    const config = resolveConfig(presetConfig('tiny'), { seed: 3, tasks: 'vqa,refcoco+', name: 'a run' })
    const command = reproduceCommand(config, 'runs/again')
    expect(command).toContain('npx twelve-in-one train --preset tiny --run runs/again')
    const settings = [...command.matchAll(/--set ('[^']*'|\S+)/g)].map((match) => (match[1] ?? '').replace(/^'|'$/g, ''))
    expect(resolveConfig(presetConfig('tiny'), parseSettings(settings))).toEqual(config)
  })

  it('uses the pretrain command for pre-training', () => {
    expect(reproduceCommand(presetConfig('mini-pretrain'), 'runs/p')).toBe('npx twelve-in-one pretrain --preset mini-pretrain --run runs/p')
  })
})
