// `predict`: one prediction of a trained model. Read next: engine/training/predict-run.ts.

import type { Command } from 'commander'
import type { RunConfig } from '../contract/run-config'
import { taskByName } from '../contract/task-catalog'
import { withExample } from './example'
import { configOf } from './new-run'
import { percent, printResult, table } from './terminal'

interface Options {
  readonly run: string
  readonly task: string
  readonly image?: string
  readonly sample?: string
  readonly text?: string
  readonly preset?: string
  readonly set?: readonly string[]
  readonly json?: boolean
}

export function addPredictCommand(program: Command): void {
  const command = program.command('predict').description('one prediction: the best answers, classes, boxes or pictures for a text')
    .requiredOption('--run <dir>', 'run folder, checkpoint folder or weights file')
    .requiredOption('--task <id>', 'the task')
    .option('--image <id>', 'picture by its id in the data set; for nlvr2 two: LEFT,RIGHT; in retrieval the picture whose rank is told')
    .option('--sample <id>', 'an example of the data by its published id, in place of --image')
    .option('--text <words>', 'the question, expression, caption or statement; with --sample in place of its own')
    .option('--preset <name>', 'configuration of a bare weights file')
    .option('--set <key=value...>', 'change settings, for example data=DIR')
    .option('--json', 'print one JSON object')
    .action(predict)
  withExample(command, 'predict --run runs/demo --task vqa --image 1000017 --text "What color is the hat?"', 'predict --run runs/demo --task refcoco --sample 12')
}

async function predict(options: Options): Promise<void> {
  const { image, sample, text } = options
  const { id: task } = taskByName(options.task)
  const { predictRun, refuseUnclear } = await import('../engine/training/predict-run')
  const asked = { task, ...(image === undefined ? {} : { image }), ...(sample === undefined ? {} : { sample }), ...(text === undefined ? {} : { text }) }
  refuseUnclear(asked)
  const report = await predictRun({ ...asked, from: options.run, settings: options.set ?? [], fallback: (): RunConfig => configOf(options, 'train') })
  const ranked = report.among !== undefined
  printResult(options.json, report, () => [
    `${report.task}: ${report.text}`,
    table([ranked ? 'picture' : 'choice', ranked ? 'score' : 'probability', ...(report.choices.some(({ box }) => box) ? ['box'] : [])],
      report.choices.map(({ label, score, box }) => [label, ranked ? score.toFixed(3) : percent(score), ...(box ? [box.map(Math.round).join(', ')] : [])])),
    ...(report.expected === undefined ? [] : [`Expected: ${report.expected}${report.expectedBox ? ` (${report.expectedBox.map(Math.round).join(', ')})` : ''}; the first choice is ${report.right ? 'right' : 'wrong'}.`]),
    ...(report.rank === undefined ? [] : [`The picture itself is number ${report.rank} of ${report.among}.`]),
    ...report.notes
  ].join('\n'))
}
