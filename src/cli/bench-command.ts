// `bench`: the benchmarks of docs/benchmarks.md. This process only arranges; each side is measured in a process of its own,
// which is this program again with --side. Read next: engine/bench/registry.ts.

import { cpus, totalmem } from 'node:os'
import { Command, Option } from 'commander'
import { version } from '../../package.json'
import { WorkbenchError } from '../contract/check'
import type { Benchmark } from '../engine/bench/benchmark'
import { startChild } from '../engine/bench/child'
import { BENCHMARKS, benchmarkByName, chosenBenchmarks, chosenSizes } from '../engine/bench/registry'
import { figureRows } from '../engine/bench/figure-rows'
import { serveSide } from '../engine/bench/side'
import { startTorch } from '../engine/bench/torch-child'
import { EventTail } from '../host/event-tail'
import { emptyFold, foldEvent } from '../host/run-fold'
import { wholeNumber } from './data-command'
import { withExample } from './example'
import { configOf } from './new-run'
import { printResult, say, table } from './terminal'

interface Options {
  readonly sizes: string
  readonly rounds?: number
  readonly preset?: string
  readonly set?: readonly string[]
  readonly json?: boolean
  readonly side?: string
}

export function addBenchCommand(program: Command): void {
  const command = program.command('bench [names...]')
    .description('the benchmarks of the documentation, in turns with PyTorch where Python has it (TWELVE_IN_ONE_PYTHON names another interpreter)')
    .option('--sizes <list>', 'models of trainStep, engineStart and checkpoint', 'small,medium,full')
    .option('--rounds <n>', 'turns of each side (each benchmark has its own default)', wholeNumber)
    .option('--preset <name>', 'preset of the benchmarks on real tasks', 'mini')
    .option('--set <key=value...>', 'change its settings, for example data=DIR')
    .option('--json', 'print one JSON object')
    .addOption(new Option('--side <name>', 'answer as one side of a benchmark').hideHelp())
    .addHelpText('after', `\nBenchmarks:\n${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(18)}${about}`).join('\n')}`)
    .action(bench)
  withExample(command, 'bench trainStep --sizes small,full', 'bench twelveTasks dataPipeline --set data=data/mini-world --json')
}

async function bench(names: readonly string[], options: Options): Promise<void> {
  if (options.side !== undefined) return serveSide(benchmarkByName(options.side).side(), process.stdin, process.stdout)
  const { rounds } = options
  if (rounds === 0) throw new WorkbenchError('Option --rounds has 0; allowed: a whole number from 1.')
  const chosen = chosenBenchmarks(names)
  const sizes = chosenSizes(options.sizes)
  const config = configOf({ ...(options.preset === undefined ? {} : { preset: options.preset }), ...(options.set === undefined ? {} : { set: options.set }) }, 'train')
  const notes = new Set<string>()
  const result: Record<string, unknown> = {}
  for (const benchmark of chosen) {
    result[benchmark.name] = await benchmark.run({
      sizes, rounds, config, foldEvents, say,
      ours: async (name) => startChild(process.execPath, [process.argv[1] ?? '', 'bench', '--side', name], `Our side of ${name}`),
      async torch() {
        const { child, why } = await startTorch()
        if (why !== '') notes.add(why)
        return child
      }
    })
  }
  printResult(options.json, { ...result, machine: machine(), notes: [...notes] }, () => textOf(chosen, result, [...notes]))
}

/** The window's reading of a run: every event parsed and folded. */
function foldEvents(file: string): number {
  const fold = emptyFold()
  const { events } = new EventTail(file).read()
  for (const event of events) foldEvent(fold, event)
  return events.length
}

function machine(): object {
  return { app: version, node: process.versions.node, processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem() }
}

function textOf(chosen: readonly Benchmark[], result: Readonly<Record<string, unknown>>, notes: readonly string[]): string {
  const parts = chosen.map(({ name, about }) => `${name}: ${about}\n${table(['what', 'figure'], figureRows(result[name]))}`)
  return [...parts, ...notes].join('\n\n')
}
