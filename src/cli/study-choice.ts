// From `--preset`, `--set`, `--seeds` … to a planned study; without any of them the study that is already there.
// Read next: study-command.ts, src/study/definitions/all-studies.ts.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { WorkbenchError, check } from '../contract/check'
import { type RunConfig, parseSettings, resolveConfig } from '../contract/run-config'
import { presetConfig } from '../contract/run-presets'
import type { StudyName } from '../contract/study'
import { captionsFolder } from '../study/data-identity'
import { makeStudy } from '../study/definitions/all-studies'
import type { StudyPlaces } from '../study/study-places'
import { type OpenedStudy, openStudy, planned, studyExists } from '../study/study-store'

export interface StudyChoice {
  readonly out: string
  readonly preset?: string
  readonly set?: readonly string[]
  readonly seeds?: string
  readonly search?: string
  readonly settings?: string
  readonly full?: boolean
}

export function outOption(command: Command): Command {
  return command.option('--out <dir>', 'workspace: its studies/ and runs/', '.')
}

export function studyOptions(command: Command): Command {
  return outOption(command)
    .option('--preset <name>', 'configuration that the settings differ from (default: mini)')
    .option('--set <key=value...>', 'change it; tasks=… takes fewer tasks')
    .option('--seeds <list>', 'seeds, comma-separated (default: 1,2,3)')
    .option('--search <factors>', 'factors on the learning rate that single-task runs choose from (default: 0.333,1,3; 1 for tiny)')
    .option('--settings <ids>', 'only these rows, comma-separated')
    .option('--full', 'transfer: all pairs of tasks instead of the groups’ representatives')
}

const SEARCH: Readonly<Record<string, string>> = { tiny: '1' }
const DEFAULT_SEARCH = '0.333,1,3'

/** The study that is there, changed by what is asked for; else a new one. Nothing is written. */
export function chooseStudy(places: StudyPlaces, name: StudyName, choice: StudyChoice): OpenedStudy {
  // What is not said stays as it was, unless another preset is asked for.
  const before = choice.preset === undefined && studyExists(places, name) ? openStudy(places, name).study : undefined
  const asked = [choice.preset, choice.set, choice.seeds, choice.search, choice.settings, choice.full].some((value) => value !== undefined)
  if (!asked && studyExists(places, name)) return openStudy(places, name)
  const preset = choice.preset ?? 'mini'
  const base = baseConfig(places, before?.base ?? presetConfig(preset), choice.set ?? [])
  const search = choice.search ?? before?.made.search.join() ?? SEARCH[preset] ?? DEFAULT_SEARCH
  const options = {
    base, seeds: wholeNumbers('--seeds', choice.seeds ?? before?.seeds.join() ?? '1,2,3'), full: choice.full ?? before?.made.full ?? false,
    search: numbers('--search', search), captions: captionsFolder(base)
  }
  const rows = choice.settings === undefined ? before?.made.rows ?? [] : choice.settings.split(',').map((id) => id.trim()).filter((id) => id !== '')
  return planned(makeStudy(name, options, rows))
}

/** Data that --set names lies where the call is made; a preset's data folder lies in the workspace. */
function baseConfig(places: StudyPlaces, preset: RunConfig, set: readonly string[]): RunConfig {
  const settings = parseSettings(set)
  check(preset.kind === 'train', () => `A study trains tasks; preset '${preset.preset}' is for '${preset.kind}'.`)
  check(settings['seed'] === undefined, () => 'The seeds of a study are given with --seeds 1,2,3, not with --set seed=….')
  const config = resolveConfig(preset, settings)
  const isPath = config.start !== 'pretrained' && config.start !== 'random'
  return { ...config, data: settings['data'] === undefined ? resolve(places.root, config.data) : resolve(config.data), start: isPath ? resolve(config.start) : config.start }
}

function numbers(option: string, text: string): number[] {
  const values = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)))
  const wrong = values.some((value) => !(value > 0) || !Number.isFinite(value))
  if (wrong || values.length === 0) throw new WorkbenchError(`${option} is '${text}'; allowed: numbers above 0, comma-separated.`)
  return [...new Set(values)]
}

function wholeNumbers(option: string, text: string): number[] {
  const values = text.split(',').map((word) => (/^\s*\d+\s*$/.test(word) ? Number(word) : Number.NaN))
  if (values.length === 0 || values.some((value) => !(value >= 0 && value <= 2147483647))) throw new WorkbenchError(`${option} is '${text}'; allowed: whole numbers from 0, comma-separated, for example 1,2,3.`)
  return [...new Set(values)]
}
