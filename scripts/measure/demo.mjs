// Measures *Train the demo* on this computer: click → first points on all twelve cards → end, and the final scores.
// Run by hand (five to fifteen minutes): xvfb-run -a node scripts/measure/demo.mjs [--picture FILE]

import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { openWindow, seconds } from './open-window.mjs'

const picture = process.argv.includes('--picture') ? process.argv[process.argv.indexOf('--picture') + 1] : undefined
const { app, page, workspace, openMs } = await openWindow()
process.stdout.write(`window open after ${(openMs / 1000).toFixed(1)} s; workspace ${workspace}\n`)

const events = () => {
  const [run] = readdirSync(path.join(workspace, 'runs'))
  const text = readFileSync(path.join(workspace, 'runs', run, 'events.jsonl'), 'utf8')
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line))
}
const until = async (condition) => {
  for (;;) {
    try {
      if (condition(events())) return
    } catch {
      // The run folder is not there yet.
    }
    await page.waitForTimeout(200)
  }
}

await page.getByRole('button', { name: 'Train the demo' }).first().click()
const clicked = performance.now()
await until((list) => list.some((event) => event.what?.startsWith('compiling')))
process.stdout.write(`mini-world made and read after ${seconds(clicked)} s\n`)
await until((list) => new Set(list.flatMap((event) => (event.kind === 'step' ? [event.task] : []))).size === 12)
process.stdout.write(`all twelve cards have points after ${seconds(clicked)} s\n`)
await until((list) => list.some((event) => event.iteration >= 250))
if (picture) {
  await page.emulateMedia({ colorScheme: 'dark' })
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900))
  await page.waitForTimeout(3000)
  await page.screenshot({ path: picture })
}
await until((list) => list.some((event) => event.kind === 'state' && ['done', 'failed'].includes(event.state)))
process.stdout.write(`ended after ${seconds(clicked)} s\n`)

for (const event of events()) {
  if (event.kind !== 'validation' || event.split !== 'test') continue
  const percent = (value) => `${(value * 100).toFixed(1)} %`
  process.stdout.write(
    `${event.task.padEnd(10)} ${percent(event.metrics.score)}  constant ${percent(event.constantGuess)}  text only ${percent(event.textOnlyGuess)}\n`,
  )
}
await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => undefined)
