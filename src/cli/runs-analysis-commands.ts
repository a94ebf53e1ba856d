// `runs tree|conflicts|tokens`: what started from what, how the tasks' gradients go together, how alike the task tokens are.
// Read next: contract/run-parent.ts, contract/gradient-conflict.ts, contract/task-tokens.ts.

import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import { conflictOverTime, conflictsOf, meanConflict, sameGroup } from '../contract/gradient-conflict'
import type { GradientConflictEvent } from '../contract/run-events'
import { runTree } from '../contract/run-parent'
import { type TaskId, taskById } from '../contract/task-catalog'
import { RunLibrary } from '../host/run-library'
import { taskTokenMap } from '../host/task-token-table'
import { withExample } from './example'
import { printResult, table } from './terminal'

export function addRunsAnalysisCommands(runs: Command): void {
  withExample(
    runs.command('tree').description('runs below the runs they started from').option('--runs <dir>', 'folder with the runs', 'runs').option('--json', 'print JSON').action(tree),
    'runs tree --runs runs')
  withExample(
    runs.command('conflicts <run>').description('cosines between the tasks’ gradients of the trunk, over the run (gradientConflictEvery=N)').option('--json', 'print JSON').action(conflicts),
    'train --preset mini --run runs/joint --set gradientConflictEvery=40', 'runs conflicts runs/joint')
  withExample(
    runs.command('tokens <run>').description('cosines between the learned task tokens').option('--step <n>', 'checkpoint of this iteration; the last one unless told').option('--json', 'print JSON').action(tokens),
    'runs tokens runs/demo --json')
}

function tree({ runs, json }: { readonly runs: string; readonly json?: boolean }): void {
  if (!existsSync(runs)) throw new WorkbenchError(`There is no folder ${resolve(runs)}; give the folder with the runs: --runs DIR.`)
  const library = new RunLibrary(resolve(runs))
  library.poll()
  const rows = runTree(library.summaries())
  printResult(json, rows.map(({ run, depth }) => ({ id: run.id, depth, parent: run.parent, changed: run.changed, state: run.state })), () =>
    rows.map(({ run, depth }) => `${'   '.repeat(depth)}${run.id}${run.parent ? `  from ${run.parent.run}${run.parent.iteration === null ? '' : ` at ${run.parent.iteration}`}` : ''}${run.changed.length === 0 ? '' : ` with ${run.changed.map(({ key, b }) => `${key}=${b}`).join(' ')}`}  ${run.state}`).join('\n'))
}

function conflicts(run: string, { json }: { readonly json?: boolean }): void {
  const measurements = conflictsOfRun(run)
  const overTime = measurements.map((measurement) => ({
    iteration: measurement.iteration,
    sameGroup: conflictOverTime([measurement], sameGroup)[0]?.[1] ?? null,
    otherGroups: conflictOverTime([measurement], (a, b) => !sameGroup(a, b))[0]?.[1] ?? null
  }))
  const mean = meanConflict(measurements)
  printResult(json, { measurements, mean, overTime }, () => conflictText(measurements, mean, overTime))
}

function conflictsOfRun(run: string): GradientConflictEvent[] {
  const folder = resolve(run)
  if (!existsSync(folder)) throw new WorkbenchError(`There is no run folder ${folder}.`)
  const library = new RunLibrary(dirname(folder))
  library.poll()
  const measurements = conflictsOf(library.history(basename(folder), 1).events)
  if (measurements.length === 0) throw new WorkbenchError(`Run ${folder} measured no gradient conflict. Train it with --set gradientConflictEvery=N (iterations); it needs at least two tasks.`)
  return measurements
}

function conflictText(measurements: readonly GradientConflictEvent[], { tasks, cosines }: ReturnType<typeof meanConflict>, overTime: readonly { readonly iteration: number; readonly sameGroup: number | null; readonly otherGroups: number | null }[]): string {
  const last = measurements[measurements.length - 1]
  return [
    `cosines of gradients on ${last?.parameters} shared parameters, mean of ${measurements.length} measurements; agreement: cosine between two halves of a task's own batches, the ceiling that noise sets`,
    matrixText(tasks, cosines), '',
    table(['task', 'agreement at the end'], tasks.map((task, i) => [task, number(last?.agreement[i] ?? null)])), '',
    table(['iteration', 'pairs of one group', 'pairs of two groups'], overTime.map((row) => [row.iteration, number(row.sameGroup), number(row.otherGroups)]))
  ].join('\n')
}

function tokens(run: string, { step, json }: { readonly step?: string; readonly json?: boolean }): void {
  if (step !== undefined && !/^\d+$/.test(step)) throw new WorkbenchError(`--step is '${step}'; allowed: the iteration of a checkpoint.`)
  const map = taskTokenMap(resolve(run), step === undefined ? undefined : Number(step))
  printResult(json, map, () => [
    `cosines of the task tokens at iteration ${map.iteration}${map.taskToken === 'head' ? '; one token a head' : ''}`,
    matrixText(map.tasks, map.cosines), '', table(['task', 'length'], map.tasks.map((task, i) => [task, map.norms[i] ?? 0]))
  ].join('\n'))
}

function matrixText(tasks: readonly TaskId[], cosines: readonly (readonly (number | null)[])[]): string {
  return table(['', ...tasks.map((task) => taskById(task).shortLabel)], tasks.map((task, i) => [task, ...tasks.map((_, j) => number(cosines[i]?.[j] ?? null))]))
}

function number(value: number | null): string {
  return value === null ? '' : value.toFixed(2)
}
