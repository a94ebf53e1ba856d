// `runs diff A B`: what differs between two runs: settings, scores, and with --task the test examples that flipped.
// Read next: src/study/compare-runs.ts.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { FlippedSample, FlippedSamples, RunDifference } from '../contract/run-difference'
import { taskByName } from '../contract/task-catalog'
import { compareRuns, flippedSamples } from '../study/compare-runs'
import { withExample } from './example'
import { percent, printResult, table } from './terminal'

interface Options {
  readonly task?: string
  readonly limit: string
  readonly json?: boolean
}

export function addRunsDiffCommand(runs: Command): void {
  withExample(
    runs.command('diff <a> <b>').description('how two runs differ: settings, scores, flipped test examples')
      .option('--task <id>', 'list the test examples of this task that one run gets right and the other does not')
      .option('--limit <n>', 'at most so many examples each way, as text', '10')
      .option('--json', 'print JSON').action(diff),
    'runs diff runs/first runs/second', 'runs diff runs/first runs/second --task vqa --json')
}

function diff(a: string, b: string, { task, limit, json }: Options): void {
  const difference = compareRuns(resolve(a), resolve(b))
  const flipped = task === undefined ? undefined : flippedSamples(resolve(a), resolve(b), taskByName(task).id)
  printResult(json, { ...difference, ...(flipped ? { flipped } : {}) }, () => [...text(difference), ...(flipped ? flippedText(flipped, Number(limit)) : [])].join('\n'))
}

const orNothing = (score: number | null): string => (score === null ? '' : percent(score))

function text({ settings, scores }: RunDifference): string[] {
  const points = (difference: number | null): string => (difference === null ? '' : `${difference < 0 ? '−' : '+'}${Math.abs(100 * difference).toFixed(1)}`)
  return [
    settings.length === 0 ? 'the same settings' : table(['setting', 'a', 'b'], settings.map(({ key, a, b }) => [key, a, b])),
    '',
    scores.length === 0 ? 'no scores yet' : table(['task', 'split', 'a', 'b', 'b − a', 'p'], scores.map(({ task, split, a, b, difference, p }) => [task, split, orNothing(a), orNothing(b), points(difference), p === null ? '' : p.toFixed(3)]))
  ]
}

function flippedText({ examples, gained, lost, problem }: FlippedSamples, limit: number): string[] {
  if (problem !== '') return ['', problem]
  const rows = (samples: readonly FlippedSample[]): string => table(['id', 'text', 'expected', 'a says', 'b says'], samples.slice(0, limit).map((sample) => [sample.id, sample.text.slice(0, 60), sample.expected, sample.answerA, sample.answerB]))
  return ['', `of ${examples} test examples b is better on ${gained.length}:`, rows(gained), '', `and worse on ${lost.length}:`, rows(lost)]
}
