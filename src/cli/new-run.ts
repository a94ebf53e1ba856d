// From `--preset | --config`, `--set`, `--run` and `--resume` to a run folder that can be trained.
// Read next: train-command.ts, contract/run-config.ts.

import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { WorkbenchError } from '../contract/check'
import { type ConfigDifference, type RunConfig, parseSettings, resolveConfig } from '../contract/run-config'
import { RUN_FILES } from '../contract/run-format'
import { presetConfig } from '../contract/run-presets'
import { refuseMissingData } from '../engine/training/data-folder'
import { createRunFolder, readConfigFile, readRunConfig, writeJson } from '../engine/training/run-folder'
import { startFile } from '../engine/training/start-weights'
import { forkedConfig } from './fork-run'

export interface RunChoice {
  readonly preset?: string
  readonly config?: string
  readonly run?: string
  readonly set?: readonly string[]
  readonly resume?: boolean
  /** RUN or RUN@STEP. */
  readonly fork?: string
}

/** What pre-training changes in a preset that trains tasks. */
const AS_PRETRAINING: ConfigDifference = { kind: 'pretrain', start: 'random', taskToken: 'none', validateEvery: 100 }

/** Makes or finds the run folder; the path is absolute. */
export function chooseRun(choice: RunChoice, kind: RunConfig['kind']): string {
  const beside = (['preset', 'config', 'resume'] as const).filter((option) => choice[option] !== undefined)
  if (choice.fork !== undefined && beside.length > 0) throw new WorkbenchError(`--fork takes the settings of another run; leave out --${beside.join(' and --')}. Changes go with --set.`)
  return choice.resume ? resumedRun(choice, kind) : newRun(choice, kind)
}

function newRun(choice: RunChoice, kind: RunConfig['kind']): string {
  const config = withPaths(configOf(choice, kind))
  const folder = resolve(choice.run ?? join('runs', config.name))
  const settings = parseSettings(choice.set ?? [])
  const named = choice.run === undefined || settings['name'] !== undefined ? config : { ...config, name: basename(folder) }
  // What cannot be is refused before there is a folder: the same call, mended, then works.
  startFile(named)
  refuseMissingData(named)
  createRunFolder(folder, named)
  return folder
}

/** The configuration that a call describes: preset, then file, then --set. */
export function configOf(choice: RunChoice, kind: RunConfig['kind']): RunConfig {
  if (choice.fork !== undefined) return ofKind(resolveConfig(forkedConfig(choice.fork), parseSettings(choice.set ?? [])), kind)
  const preset = presetConfig(choice.preset ?? (kind === 'train' ? 'mini' : 'mini-pretrain'))
  const base = kind === 'pretrain' && preset.kind === 'train' ? { ...preset, ...AS_PRETRAINING } : preset
  const file = choice.config === undefined ? base : fileConfig(choice.config, base, choice.preset !== undefined)
  return ofKind(resolveConfig(file, parseSettings(choice.set ?? [])), kind)
}

function ofKind(config: RunConfig, kind: RunConfig['kind']): RunConfig {
  if (config.kind === kind) return config
  throw new WorkbenchError(`This configuration is for '${config.kind}' (preset '${config.preset}'); use: twelve-in-one ${config.kind} …`)
}

/** A file that names its preset is a difference to that preset, unless --preset says otherwise. */
function fileConfig(file: string, base: RunConfig, presetGiven: boolean): RunConfig {
  const read = readConfigFile(file, base)
  return presetGiven || read.preset === base.preset ? read : readConfigFile(file, presetConfig(read.preset))
}

/** Paths are stored absolute: the run may go on from another folder. */
function withPaths(config: RunConfig, known?: string): RunConfig {
  const isPath = config.start !== 'pretrained' && config.start !== 'random'
  // A run that goes on from its own checkpoint does not need what it once started from.
  if (isPath && config.start !== known && !existsSync(config.start)) throw new WorkbenchError(`Setting 'start' is '${config.start}', which does not exist; allowed: pretrained, random, a run or checkpoint folder, or a file of weights (.safetensors, .pt, .bin).`)
  return { ...config, data: resolve(config.data), start: isPath ? resolve(config.start) : config.start }
}

function resumedRun(choice: RunChoice, kind: RunConfig['kind']): string {
  const folder = resolve(choice.run ?? join('runs', configOf(choice, kind).name))
  if (!existsSync(folder)) throw new WorkbenchError(`There is no run in ${folder} to resume; leave out --resume to start one, or give its folder with --run.`)
  const before = readRunConfig(folder)
  if (before.kind !== kind) throw new WorkbenchError(`The run in ${folder} is for '${before.kind}'; use: twelve-in-one ${before.kind} --run ${choice.run ?? folder} --resume`)
  const after = withPaths(resolveConfig(before, parseSettings(choice.set ?? [])), before.start)
  if (JSON.stringify(after) !== JSON.stringify(before)) writeJson(join(folder, RUN_FILES.config), after)
  return folder
}
