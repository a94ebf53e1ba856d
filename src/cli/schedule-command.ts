// `schedule`: Dynamic Stop-and-Go on given validation scores, one row per score. Read next: engine/schedule/stop-and-go.ts.

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { WorkbenchError, nearestNames } from '../contract/check'
import { STOP_AND_GO_DEFAULTS, type StopAndGoOptions, checkScore, startStopAndGo } from '../engine/schedule/stop-and-go'
import { withExample } from './example'
import { printResult, table } from './terminal'

interface ScheduleRow {
  readonly score: number
  readonly state: 'go' | 'stop'
  readonly best: number
  readonly badCount: number
  readonly cooldown: number
  readonly changed: boolean
}

export function addScheduleCommand(program: Command): void {
  const command = program.command('schedule')
    .description('run Dynamic Stop-and-Go on validation scores: FILE holds {"scores": [..], "options": {..}}')
    .requiredOption('--scores <file>', 'JSON file with the scores; - reads standard input')
    .option('--json', 'print one JSON list of rows')
    .action(({ scores: file, json }: { scores: string; json?: boolean }) => {
      const { scores, options } = parseInput(file, readFileSync(file === '-' ? 0 : file, 'utf8'))
      const rows = scheduleRows(scores, options)
      printResult(json, rows, () =>
        table(['score', 'state', 'best', 'bad', 'cooldown', 'changed'], rows.map((row) => [row.score, row.state, row.best, row.badCount, row.cooldown, row.changed ? 'changed' : ''])))
    })
  withExample(command, 'schedule --scores scores.json --json')
}

function scheduleRows(scores: readonly number[], options: StopAndGoOptions): ScheduleRow[] {
  let state = startStopAndGo()
  return scores.map((score) => {
    const { next, changed } = checkScore(state, score, options)
    state = next
    return { score, state: next.state, best: next.best ?? score, badCount: next.badCount, cooldown: next.cooldown, changed }
  })
}

function parseInput(file: string, text: string): { scores: number[]; options: StopAndGoOptions } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new WorkbenchError(`${file} is not JSON: ${(error as Error).message}. It must hold {"scores": [0.5, …], "options": {…}}.`)
  }
  const { scores, options } = (Array.isArray(value) ? { scores: value } : value ?? {}) as { scores?: unknown; options?: unknown }
  if (!Array.isArray(scores)) throw new WorkbenchError(`${file} has no list 'scores'; it must hold {"scores": [0.5, …], "options": {…}}.`)
  const wrong = scores.findIndex((score) => typeof score !== 'number' || !Number.isFinite(score))
  if (wrong >= 0) throw new WorkbenchError(`${file}: scores[${wrong}] is ${JSON.stringify(scores[wrong])}; each score must be a number.`)
  return { scores: scores as number[], options: parseOptions(file, options) }
}

function parseOptions(file: string, given: unknown): StopAndGoOptions {
  if (given === undefined) return STOP_AND_GO_DEFAULTS
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new WorkbenchError(`${file}: 'options' must be an object.`)
  const known = Object.keys(STOP_AND_GO_DEFAULTS)
  for (const [key, value] of Object.entries(given)) {
    if (!known.includes(key)) throw new WorkbenchError(`${file}: option '${key}' is unknown; nearest: ${nearestNames(key, known, 1).join('')}. Known: ${known.join(', ')}.`)
    const whole = key === 'patience' || key === 'cooldown'
    if (typeof value !== 'number' || !(value >= 0) || (whole && !Number.isInteger(value))) {
      throw new WorkbenchError(`${file}: option '${key}' is ${JSON.stringify(value)}; allowed: a ${whole ? 'whole ' : ''}number from 0.`)
    }
  }
  return { ...STOP_AND_GO_DEFAULTS, ...given }
}
