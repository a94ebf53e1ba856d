// The id of a planned run: a hash over what decides its results, and nothing else. Equal content is one run, within a study
// and across the studies of a workspace. Read next: plan-study.ts.

import { createHash } from 'node:crypto'
import { CONFIG_FIELDS, CONFIG_KEYS, type ConfigKey, type RunConfig } from '../contract/run-config'
import type { PlannedRun } from '../contract/study'

/** What a run is called, where its data lies (its identity is hashed), and how often it is saved change no result. */
const WITHOUT_EFFECT: readonly ConfigKey[] = ['name', 'preset', 'data', 'world', 'worldSeed', 'checkpointEvery', 'keepCheckpoints']

export type RunContent = Pick<PlannedRun, 'work' | 'config' | 'start' | 'derive' | 'inputs'>

/** 16 hexadecimal digits. Settings at their defaults are left out, so a setting that a later version adds changes no id. */
export function contentId({ work, config, start, derive, inputs }: RunContent, data: string): string {
  const differs = (key: ConfigKey): boolean => JSON.stringify(config[key]) !== JSON.stringify(CONFIG_FIELDS[key].fallback)
  const settings = (key: ConfigKey): readonly [ConfigKey, RunConfig[ConfigKey]] => [key, config[key]]
  const keys = CONFIG_KEYS.filter((key) => !WITHOUT_EFFECT.includes(key) && differs(key)).sort()
  const content = work === 'overlap' ? { work, data } : { work, data, settings: keys.map(settings), start, derive, inputs }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
}
