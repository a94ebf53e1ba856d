// The tables of docs/results.md from finished runs: final test scores beside both guesses, and what Stop-and-Go did.
// node scripts/measure/demo-table.mjs RUN [RUN …]

import { readFileSync } from 'node:fs'
import path from 'node:path'

const ORDER = ['vqa', 'gqa', 'vgqa', 'coco', 'flickr30k', 'refcoco', 'refcoco+', 'refcocog', 'visual7w', 'guesswhat', 'nlvr2', 'snli-ve']
/** A task counts as learned this far above both guesses. */
const LEARNED_POINTS = 3

const runs = process.argv.slice(2).map((folder) => {
  const events = readFileSync(path.join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line))
  return { folder, events, seed: JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')).seed }
})
if (runs.length === 0) {
  process.stderr.write('Give one or more finished run folders: node scripts/measure/demo-table.mjs runs/demo runs/demo-2\n')
  process.exit(2)
}

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length
const deviation = (list) => Math.sqrt(mean(list.map((value) => (value - mean(list)) ** 2)) * (list.length / Math.max(1, list.length - 1)))
const points = (value) => (value * 100).toFixed(1)
const finalOf = (run, task, split) => run.events.filter((event) => event.kind === 'validation' && event.task === task && event.split === split).pop()

process.stdout.write(`Seeds ${runs.map(({ seed }) => seed).join(', ')}; test scores in percent, mean ± standard deviation over seeds.\n\n`)
process.stdout.write('| task | test | each seed | constant guess | text-only guess | points above the better | learned |\n|---|---|---|---|---|---|---|\n')
for (const task of ORDER) {
  const finals = runs.map((run) => finalOf(run, task, 'test'))
  const scores = finals.map((event) => event.metrics.score)
  const [constant, text] = [Math.max(...finals.map((event) => event.constantGuess)), Math.max(...finals.map((event) => event.textOnlyGuess))]
  const above = (mean(scores) - Math.max(constant, text)) * 100
  const each = scores.map(points).join(', ')
  process.stdout.write(
    `| ${task} | ${points(mean(scores))} ± ${points(deviation(scores))} | ${each} | ${points(constant)} | ${points(text)} | +${above.toFixed(1)} | ${above > LEARNED_POINTS ? 'yes' : 'no'} |\n`,
  )
}

for (const run of runs) {
  process.stdout.write(`\nStop-and-Go, seed ${run.seed}\n\n| task | stops and restarts (iteration) | steps trained |\n|---|---|---|\n`)
  for (const task of ORDER) {
    const changes = run.events.filter((event) => event.kind === 'stopAndGo' && event.task === task && event.changed)
    const steps = run.events.filter((event) => event.kind === 'step' && event.task === task).length
    const words = changes.map((event) => `${event.state === 'stop' ? 'stop' : 'go'} ${event.iteration}`).join(', ')
    process.stdout.write(`| ${task} | ${words || 'went on to the end'} | ${steps} |\n`)
  }
}
