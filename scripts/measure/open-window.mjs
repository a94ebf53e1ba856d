// Opens the built app on a workspace with Playwright, as the end-to-end tests do, for measurements by hand.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron } from 'playwright-core'
import { ensureBuilt } from '../setup/ensure-built.mjs'
import { ensureReady } from '../setup/ensure-ready.mjs'
import { projectRoot } from '../setup/places.mjs'

/** @param {string} [workspace] a new one in the temporary folder unless told */
export async function openWindow(workspace = mkdtempSync(path.join(tmpdir(), 'twelve-measure-'))) {
  const record = await ensureReady({ window: true })
  await ensureBuilt()
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const started = performance.now()
  const app = await _electron.launch({
    executablePath: record.electron.path,
    args: [...sandbox, projectRoot, '--workspace', workspace, `--user-data-dir=${path.join(workspace, '.electron')}`],
    env: { ...process.env, XDG_CONFIG_HOME: path.join(workspace, '.config'), TWELVE_IN_ONE_NODE: process.execPath },
  })
  const page = await app.firstWindow()
  await page.getByRole('button').first().waitFor()
  return { app, page, workspace, openMs: performance.now() - started }
}

export const seconds = (sinceMs) => ((performance.now() - sinceMs) / 1000).toFixed(1)
