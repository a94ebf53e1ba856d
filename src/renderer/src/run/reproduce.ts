// The command that makes the same run in a terminal: the preset and what differs from it. Pure. See cli.md's `train`.

import { CONFIG_KEYS, type RunConfig, configText } from '../../../contract/run-config'
import { PRESETS, presetConfig } from '../../../contract/run-presets'

function quoted(text: string): string {
  return /^[\w./:,+=@-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`
}

/** Settings that differ from the preset, as `[key, text]`. */
export function differences(config: RunConfig): [string, string][] {
  const known = PRESETS.some((preset) => preset.id === config.preset)
  const base = presetConfig(known ? config.preset : 'mini')
  return CONFIG_KEYS
    .filter((key) => key !== 'preset' && configText(config[key]) !== configText(base[key]))
    .map((key) => [key, configText(config[key])])
}

export function reproduceCommand(config: RunConfig, folder: string): string {
  const settings = differences(config).map(([key, value]) => ` --set ${quoted(`${key}=${value}`)}`)
  const verb = config.kind === 'pretrain' ? 'pretrain' : 'train'
  return `npx twelve-in-one ${verb} --preset ${quoted(config.preset)} --run ${quoted(folder)}${settings.join('')}`
}
