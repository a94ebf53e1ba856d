// What pre-training is worth on the mini-world, and each of its two masking changes: the mini preset from random weights, from
// the shipped trunk, and from trunks pre-trained here: with both changes, without overlap masking, without objective 1.
// Finished runs are kept and skipped, so it can be interrupted and started again.
// node scripts/measure/pretraining-worth.mjs --out runs/worth [--seeds 1,2,3] [--steps 16000] [--rounds 400] [--data DIR] [--only shipped,both] [--table]

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))
const program = path.join(project, 'bin', 'twelve-in-one.cjs')
const ORDER = ['vqa', 'gqa', 'vgqa', 'coco', 'flickr30k', 'refcoco', 'refcoco+', 'refcocog', 'visual7w', 'guesswhat', 'nlvr2', 'snli-ve']

/** How the twelve tasks start; `pretrain`: settings of a trunk made here. */
const VARIANTS = [
  { id: 'scratch', label: 'random weights', start: 'random' },
  { id: 'shipped', label: 'shipped trunk', start: 'pretrained' },
  { id: 'both', label: 'pre-trained, both changes', pretrain: ['regionMasking=paper', 'objective=1'] },
  { id: 'no-overlap', label: 'pre-trained, overlapping regions stay', pretrain: ['regionMasking=code', 'objective=1'] },
  { id: 'no-objective', label: 'pre-trained, masked loss on mismatched pairs too', pretrain: ['regionMasking=paper', 'objective=0'] }
]

const options = readOptions(process.argv.slice(2))
const chosen = VARIANTS.filter(({ id }) => options.only === null || options.only.includes(id))
if (!options.table) for (const seed of options.seeds) for (const variant of chosen) train(variant, seed)
const text = table(chosen)
writeFileSync(path.join(options.out, 'pretraining-worth.md'), text)
process.stdout.write(text)

function readOptions(words) {
  const given = { out: '', seeds: '1,2,3', steps: '16000', rounds: '400', data: path.join(project, 'data', 'mini-world'), only: '' }
  let onlyTable = false
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, '')
    if (name === 'table') onlyTable = true
    else if (name in given && words[i + 1] !== undefined) given[name] = words[++i]
    else fail(`'${words[i]}' is unknown or has no value; allowed: ${Object.keys(given).map((key) => `--${key} …`).join(', ')}, --table`)
  }
  const seeds = given.seeds.split(',').map(Number)
  if (given.out === '' || !seeds.every(Number.isInteger)) fail('Give --out FOLDER for the runs, and --seeds as whole numbers: --out runs/worth --seeds 1,2,3')
  const only = given.only === '' ? null : given.only.split(',')
  const unknown = (only ?? []).filter((id) => !VARIANTS.some((variant) => variant.id === id))
  if (unknown.length > 0) fail(`--only names '${unknown.join(', ')}'; known are ${VARIANTS.map(({ id }) => id).join(', ')}`)
  return { ...given, out: path.resolve(given.out), data: path.resolve(given.data), seeds, only, table: onlyTable }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

function train({ id, start, pretrain }, seed) {
  const trunk = path.join(options.out, `${id}-${seed}-trunk`)
  if (pretrain) run('pretrain', trunk, ['--preset', 'mini-pretrain', '--set', `seed=${seed}`, `iterations=${options.steps}`, `data=${options.data}`, ...pretrain])
  run('train', path.join(options.out, `${id}-${seed}`), ['--preset', 'mini', '--set', `seed=${seed}`, `iterations=${options.rounds}`, `data=${options.data}`, `start=${start ?? trunk}`])
}

/** One run to its end; an interrupted one goes on. */
function run(command, folder, words) {
  if (endOf(folder) === 'done') return
  const again = existsSync(path.join(folder, 'config.json'))
  process.stderr.write(`${new Date().toISOString().slice(0, 16)} ${command} ${folder}${again ? ' (goes on)' : ''}\n`)
  const { status } = spawnSync(process.execPath, [program, command, '--run', folder, ...(again ? ['--resume'] : words)], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0 || endOf(folder) !== 'done') fail(`The run ${folder} did not end well (status ${status}); start this script again to go on.`)
}

function eventsOf(folder) {
  const file = path.join(folder, 'events.jsonl')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line)) : []
}

function endOf(folder) {
  return eventsOf(folder).filter((event) => event.kind === 'state').pop()?.state
}

/** Test score where there is a test split, else the last validation's. */
function scoreOf(events, task) {
  const checks = events.filter((event) => event.kind === 'validation' && event.task === task)
  return (checks.filter((event) => event.split === 'test').pop() ?? checks.pop())?.metrics.score
}

function table(variants) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length
  const deviation = (list) => (list.length < 2 ? 0 : Math.sqrt(list.reduce((sum, value) => sum + (value - mean(list)) ** 2, 0) / (list.length - 1)))
  const shown = (list) => (list.length === 0 ? '–' : `${(100 * mean(list)).toFixed(1)} ± ${(100 * deviation(list)).toFixed(1)}`)
  const finished = variants.map((variant) => ({ ...variant, runs: options.seeds.map((seed) => path.join(options.out, `${variant.id}-${seed}`)).filter((folder) => endOf(folder) === 'done').map(eventsOf) }))
  const row = (name, cells) => `| ${name} | ${cells.join(' | ')} |\n`
  let text = `Test scores in percent after ${options.rounds} rounds, mean ± standard deviation over the finished runs of seeds ${options.seeds.join(', ')}; trunks pre-trained here had ${options.steps} steps.\n\n`
  text += row('task', finished.map(({ label, runs }) => `${label} (${runs.length} ${runs.length === 1 ? 'run' : 'runs'})`)) + row('---', finished.map(() => '---'))
  for (const task of ORDER) text += row(task, finished.map(({ runs }) => shown(runs.map((events) => scoreOf(events, task)).filter((score) => score !== undefined))))
  text += row('**mean of twelve**', finished.map(({ runs }) => shown(runs.map((events) => mean(ORDER.map((task) => scoreOf(events, task) ?? Number.NaN))))))
  const trunks = finished.filter(({ pretrain }) => pretrain).map(({ id, label }) => ({ label, checks: options.seeds.map((seed) => eventsOf(path.join(options.out, `${id}-${seed}-trunk`)).filter((event) => event.kind === 'validation').pop()).filter(Boolean) })).filter(({ checks }) => checks.length > 0)
  if (trunks.length === 0) return text
  const metrics = ['alignment', 'masked words', 'masked colours', 'masked things', 'region classes']
  text += `\nThe trunks themselves: shares that are right in their last validation, in percent. They are measured by each one's own masking.\n\n`
  text += row('trunk', metrics) + row('---', metrics.map(() => '---'))
  for (const { label, checks } of trunks) text += row(label, metrics.map((name) => shown(checks.map((check) => check.metrics[name]).filter((value) => value !== undefined))))
  return text
}
