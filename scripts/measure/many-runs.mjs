// How long a workspace of many finished runs takes to open: copies one finished run so many times and opens the window on
// them, first without and then with what the first opening kept.
//   node scripts/measure/many-runs.mjs RUN [COUNT]       (without a display: xvfb-run -a -s "-screen 0 1600x1000x24" node …)

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openWindow } from './open-window.mjs'

const [template, count = '1000'] = process.argv.slice(2)
if (!template) throw new Error('Give the folder of a finished run: node scripts/measure/many-runs.mjs runs/demo 1000')

const workspace = mkdtempSync(path.join(tmpdir(), 'twelve-many-'))
const config = JSON.parse(readFileSync(path.join(template, 'config.json'), 'utf8'))
for (let run = 1; run <= Number(count); run += 1) {
  const folder = path.join(workspace, 'runs', `run-${run}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ ...config, name: `run ${run}`, seed: run }))
  copyFileSync(path.join(template, 'events.jsonl'), path.join(folder, 'events.jsonl'))
}
const megabytes = (Number(count) * statSync(path.join(template, 'events.jsonl')).size) / 1e6
console.log(`${count} runs with ${megabytes.toFixed(0)} MB of events`)

try {
  for (const what of ['first opening', 'second opening', 'third opening']) {
    const started = performance.now()
    const { app, page } = await openWindow(workspace)
    const window = performance.now() - started
    await page.getByText('Runs', { exact: true }).first().click()
    await page.getByText(`run ${count}`, { exact: true }).first().waitFor()
    console.log(`${what}: window ${(window / 1000).toFixed(1)} s, run list ${((performance.now() - started) / 1000).toFixed(1)} s after the start`)
    await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => undefined)
  }
} finally {
  rmSync(workspace, { recursive: true, force: true })
}
