// `evaluate`: a trained model on a split of a task, with predictions in the data set's own submission format.
// Read next: engine/training/evaluate-run.ts.

import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { WorkbenchError } from '../contract/check'
import type { RunConfig } from '../contract/run-config'
import { taskByName } from '../contract/task-catalog'
import { wholeNumber } from './data-command'
import { withExample } from './example'
import { configOf } from './new-run'
import { interruptible, progressOn } from './interruptible'
import { percent, printResult, table } from './terminal'

interface Options {
  readonly run?: string
  readonly checkpoint?: string
  readonly task: string
  readonly split: 'train' | 'val' | 'test'
  readonly limit: number
  readonly predictions?: string
  readonly preset?: string
  readonly set?: readonly string[]
  readonly json?: boolean
}

export function addEvaluateCommand(program: Command): void {
  const command = program.command('evaluate').description('a trained model on a split: metrics, and predictions in the data set’s own submission format')
    .option('--run <dir>', 'run folder: its last checkpoint')
    .option('--checkpoint <path>', 'checkpoint folder, or .safetensors file (then with --preset)')
    .requiredOption('--task <id>', 'the task')
    .addOption(new Option('--split <name>', 'the split').choices(['train', 'val', 'test']).default('val'))
    .option('--limit <n>', 'at most so many examples, 0 for all; retrieval ranks among the pictures of these', wholeNumber, 0)
    .option('--predictions <file>', 'write one prediction an example')
    .option('--preset <name>', 'configuration of a bare weights file')
    .option('--set <key=value...>', 'change settings, for example data=DIR')
    .option('--json', 'print one JSON object')
    .action(evaluate)
  withExample(command, 'evaluate --run runs/demo --task vqa --split val --json', 'evaluate --run runs/demo --task vqa --split test --predictions vqa.json')
}

async function evaluate(options: Options): Promise<void> {
  const { run, checkpoint, json } = options
  if ((run === undefined) === (checkpoint === undefined)) throw new WorkbenchError('Give the model with either --run or --checkpoint.')
  const { id: task } = taskByName(options.task)
  const { evaluateRun } = await import('../engine/training/evaluate-run')
  const { report, predictions } = await interruptible((signal, line) => evaluateRun({
    from: run ?? checkpoint ?? '', task, split: options.split, limit: options.limit, settings: options.set ?? [],
    fallback: (): RunConfig => configOf(options, 'train'), signal, onProgress: progressOn(line)
  }))
  if (options.predictions !== undefined) writeFileSync(options.predictions, predictions)
  printResult(json, report, () => [
    `${report.task} ${report.split}: ${report.examples} examples in ${report.seconds.toFixed(1)} s`,
    table(['metric', 'value'], Object.entries(report.metrics).map(([name, value]) => [name, shownMetric(name, value)])),
    ...report.notes
  ].join('\n'))
}

/** Fractions as percent; losses, ranks, distances and counts as they are. */
function shownMetric(name: string, value: number): string {
  if (Number.isInteger(value) && value > 1) return String(value)
  return value > 1 || ['loss', 'distribution', 'mean rank', 'median rank'].includes(name) ? value.toFixed(4) : percent(value)
}
