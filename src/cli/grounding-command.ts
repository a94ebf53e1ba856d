// `grounding`: grounding consistency of a trained model, or of one model a task. Read next:
// engine/grounding/measure-grounding.ts.

import type { Command } from 'commander'
import type { RunConfig } from '../contract/run-config'
import { withExample } from './example'
import { interruptible, progressOn } from './interruptible'
import { configOf } from './new-run'
import { percent, printResult, table } from './terminal'

interface Options {
  readonly run: readonly string[]
  readonly preset?: string
  readonly set?: readonly string[]
  readonly json?: boolean
}

export function addGroundingCommand(program: Command): void {
  const command = program.command('grounding').description('does a model that answers a question also find what it is about: VQA questions and RefCOCO, RefCOCO+ expressions on the same pictures')
    .requiredOption('--run <dir...>', 'run folders or checkpoints; each task is asked of the first that trained it')
    .option('--preset <name>', 'configuration of a bare weights file')
    .option('--set <key=value...>', 'change settings, for example data=DIR')
    .option('--json', 'print one JSON object')
    .action(grounding)
  withExample(command, 'grounding --run runs/demo --json', 'grounding --run runs/vqa-alone runs/refcoco-alone runs/refcoco-plus-alone')
}

async function grounding(options: Options): Promise<void> {
  const { measureGrounding } = await import('../engine/grounding/measure-grounding')
  const { run, ...choice } = options
  const report = await interruptible((signal, line) => measureGrounding({
    from: run, settings: options.set ?? [], fallback: (): RunConfig => configOf(choice, 'train'), signal, onProgress: progressOn(line)
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
