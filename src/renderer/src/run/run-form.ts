// The new-run form: texts of fields, checked by the same rules as `--set` on the command line. Pure.

import { CONFIG_FIELDS, type ConfigDifference, type ConfigKey, type RunConfig, configProblems, configText, resolveConfig } from '../../../contract/run-config'
import { type CountedPart, countParts } from '../../../contract/model-parts'
import { expectedDimensions } from '../../../contract/model-sizes'
import { presetConfig } from '../../../contract/run-presets'
import { WorkbenchError } from '../../../contract/check'

export type RunForm = { readonly [K in ConfigKey]?: string }

export const FORM_KEYS = [
  'name', 'seed', 'iterations', 'tasks', 'learningRate', 'headLearningRate', 'batchRows', 'stopAndGo', 'stopAndGoGap', 'taskToken', 'start',
  'validateEvery', 'validationExamples', 'checkpointEvery', 'data', 'world', 'backend', 'engine', 'dropout', 'clipNorm', 'schedule', 'optimizer', 'adamEpsilon', 'objective',
  'earlyStopping', 'keepBest', 'idleHeads', 'stopAndGoRule', 'regionMasking', 'visualTarget'
] as const satisfies readonly ConfigKey[]
export type FormKey = (typeof FORM_KEYS)[number]

export function formOf(config: RunConfig): Record<FormKey, string> {
  return Object.fromEntries(FORM_KEYS.map((key) => [key, configText(config[key])])) as Record<FormKey, string>
}

/** What is wrong with one field, or an empty text. */
export function fieldProblem(key: FormKey, text: string): string {
  if (key === 'tasks' && text === '') return 'Choose at least one task.'
  return configProblems({ [key]: text })[0] === undefined ? '' : `Allowed: ${CONFIG_FIELDS[key].allowed}.`
}

export function formProblems(form: Readonly<Record<FormKey, string>>): Partial<Record<FormKey, string>> {
  return Object.fromEntries(FORM_KEYS.map((key) => [key, fieldProblem(key, form[key])]).filter(([, problem]) => problem !== ''))
}

/** The configuration that the form leads to; a form that is not sound counts as its preset. */
export function formConfig(preset: string, form: Readonly<Record<FormKey, string>>): RunConfig {
  const sound = Object.keys(formProblems(form)).length === 0
  return { ...presetConfig(preset), ...(sound ? formDifference(preset, form) : {}) }
}

/** The model of that configuration, counted by part. */
export function formModel(preset: string, form: Readonly<Record<FormKey, string>>): { readonly parts: readonly CountedPart[]; readonly exact: boolean } {
  const { dimensions, exact } = expectedDimensions(formConfig(preset, form))
  return { parts: countParts(dimensions), exact }
}

/** The settings of a sound form that differ from the preset. Throws a WorkbenchError where a field is not sound. */
export function formDifference(preset: string, form: Readonly<Record<FormKey, string>>): ConfigDifference {
  const base = presetConfig(preset)
  const changed = FORM_KEYS.filter((key) => form[key] !== configText(base[key]))
  if (form.tasks === '') throw new WorkbenchError('Choose at least one task.')
  const resolved = resolveConfig(base, Object.fromEntries(changed.map((key) => [key, form[key]])))
  return Object.fromEntries(changed.map((key) => [key, resolved[key]])) as ConfigDifference
}

/** What a run's settings change in its preset beyond the form's fields: it goes along when another run is made from it. */
export function settingsBesideForm(config: RunConfig): ConfigDifference {
  const base = presetConfig(config.preset)
  const inForm = new Set<ConfigKey>([...FORM_KEYS, 'preset', 'kind'])
  const changed = (Object.keys(CONFIG_FIELDS) as ConfigKey[]).filter((key) => !inForm.has(key) && configText(config[key]) !== configText(base[key]))
  return Object.fromEntries(changed.map((key) => [key, config[key]])) as ConfigDifference
}
