// `presets list`, `presets show`, `presets forecast`: the named configurations, every setting that --set takes, and what a
// run of them will need. Read next: engine/training/run-forecast.ts, contract/run-time.ts.

import { existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import { USABLE_SHARE } from '../contract/memory-forecast'
import { CONFIG_FIELDS, CONFIG_KEYS, type RunConfig, configText, parseSettings, resolveConfig } from '../contract/run-config'
import type { RunForecast } from '../contract/run-forecast'
import { type MeasuredSteps, type RunTime, runTime } from '../contract/run-time'
import { PRESETS, presetConfig } from '../contract/run-presets'
import { measuredSteps } from '../host/measured-steps'
import { RunLibrary } from '../host/run-library'
import { withExample } from './example'
import { printResult, table } from './terminal'

interface ForecastOptions {
  readonly set?: string[]
  readonly runs?: string
  readonly json?: boolean
}

interface Forecast extends RunForecast {
  readonly sizes: 'data' | 'reference'
  readonly machineBytes: number
  readonly fits: boolean
  readonly microBatch: number | null
  readonly time: RunTime | null
  readonly measured: MeasuredSteps | null
}

export function addPresetCommands(program: Command): void {
  const presets = program.command('presets').description('the named configurations')
  const list = presets.command('list').description('names and what they are for').option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) => {
      printResult(json, PRESETS.map(({ id, label, about }) => ({ id, label, about })), () => table(['preset', 'for'], PRESETS.map(({ id, about }) => [id, about])))
    })
  const show = presets.command('show <preset>').description('every setting of a preset, with what is allowed').option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) => {
      const config = presetConfig(id)
      printResult(json, config, () =>
        table(['setting', 'value', 'allowed', 'what it is'], CONFIG_KEYS.map((key) => [key, configText(config[key]), CONFIG_FIELDS[key].allowed, CONFIG_FIELDS[key].help])))
    })
  const forecast = presets.command('forecast <preset>').description('parameters, memory and time of a run, before it starts')
    .option('--set <settings...>', 'key=value pairs').option('--runs <dir>', 'a folder of runs: the time follows from the steps of those with the same model and batch')
    .option('--json', 'print JSON')
    .action(async (id: string, options: ForecastOptions) => {
      const config = resolveConfig(presetConfig(id), parseSettings(options.set ?? []))
      const result = await forecastOf(config, options.runs)
      printResult(options.json, result, () => forecastText(result, config))
    })
  withExample(presets, 'presets list', 'presets show mini', 'presets forecast paper --set batchRows=8')
  withExample(list, 'presets list --json')
  withExample(show, 'presets show paper')
  withExample(forecast, 'presets forecast mini --json', 'presets forecast mini --runs runs --set iterations=2000')
}

async function forecastOf(config: RunConfig, runs: string | undefined): Promise<Forecast> {
  const { runForecast } = await import('../engine/training/run-forecast')
  const machineBytes = totalmem()
  const found = await runForecast(config, USABLE_SHARE * machineBytes)
  const measured = runs === undefined ? null : measuredIn(runs, config)
  return { ...found, machineBytes, fits: found.peakBytes <= USABLE_SHARE * machineBytes, time: runTime(config, found, measured), measured }
}

function measuredIn(folder: string, config: RunConfig): MeasuredSteps | null {
  if (!existsSync(folder)) throw new WorkbenchError(`Option --runs names '${folder}', which does not exist. Give a folder that holds run folders, such as WORKSPACE/runs.`)
  const library = new RunLibrary(folder)
  library.poll()
  return measuredSteps(library.known(), config)
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 2)} GB`

function forecastText(result: Forecast, config: RunConfig): string {
  const { microBatch, fits, peakBytes, machineBytes } = result
  const parts = microBatch === null ? 'whole batches fit' : `batches in parts of at most ${microBatch} rows (microBatch ${configText(config.microBatch)})`
  const rows: [string, string][] = [
    ['parameters', `${result.parameters.toLocaleString('en')}, trained ${result.trainedParameters.toLocaleString('en')}`],
    ['weights', gigabytes(result.weightBytes)], ['gradients', gigabytes(result.gradientBytes)], ['moments', gigabytes(result.momentBytes)],
    ['activations', `${gigabytes(result.activationBytes)} in the largest task`], ['program', `${gigabytes(result.programBytes)}: libraries, data of the mini-world’s size, compiled steps`],
    ['peak', `${gigabytes(peakBytes)} of this machine’s ${gigabytes(machineBytes)}${fits ? '' : ': it does not fit'}`],
    ['batches', parts], ['time', timeText(result, config)],
    ['sizes', result.sizes === 'data' ? 'of the data' : 'the longest texts and most regions of the reference: the data are not there']
  ]
  const tasks = result.tasks.map(({ task, rows: whole, rowsAtOnce, activationBytes }) => [task, String(whole), String(rowsAtOnce), gigabytes(activationBytes)])
  return `${table(['what', 'needs'], rows)}\n\n${table(['task', 'rows', 'at once', 'activations'], tasks)}`
}

function timeText({ time, measured }: Forecast, { iterations }: RunConfig): string {
  if (!time || !measured) return 'not known: no run with this model and batch was measured (--runs names a folder of runs)'
  const guessed = time.guessed.length === 0 ? '' : `; ${time.guessed.join(', ')} by the multiplications in their steps`
  return `${time.seconds.toFixed(0)} s: ${iterations} rounds with steps of ${time.stepMs.toFixed(1)} ms, ${time.checkSeconds.toFixed(0)} s of checks${time.checksKnown ? '' : ' (not known)'}; from ${measured.runs.join(', ')} on ${measured.device}${guessed}`
}
