// The options that docs/paper-map.md names have the defaults that it gives, and are changed by the presets that it names.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { type ConfigKey, configText, defaultConfig, isConfigKey } from '../../src/contract/run-config'
import { PRESETS, presetConfig } from '../../src/contract/run-presets'
import { projectRoot } from './source-files'

interface Claim {
  readonly option: string
  /** Text in brackets: the default, then what presets do, parted by semicolons. */
  readonly parts: readonly string[]
}

/** The options of the fifth column: `name` (default; `preset`: value; changed by `preset`). */
function claimsOf(text: string): Claim[] {
  const cells = text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split(/(?<!\\)\|/)[5] ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)` \(([^)]*)\)/g)]).map(([, option = '', inside = '']) => ({ option, parts: inside.split(';').map((part) => part.trim()) }))
}

const same = (said: string, value: string): boolean => said === value || Number(said.replace(/,/g, '')) === Number(value)

function mistakesOf({ option, parts }: Claim): string[] {
  if (!isConfigKey(option)) return [`'${option}' is no setting`]
  const valueIn = (preset?: string): string => configText((preset === undefined ? defaultConfig() : presetConfig(preset))[option])
  const [first = '', ...rest] = parts
  const mistakes = same(first, valueIn()) ? [] : [`${option} is ${valueIn()} by default, not ${first}`]
  return mistakes.concat(rest.flatMap((part) => presetMistakes(option, part, valueIn)))
}

function presetMistakes(option: ConfigKey, part: string, valueIn: (preset?: string) => string): string[] {
  const [, preset, said] = /^`([\w-]+)`: (\S+)$/.exec(part) ?? []
  if (preset !== undefined && said !== undefined) return same(said, valueIn(preset)) ? [] : [`${option} is ${valueIn(preset)} in preset ${preset}, not ${said}`]
  if (!part.startsWith('changed by')) return []
  return [...part.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name).filter((name) => valueIn(name) === valueIn()).map((name) => `preset ${name} does not change ${option}`)
}

it('gives every option its default', () => {
  const claims = claimsOf(readFileSync(path.join(projectRoot, 'docs', 'paper-map.md'), 'utf8'))
  expect(claims.length).toBeGreaterThan(20)
  expect(claims.flatMap(mistakesOf)).toEqual([])
})

it('names every preset that changes an option, where it lists them', () => {
  const claims = claimsOf(readFileSync(path.join(projectRoot, 'docs', 'paper-map.md'), 'utf8'))
  const listing = claims.filter(({ option, parts }) => isConfigKey(option) && parts.some((part) => /^changed by `/.test(part)))
  const unnamed = listing.flatMap(({ option, parts }) =>
    PRESETS.filter(({ id }) => isConfigKey(option) && configText(presetConfig(id)[option]) !== configText(defaultConfig()[option]))
      .filter(({ id }) => !parts.some((part) => part.includes(`\`${id}\``)))
      .map(({ id }) => `${option}: ${id}`))
  expect(unnamed).toEqual([])
})

it('finds a wrong default, a wrong preset and an unknown option', () => {
  const text = '| a | b | c | d | `seed` (2; `tiny`: 7; changed by `mini`), `sead` (1) | e |'
  expect(claimsOf(text).flatMap(mistakesOf)).toEqual(['seed is 1 by default, not 2', 'seed is 1 in preset tiny, not 7', 'preset mini does not change seed', "'sead' is no setting"])
})
