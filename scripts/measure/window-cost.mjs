// Measures whether the window slows training: steps per second of one run with the window live on twelve cards, and with
// all of the window's processes stopped (SIGSTOP), in turns of some seconds, so that both meet the same machine.
// Run by hand on Linux: xvfb-run -a node scripts/measure/window-cost.mjs [turns] [data folder]

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { outFolder } from '../setup/ensure-built.mjs'
import { openWindow } from './open-window.mjs'

const turns = Number(process.argv[2] ?? 10)
const TURN_MS = 8000
/** Left out after each change: TensorFlow's step under way, and the window drawing what it missed. */
const SETTLE_MS = 1000
const workspace = mkdtempSync(path.join(tmpdir(), 'twelve-cost-'))
const data = process.argv[3] ?? path.join(workspace, 'data', 'mini-world')
if (process.argv[3] === undefined) execFileSync(process.execPath, [path.join(outFolder, 'cli', 'main.cjs'), 'data', 'make', '--out', data, '--size', 'mini', '--parts', 'twelve'])
process.env.TWELVE_IN_ONE_DEMO = `mini data=${data} iterations=100000 validateEvery=1000000 validationExamples=32 checkpointEvery=1000000`

/** The window's own processes: the program and all below it, but for the training process, which is a session of its own. */
function windowProcesses(root) {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter(Boolean)
  const found = new Set([root])
  for (let grown = true; grown;) {
    grown = false
    for (const [, pid, parent, args] of rows) {
      if (found.has(Number(pid)) || !found.has(Number(parent)) || args.includes(path.join('worker', 'main.cjs'))) continue
      grown = Boolean(found.add(Number(pid)))
    }
  }
  return [...found]
}

const signalAll = (signal) => windowProcesses(app.process().pid).forEach((pid) => {
  try {
    process.kill(pid, signal)
  } catch {
    // Ended since the list was made.
  }
})
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stepTimes = (run) =>
  readFileSync(path.join(run, 'events.jsonl'), 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line)).flatMap((event) => (event.kind === 'step' ? [event.time] : []))

/** Steps per second between two moments, from the first step after one to the last before the other. */
function rate(times, from, to) {
  const within = times.filter((time) => time >= from && time <= to)
  return ((within.length - 1) * 1000) / (within[within.length - 1] - within[0])
}

const { app, page } = await openWindow(path.join(workspace, 'window'))
await page.getByRole('button', { name: 'Train the demo' }).first().click()
await page.getByRole('status', { name: 'Iteration' }).waitFor({ timeout: 120_000 })
const run = path.join(workspace, 'window', 'runs', 'demo')
for (let steps = 0; steps < 60;) {
  await wait(1000)
  steps = await Promise.resolve().then(() => stepTimes(run).length).catch(() => 0)
}
const spans = []
for (let turn = 0; turn < 2 * turns; turn++) {
  // Open, stopped, stopped, open, …: what drifts weighs on both alike.
  const open = turn % 4 === 0 || turn % 4 === 3
  signalAll(open ? 'SIGCONT' : 'SIGSTOP')
  await wait(SETTLE_MS)
  const from = Date.now()
  await wait(TURN_MS)
  spans.push({ open, from, to: Date.now() })
}
signalAll('SIGCONT')
const times = stepTimes(run)
const ratios = []
for (let turn = 0; turn < turns; turn++) {
  const pair = spans.slice(2 * turn, 2 * turn + 2)
  const of = (open) => pair.filter((span) => span.open === open).map(({ from, to }) => rate(times, from, to))[0]
  ratios.push(of(true) / of(false))
  process.stdout.write(`turn ${turn + 1}: without the window ${of(false).toFixed(2)} steps/s, with it ${of(true).toFixed(2)} steps/s, ratio ${(of(true) / of(false)).toFixed(3)}\n`)
}
const sorted = [...ratios].sort((a, b) => a - b)
const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
const deviation = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / Math.max(1, ratios.length - 1))
process.stdout.write(`mean ratio ${mean.toFixed(3)} ± ${(deviation / Math.sqrt(ratios.length)).toFixed(3)} (standard error), median ${sorted[Math.floor(sorted.length / 2)].toFixed(3)}\n`)
const worker = Number(readFileSync(path.join(run, 'lock'), 'utf8').match(/"processId"\s*:\s*(\d+)/)?.[1])
if (worker) process.kill(worker, 'SIGTERM')
await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => undefined)
