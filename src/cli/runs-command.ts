// `runs list|show|diff|verify|delete`: run folders, as the window lists them (host/run-library.ts), without loading the engine.

import { existsSync, renameSync, mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import type { RunEvent, ValidationEvent } from '../contract/run-events'
import { RUN_FILES } from '../contract/run-format'
import type { RunParent } from '../contract/run-parent'
import { NO_PHASES, type PhaseTotals, addPhases, stepBusyShare, timeShares } from '../contract/time-phases'
import { RunLibrary } from '../host/run-library'
import { withExample } from './example'
import { addRunsAnalysisCommands } from './runs-analysis-commands'
import { addRunsDiffCommand } from './runs-diff-command'
import { percent, printResult, table } from './terminal'
import { verifyRun } from './verify-run'

interface Options {
  readonly runs: string
  readonly json?: boolean
}

export function addRunsCommands(program: Command): void {
  const runs = program.command('runs').description('list, show, compare, check and delete run folders')
  withExample(runs, 'runs list', 'runs show runs/demo', 'runs verify runs/demo')

  withExample(
    runs.command('list').description('the runs of a folder').option('--runs <dir>', 'folder with the runs', 'runs').option('--json', 'print JSON').action(list),
    'runs list --runs runs --json')
  withExample(
    runs.command('show <run>').description('a run: its state, settings, last results').option('--json', 'print JSON').action(show),
    'runs show runs/demo --json')
  withExample(
    runs.command('verify <run>').description('check checksums, and that events and checkpoints agree').option('--json', 'print JSON').action(verify),
    'runs verify runs/demo')
  withExample(
    runs.command('delete <run>').description('move a run folder to trash/ beside its runs folder').action(remove),
    'runs delete runs/demo')
  addRunsDiffCommand(runs)
  addRunsAnalysisCommands(runs)
}

function list({ runs, json }: Options): void {
  if (!existsSync(runs)) throw new WorkbenchError(`There is no folder ${resolve(runs)}; give the folder with the runs: --runs DIR.`)
  const library = new RunLibrary(resolve(runs))
  library.poll()
  const summaries = library.summaries()
  printResult(json, summaries, () =>
    table(['run', 'state', 'preset', 'iteration', 'of', 'from', 'remark'], summaries.map((run) => [run.id, run.state, run.preset, run.iteration, run.iterations, parentText(run.parent), run.problem ?? run.reason])))
}

function parentText(parent: RunParent | null): string {
  return parent === null ? '' : `${parent.run}${parent.iteration === null ? '' : `@${parent.iteration}`}`
}

function libraryOf(run: string): { library: RunLibrary; id: string; folder: string } {
  const folder = resolve(run)
  if (!existsSync(folder)) throw new WorkbenchError(`There is no run folder ${folder}.`)
  const library = new RunLibrary(dirname(folder))
  library.poll()
  return { library, id: basename(folder), folder }
}

function show(run: string, { json }: Options): void {
  const { library, id, folder } = libraryOf(run)
  const summary = library.summaryOf(id)
  if (summary.problem !== null) throw new WorkbenchError(`${folder}: ${summary.problem}`)
  const { config, events } = library.history(id, Number.MAX_SAFE_INTEGER)
  const results = lastResults(events)
  const times = events.reduce((totals, event) => (event.kind === 'phases' ? addPhases(totals, event) : totals), NO_PHASES)
  printResult(json, { ...summary, config, results, times, stepBusy: stepBusyShare(times) ?? null }, () => [
    `${summary.name}: ${summary.state}, iteration ${summary.iteration} of ${summary.iterations}${summary.device === '' ? '' : ` on ${summary.device}`}`,
    ...(summary.reason === '' ? [] : [summary.reason]),
    `preset ${config.preset}, seed ${config.seed}, data ${config.data}`,
    ...(results.length === 0 ? ['no validation yet'] : [resultTable(results)]),
    ...timeLines(times)
  ].join('\n'))
}

/** Where the time went: the run's shares, then each task's milliseconds a step. */
function timeLines(times: PhaseTotals): string[] {
  if (times.wall === 0) return []
  const shares = timeShares(times).filter(({ milliseconds }) => milliseconds > 0).map(({ name, milliseconds, share }) => `${name} ${(milliseconds / 1000).toFixed(1)} s (${percent(share)})`)
  const busy = stepBusyShare(times)
  const each = (total: number | undefined, steps: number): string => ((total ?? 0) / Math.max(1, steps)).toFixed(2)
  const rows = Object.entries(times.tasks).map(([task, { steps = 0, data, upload, run, read, score, events, validation = 0 }]) =>
    [task, steps, each(data, steps), each(upload, steps), each(run, steps), each(read, steps), each(score, steps), each(events, steps), (validation / 1000).toFixed(1)])
  return [
    '', `where the time went: ${shares.join(', ')}`,
    ...(busy === undefined ? [] : [`the step is busy ${percent(busy)} of the training time (checks and checkpoints apart)`]),
    table(['task', 'steps', 'data ms', 'upload', 'run', 'read', 'score', 'events', 'checks s'], rows)
  ]
}

/** The last validation of each task and split. */
export function lastResults(events: readonly RunEvent[]): ValidationEvent[] {
  const last = new Map<string, ValidationEvent>()
  for (const event of events) if (event.kind === 'validation') last.set(`${event.task}/${event.split}`, event)
  return [...last.values()]
}

export function resultTable(results: readonly ValidationEvent[]): string {
  return table(['task', 'split', 'score', 'constant', 'text only', 'loss', 'examples', 'iteration'], results.map((event) => [
    event.task, event.split, percent(event.metrics['score'] ?? Number.NaN), percent(event.constantGuess), percent(event.textOnlyGuess),
    (event.metrics['loss'] ?? Number.NaN).toFixed(4), event.examples, event.iteration
  ]))
}

function verify(run: string, { json }: Options): void {
  const { folder } = libraryOf(run)
  const report = verifyRun(folder)
  printResult(json, report, () => [
    `${report.events} events, ${report.checkpoints.length} checkpoint${report.checkpoints.length === 1 ? '' : 's'} (${report.checkpoints.join(', ')})`,
    ...(report.problems.length === 0 ? ['nothing is wrong'] : report.problems)
  ].join('\n'))
  if (report.problems.length > 0) process.exitCode = 1
}

function remove(run: string): void {
  const { library, id, folder } = libraryOf(run)
  if (!existsSync(join(folder, RUN_FILES.config))) throw new WorkbenchError(`${folder} is no run folder: it has no ${RUN_FILES.config}.`)
  const { state, memoryBytes } = library.summaryOf(id)
  if (memoryBytes > 0) throw new WorkbenchError(`Run ${folder} is ${state} and has a live process; stop it first.`)
  const trash = join(dirname(dirname(folder)), 'trash')
  const target = join(trash, id)
  if (existsSync(target)) throw new WorkbenchError(`The trash already has a run '${id}' (${target}); remove that one first.`)
  mkdirSync(trash, { recursive: true })
  renameSync(folder, target)
  process.stdout.write(`moved to ${target}\n`)
}
