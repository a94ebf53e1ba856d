// Measures whether a run's memory stays flat: trains the tiny preset for 20,000 steps in a process of its own and reads
// the reports in its events.jsonl. Fails if memory or tensors grow. Run by hand (about five minutes):
//   node scripts/measure/memory.mjs [--data DIR] [--steps N]

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { projectRoot } from '../setup/places.mjs'

/** Growth that is allowed after the first tenth, in bytes a step: 20,000 steps may then take 10 MB. */
const BYTES_A_STEP = 512
const TASKS = 12

const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback)
const steps = Number(option('--steps', '20000'))
const folder = mkdtempSync(path.join(tmpdir(), 'twelve-memory-'))
const data = option('--data', path.join(folder, 'world'))
const run = path.join(folder, 'run')
const rounds = Math.ceil(steps / TASKS)

execFileSync(path.join(projectRoot, 'bin', 'twelve-in-one.cjs'), [
  'train', '--preset', 'tiny', '--run', run,
  '--set', `data=${data}`, `iterations=${rounds}`, 'stopAndGo=false', 'validateEvery=100', 'checkpointEvery=100', 'backend=cpu',
], { stdio: ['ignore', 'ignore', 'inherit'] })

const events = readFileSync(path.join(run, 'events.jsonl'), 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line))
let done = 0
const points = []
for (const event of events) {
  if (event.kind !== 'phases') continue
  done += Object.values(event.tasks).reduce((sum, task) => sum + (task.steps ?? 0), 0)
  points.push({ steps: done, ...event.memory })
}

/** Least squares: growth of a number a step, after the first tenth. */
function slope(of) {
  const kept = points.filter((point) => point.steps > steps / 10)
  const mean = (value) => kept.reduce((sum, point) => sum + value(point), 0) / kept.length
  const [x, y] = [mean((point) => point.steps), mean(of)]
  return kept.reduce((sum, point) => sum + (point.steps - x) * (of(point) - y), 0) / kept.reduce((sum, point) => sum + (point.steps - x) ** 2, 0)
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1).padStart(8)
process.stdout.write('   steps  resident MB  heap MB  arrays MB  tensors\n')
let shown = -Infinity
for (const point of points) {
  if (point.steps - shown < 1000 && point !== points[points.length - 1]) continue
  shown = point.steps
  process.stdout.write(`${String(point.steps).padStart(8)}     ${megabytes(point.resident)} ${megabytes(point.heap)}   ${megabytes(point.arrays)} ${String(point.tensors).padStart(8)}\n`)
}
const growth = slope((point) => point.resident)
const tensors = new Set(points.map((point) => point.tensors)).size
process.stdout.write(`resident memory grows by ${growth.toFixed(0)} bytes a step (allowed ${BYTES_A_STEP}); heap by ${slope((point) => point.heap).toFixed(0)}; ${tensors === 1 ? 'the number of tensors never changes' : `the number of tensors has ${tensors} values`}\n`)
rmSync(folder, { recursive: true, force: true })
if (growth > BYTES_A_STEP || tensors !== 1) process.exitCode = 1
