// `train` and `pretrain`: one run in this process. Ctrl-C once pauses, writes a checkpoint and ends; twice stops.
// Read next: new-run.ts, engine/training/train-run.ts.

import { relative } from 'node:path'
import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import type { RunConfig } from '../contract/run-config'
import type { RunEvent } from '../contract/run-events'
import { eventLine } from '../contract/run-format'
import type { RunControl } from '../engine/training/run-control'
import { withExample } from './example'
import { type RunChoice, chooseRun } from './new-run'
import { lastResults, resultTable } from './runs-command'
import { percent, progressLine, say } from './terminal'
import { version } from '../../package.json'

interface Options extends RunChoice {
  readonly json?: boolean
  readonly export?: string
}

export function addTrainCommands(program: Command): void {
  const train = program.command('train').description('train the tasks: one run')
  withExample(runOptions(train, 'mini'), 'train --preset tiny --run runs/first --set iterations=40 --set tasks=vqa,refcoco', 'train --run runs/first --resume', 'train --fork runs/first@40 --run runs/slower --set learningRate=1e-4')
  train.action((options: Options) => trainHere(options, 'train'))

  const pretrain = program.command('pretrain').description('masked multi-modal pre-training on captions: one run')
    .option('--export <file>', 'at the end write the trunk as float16 safetensors')
  withExample(runOptions(pretrain, 'mini-pretrain'), 'pretrain --preset mini-pretrain --run runs/trunk --export trunk.safetensors')
  pretrain.action((options: Options) => trainHere(options, 'pretrain'))
}

function runOptions(command: Command, preset: string): Command {
  return command
    .option('--preset <name>', `named configuration; without it ${preset}`)
    .option('--config <file>', 'JSON file with settings, over the preset')
    .option('--run <dir>', 'run folder (default: runs/<name>)')
    .option('--set <key=value...>', 'change settings; see: presets show')
    .option('--resume', 'go on with the run from its last checkpoint')
    .option('--fork <run[@step]>', 'a new run with the settings and weights of another one’s checkpoint; --set changes what is to differ')
    .option('--json', 'print the events of events.jsonl as they happen')
}

async function trainHere(options: Options, kind: RunConfig['kind']): Promise<void> {
  const folder = chooseRun(options, kind)
  const { trainRun } = await import('../engine/training/train-run')
  const events: RunEvent[] = []
  const watch = options.json ? printEvent : showProgress()
  const { onControl, release } = obeyInterrupts(folder, kind)
  const { end, fault } = await trainRun({
    folder, appVersion: version, onControl,
    onEvent(event) {
      if (event.kind !== 'step') events.push(event)
      watch(event)
    }
  })
  release()
  if (end === 'failed') throw failureOf(events, fault)
  if (!options.json) process.stdout.write(summary(folder, end, events))
  if (end === 'done' && options.export !== undefined) {
    const { exportTrunk } = await import('../engine/training/export-weights')
    process.stdout.write(`${exportTrunk(folder, options.export)}\n`)
  }
}

function printEvent(event: RunEvent): void {
  process.stdout.write(eventLine(event))
}

/** First Ctrl-C, and SIGTERM however often: pause, save and end; second Ctrl-C: stop. */
function obeyInterrupts(folder: string, kind: RunConfig['kind']): { onControl(control: RunControl): void; release(): void } {
  let presses = 0
  let control: RunControl | undefined
  const press = (): void => {
    presses += 1
    control?.request(presses === 1 ? 'leave' : 'stop')
    if (presses === 1) say(`Pausing and saving. Go on with: twelve-in-one ${kind} --run ${relative('.', folder) || '.'} --resume   (Ctrl-C again stops)`)
    if (presses > 2) process.exit(1)
  }
  // A cluster sends it more than once; it never means more than: save and end.
  const leave = (): void => {
    presses = Math.max(presses, 1)
    control?.request('leave')
  }
  process.on('SIGINT', press)
  process.on('SIGTERM', leave)
  return {
    onControl(given) {
      control = given
      if (presses > 0) given.request('leave')
    },
    release() {
      process.off('SIGINT', press)
      process.off('SIGTERM', leave)
    }
  }
}

function failureOf(events: readonly RunEvent[], fault: WorkbenchError['fault'] = 'work'): WorkbenchError {
  const failure = [...events].reverse().find((event) => event.kind === 'failure')
  const message = failure?.kind === 'failure' ? `${failure.message} ${failure.remedy}` : 'The run failed.'
  return new WorkbenchError(message, fault)
}

/** One line that changes, for a person at a terminal. */
function showProgress(): (event: RunEvent) => void {
  const line = progressLine()
  let iterations = 0
  return (event) => {
    if (event.kind === 'state' && event.iterations !== undefined) iterations = event.iterations
    if (event.kind === 'progress') line.show(`${event.what} ${event.done} of ${event.total}`)
    if (event.kind === 'step') line.show(`iteration ${event.iteration} of ${iterations}  ${event.task}  loss ${event.loss.toFixed(4)}  score ${percent(event.score)}  ${event.milliseconds.toFixed(0)} ms`)
    if (event.kind === 'validation') say(`iteration ${event.iteration}  ${event.task} ${event.split}: ${percent(event.metrics['score'] ?? 0)} (constant ${percent(event.constantGuess)}, text only ${percent(event.textOnlyGuess)})`)
    if (event.kind === 'stopAndGo' && event.changed) say(`iteration ${event.iteration}  ${event.task}: ${event.state}, ${event.reason}`)
    if (event.kind === 'note') say(event.text)
    if (event.kind === 'state') say(`${event.state}${event.reason ? `: ${event.reason}` : ''}${event.device ? ` (${event.device})` : ''}`)
    if (event.kind === 'state' || event.kind === 'failure') line.end()
  }
}

function summary(folder: string, end: string, events: readonly RunEvent[]): string {
  const results = lastResults(events)
  const state = end === 'paused' ? 'paused; go on with --resume' : end
  return `${folder}: ${state}\n${results.length > 0 ? `${resultTable(results)}\n` : ''}`
}
