// `presets list` and `presets show`: the named configurations, with every setting that --set takes.

import type { Command } from 'commander'
import { CONFIG_FIELDS, CONFIG_KEYS, configText, parseSettings, resolveConfig } from '../contract/run-config'
import type { RunForecast } from '../contract/run-forecast'
import { PRESETS, presetConfig } from '../contract/run-presets'
import { withExample } from './example'
import { printResult, table } from './terminal'

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
  const forecast = presets.command('forecast <preset>').description('parameters, memory and work of a run, before it starts')
    .option('--set <settings...>', 'key=value pairs').option('--json', 'print JSON')
    .action(async (id: string, { set, json }: { set?: string[]; json?: boolean }) => {
      const { runForecast } = await import('../engine/training/run-forecast')
      const result = await runForecast(resolveConfig(presetConfig(id), parseSettings(set ?? [])))
      printResult(json, result, () => forecastText(result))
    })
  withExample(presets, 'presets list', 'presets show mini', 'presets forecast paper --set batchRows=8')
  withExample(list, 'presets list --json')
  withExample(show, 'presets show paper')
  withExample(forecast, 'presets forecast mini --json')
}

function forecastText(result: RunForecast & { readonly sizes: 'data' | 'reference' }): string {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 2)} GB`
  const rows: [string, string][] = [
    ['parameters', `${result.parameters.toLocaleString('en')}, trained ${result.trainedParameters.toLocaleString('en')}`],
    ['weights', gigabytes(result.weightBytes)], ['gradients', gigabytes(result.gradientBytes)], ['moments', gigabytes(result.momentBytes)],
    ['activations', `${gigabytes(result.activationBytes)} in the largest task`], ['peak', gigabytes(result.peakBytes)],
    ['sizes', result.sizes === 'data' ? 'of the data' : 'the longest texts and most regions of the reference: the data are not there']
  ]
  const tasks = result.tasks.map(({ task, rows: whole, rowsAtOnce, activationBytes }) => [task, String(whole), String(rowsAtOnce), gigabytes(activationBytes)])
  return `${table(['what', 'needs'], rows)}\n\n${table(['task', 'rows', 'at once', 'activations'], tasks)}`
}
