// Does a study survive `kill -9` of everything? Runs a study of at least 60 tiny runs twice: undisturbed, and with the runner
// and all its training processes killed at five random moments. Both must end with the same tables, figure by figure.
//   node scripts/measure/study-kill.mjs DATA [SEED]      DATA: a tiny mini-world, made first if it is not there
// Needs the built program (npm run build).

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const program = process.env.TWELVE_IN_ONE_CLI ?? fileURLToPath(new URL('../../out/cli/main.cjs', import.meta.url))
const [data, seedText = '1'] = process.argv.slice(2)
if (data === undefined) {
  process.stderr.write('Give the data folder: node scripts/measure/study-kill.mjs DATA [SEED]\n')
  process.exit(2)
}
const KILLS = 5
const STUDY = ['multitask', '--preset', 'tiny', '--seeds', '1,2', '--search', '1,2,3', '--jobs', '2', '--set', `data=${path.resolve(data)}`, 'tasks=refcoco,visual7w,snli-ve', 'iterations=6', 'validateEvery=3', 'checkpointEvery=2']

/** A small generator (mulberry32), so that a sitting can be repeated. */
function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function cli(words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${words.slice(0, 3).join(' ')}: ${stderr}`)
  return stdout
}

/** Processes that name the workspace in their command line: the runner and its training processes. */
function processesOf(workspace) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).filter((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(workspace)
    } catch {
      return false
    }
  }).map(Number)
}

const startRunner = (workspace) => spawn(process.execPath, [program, 'study', 'run', ...STUDY, '--out', workspace], { stdio: 'ignore', detached: true })
const ended = (child) => new Promise((resolve) => child.on('exit', resolve))
const doneIn = (workspace) => JSON.parse(cli(['study', 'status', 'multitask', '--out', workspace, '--json']))

/** Tables without what names a workspace. */
function tables(workspace) {
  return ['scores', 'scores-equal', 'validation'].map((table) => cli(['study', 'table', 'multitask', '--table', table, '--format', 'csv', '--out', workspace])).join('\n')
}

async function undisturbed(workspace) {
  const status = await ended(startRunner(workspace))
  if (status !== 0) throw new Error(`The undisturbed study ended with status ${status}: ${workspace}`)
}

async function disturbed(workspace, random, seconds) {
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = startRunner(workspace)
    const end = ended(child)
    await new Promise((resolve) => setTimeout(resolve, 1000 * (1 + random() * seconds)))
    const victims = processesOf(workspace)
    for (const processId of victims) {
      try {
        process.kill(processId, 'SIGKILL')
      } catch {
        // It ended by itself in this moment.
      }
    }
    await end
    const { done, total } = doneIn(workspace)
    process.stdout.write(`kill ${kill}: ${victims.length} processes, ${done} of ${total} runs done\n`)
  }
  const status = await ended(startRunner(workspace))
  if (status !== 0) throw new Error(`The disturbed study ended with status ${status}: ${workspace}`)
}

const [calm, wild] = ['calm', 'wild'].map((name) => mkdtempSync(path.join(tmpdir(), `study-${name}-`)))
const before = Date.now()
await undisturbed(calm)
const seconds = (Date.now() - before) / 1000
process.stdout.write(`undisturbed: ${doneIn(calm).total} runs in ${seconds.toFixed(0)} s\n`)
await disturbed(wild, randomFrom(Number(seedText)), seconds / (KILLS + 1))
const same = tables(calm) === tables(wild)
process.stdout.write(`tables ${same ? 'are the same' : 'DIFFER'} (${calm}, ${wild})\n`)
process.exitCode = same ? 0 : 1
