// node scripts/measure/fallback.mjs DATA: the training step of one task (VQA, mini preset) on the native library, compiled,
// and on web assembly, op by op, in turns; prints both and the ratio. DATA: a mini-world (`data make --size mini`).

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [data] = process.argv.slice(2)
if (!data) throw new Error('Give the folder of a mini-world.')
const folder = mkdtempSync(path.join(tmpdir(), 'twelve-in-one-fallback-'))
const entry = path.join(import.meta.dirname, '..', '..', 'bin', 'twelve-in-one.cjs')

/** Milliseconds of the training steps but the first two. */
function steps(backend, turn) {
  const run = path.join(folder, `${backend}-${turn}`)
  const settings = ['tasks=vqa', `data=${data}`, `backend=${backend}`, 'iterations=12', 'validateEvery=1000', 'validationExamples=32', 'checkpointEvery=1000']
  execFileSync(process.execPath, [entry, 'train', '--preset', 'mini', '--run', run, '--set', ...settings], { stdio: 'ignore' })
  const events = readFileSync(path.join(run, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line))
  return events.filter(({ kind }) => kind === 'step').map(({ milliseconds }) => milliseconds).slice(2)
}

const all = { cpu: [], wasm: [] }
for (let turn = 0; turn < 3; turn++) for (const backend of ['cpu', 'wasm']) all[backend].push(...steps(backend, turn))
rmSync(folder, { recursive: true })
const least = (backend) => Math.min(...all[backend])
console.log(`compiled ${least('cpu').toFixed(0)} ms, web assembly ${least('wasm').toFixed(0)} ms, ratio ${(least('wasm') / least('cpu')).toFixed(1)}`)
