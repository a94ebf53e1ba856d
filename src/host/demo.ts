// What *Train the demo* starts. TWELVE_IN_ONE_DEMO overrides it ("tiny iterations=400"): tests and slow machines use that.

import { parseSettings } from '../contract/run-config'

export interface Demo {
  readonly preset: string
  readonly difference: Readonly<Record<string, string>>
}

/** The demo of the environment variable's text, or of the `mini` preset. */
export function demoOf(text: string | undefined): Demo {
  const [preset = 'mini', ...settings] = (text ?? '').split(/\s+/).filter((word) => word !== '')
  return { preset, difference: { name: 'demo', ...parseSettings(settings) } }
}
