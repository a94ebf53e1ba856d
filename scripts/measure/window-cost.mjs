// Measures whether the window slows training: steps per second of the same run from the command line and with the
// window open on twelve live cards, in turns. Run by hand: xvfb-run -a node scripts/measure/window-cost.mjs [rounds]

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { outFolder } from '../setup/ensure-built.mjs'
import { openWindow } from './open-window.mjs'

const rounds = Number(process.argv[2] ?? 3)
const workspace = mkdtempSync(path.join(tmpdir(), 'twelve-cost-'))
const data = path.join(workspace, 'data', 'mini-world')
const iterations = 60
const settings = [`data=${data}`, `iterations=${iterations}`, 'validateEvery=1000000', 'validationExamples=32', 'checkpointEvery=1000000']
const cli = (...args) => {
  const { status } = spawnSync(process.execPath, [path.join(outFolder, 'cli', 'main.cjs'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`twelve-in-one ${args.join(' ')} ended with ${status}`)
}

/** Steps per second between the first and the last training step. */
function stepsPerSecond(run) {
  const lines = readFileSync(path.join(run, 'events.jsonl'), 'utf8').split('\n').slice(0, -1)
  const times = lines.map((line) => JSON.parse(line)).flatMap((event) => (event.kind === 'step' ? [event.time] : []))
  return ((times.length - 1) * 1000) / (times[times.length - 1] - times[0])
}

const ended = (run) => existsSync(path.join(run, 'events.jsonl')) && readFileSync(path.join(run, 'events.jsonl'), 'utf8').includes('"state":"done"')

mkdirSync(path.dirname(data), { recursive: true })
cli('data', 'make', '--out', data, '--size', 'mini', '--parts', 'twelve')
process.env.TWELVE_IN_ONE_DEMO = `mini ${settings.join(' ')}`
const ratios = []
for (let round = 1; round <= rounds; round++) {
  const terminalRun = path.join(workspace, `terminal-${round}`)
  cli('train', '--preset', 'mini', '--run', terminalRun, ...settings.flatMap((setting) => ['--set', setting]))
  const { app, page } = await openWindow(path.join(workspace, `window-${round}`))
  await page.getByRole('button', { name: 'Train the demo' }).first().click()
  const windowRun = path.join(workspace, `window-${round}`, 'runs', 'demo')
  while (!ended(windowRun)) await page.waitForTimeout(500)
  await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => undefined)
  const [terminal, window] = [stepsPerSecond(terminalRun), stepsPerSecond(windowRun)]
  ratios.push(window / terminal)
  process.stdout.write(`round ${round}: terminal ${terminal.toFixed(2)} steps/s, window ${window.toFixed(2)} steps/s, ratio ${(window / terminal).toFixed(3)}\n`)
}
const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
process.stdout.write(`mean ratio ${mean.toFixed(3)} (lowest ${Math.min(...ratios).toFixed(3)}, highest ${Math.max(...ratios).toFixed(3)})\n`)
