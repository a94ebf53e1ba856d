// `presets list` and `presets show`: the named configurations, with every setting that --set takes.

import type { Command } from 'commander'
import { CONFIG_FIELDS, CONFIG_KEYS, configText } from '../contract/run-config'
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
  withExample(presets, 'presets list', 'presets show mini')
  withExample(list, 'presets list --json')
  withExample(show, 'presets show paper')
}
