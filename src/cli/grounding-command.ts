// `grounding`: grounding consistency of a trained model, or of one model a task. Read next:
// engine/grounding/measure-grounding.ts.

import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import type { RunConfig } from '../contract/run-config'
import { type TaskId, taskByName } from '../contract/task-catalog'
import { withExample } from './example'
import { interruptible, progressOn } from './interruptible'
import { configOf } from './new-run'
import { percent, printResult, table } from './terminal'

interface Options {
  readonly run?: readonly string[]
  readonly model?: readonly string[]
  readonly preset?: string
  readonly set?: readonly string[]
  readonly json?: boolean
}

export function addGroundingCommand(program: Command): void {
  const command = program.command('grounding').description('does a model that answers a question also find what it is about: VQA questions and RefCOCO, RefCOCO+ expressions on the same pictures')
    .option('--run <dir...>', 'run folders or checkpoints; each task is asked of the first that trained it')
    .option('--model <task=path...>', 'the model of one task: vqa=DIR, refcoco=DIR, refcoco+=DIR')
    .option('--preset <name>', 'configuration of a bare weights file')
    .option('--set <key=value...>', 'change settings, for example data=DIR')
    .option('--json', 'print one JSON object')
    .action(grounding)
  withExample(command, 'grounding --run runs/demo --json', 'grounding --model vqa=runs/vqa-alone refcoco=runs/refcoco-alone refcoco+=runs/refcoco-plus-alone')
}

function modelOf(text: string): [TaskId, string] {
  const cut = text.indexOf('=')
  if (cut <= 0 || cut === text.length - 1) throw new WorkbenchError(`--model is '${text}'; write TASK=PATH, for example vqa=runs/vqa-alone.`)
  return [taskByName(text.slice(0, cut)).id, text.slice(cut + 1)]
}

async function grounding(options: Options): Promise<void> {
  const { measureGrounding } = await import('../engine/grounding/measure-grounding')
  const { run = [], model = [], ...choice } = options
  if (run.length + model.length === 0) throw new WorkbenchError('Give the models with --run DIR or --model TASK=PATH.')
  const report = await interruptible((signal, line) => measureGrounding({
    from: run, models: new Map(model.map(modelOf)), settings: options.set ?? [], fallback: (): RunConfig => configOf(choice, 'train'), signal, onProgress: progressOn(line)
  }))
  const share = (value: number | null): string => (value === null ? '(no pair shares a word)' : percent(value))
  printResult(options.json, report, () => [
    table(['grounding consistency', share(report.consistency)], [
      ['if both were independent', share(report.ifIndependent)], ['questions right', share(report.questionsRight)], ['expressions right', share(report.expressionsRight)],
      ['pictures', String(report.pictures)], ['questions, expressions', `${report.questions}, ${report.expressions}`],
      ['pairs, of these with shared words', `${report.pairs}, ${report.sharingPairs}`], ['weight (shared words)', String(report.weight)]
    ]),
    ...report.notes
  ].join('\n'))
}
