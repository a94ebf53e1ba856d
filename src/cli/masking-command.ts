// `data masking`: what masked pre-training hides of pairs of picture and caption, and what it asks for. The window's masking
// inspector runs it too. Read next: engine/pretraining/masking-samples.ts.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { MaskedWord, MaskingPage, MaskingSample } from '../contract/masking-sample'
import { WorkbenchError } from '../contract/check'
import { type RunConfig, parseSettings, resolveConfig } from '../contract/run-config'
import { presetConfig } from '../contract/run-presets'
import { withExample } from './example'
import { printResult } from './terminal'

interface MaskingOptions {
  readonly run?: string
  readonly root?: string
  readonly preset: string
  readonly set?: readonly string[]
  readonly split: 'train' | 'val'
  readonly seed?: number
  readonly objective?: '0' | '1' | '2'
  readonly from: number
  readonly count: number
  readonly json?: boolean
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || text.trim() === '') throw new InvalidArgumentError('It must be a whole number from 0.')
  return value
}

export function addMaskingCommand(data: Command): void {
  const command = data.command('masking').description('what pre-training hides of pairs of picture and caption, by the paper’s rule and the released one')
    .option('--run <dir>', 'a pre-training run: its data and settings')
    .option('--root <dir>', 'or a data folder with captions')
    .option('--preset <name>', 'settings to use with --root', 'mini-pretrain')
    .option('--set <key=value...>', 'other settings')
    .addOption(new Option('--split <name>', 'which pairs').choices(['train', 'val']).default('val'))
    .option('--seed <n>', 'another seed masks otherwise; the run’s own by default', wholeNumber)
    .addOption(new Option('--objective <n>', 'the run’s own by default').choices(['0', '1', '2']))
    .option('--from <n>', 'first pair', wholeNumber, 0)
    .option('--count <n>', 'how many pairs', wholeNumber, 3)
    .option('--json', 'print one JSON object')
    .action(async (options: MaskingOptions) => {
      const [{ openPretrainingData }, { maskingSamples }] = await Promise.all([import('../engine/pretraining/pretraining-data'), import('../engine/pretraining/masking-samples')])
      const config = await configOf(options)
      const { split, from, count } = options
      const objective = options.objective === undefined ? config.objective : options.objective === '0' ? 0 : options.objective === '1' ? 1 : 2
      const page = maskingSamples(openPretrainingData({ root: config.data, config }), { split, from, count, objective, seed: options.seed ?? config.seed })
      printResult(options.json, page, () => textOf(page))
    })
  withExample(command, 'data masking --root data/mini-world --split val --count 2')
}

async function configOf({ run, root, preset, set }: MaskingOptions): Promise<RunConfig> {
  if ((run === undefined) === (root === undefined)) throw new WorkbenchError('Give --run with a pre-training run, or --root with a data folder.')
  const base = run === undefined ? { ...presetConfig(preset), data: root ?? '' } : (await import('../engine/training/run-folder')).readRunConfig(run)
  return resolveConfig(base, parseSettings(set ?? []))
}

/** Hidden words in brackets with what stands in their place; regions counted by what becomes of them. */
function textOf({ samples, total, split, seed, objective }: MaskingPage): string {
  const head = `${split}, seed ${seed}, objective ${objective}: ${samples.length} of ${total} pairs`
  return [head, ...samples.map(sampleText)].join('\n\n')
}

function sampleText({ id, index, mismatched, words, regions, counted }: MaskingSample): string {
  const count = (rule: 'paper' | 'code'): string => (['asked', 'kept', 'hidden', 'marked'] as const)
    .map((state) => `${regions.filter((region) => region[rule] === state).length} ${state}`).join(', ')
  return [
    `${index}  ${id}  ${mismatched ? 'mismatched: the caption of another picture' : 'matched'}`,
    words.map(wordText).join(' '),
    `regions, paper: ${count('paper')} of ${regions.length}; released: ${count('code')}`,
    `counts: ${counted.words} words, ${counted.regions} regions, ${counted.alignment ? 'the pair' : 'not the pair'}`
  ].join('\n')
}

function wordText({ piece, shown, state }: MaskedWord): string {
  return state === 'seen' ? piece : state === 'kept' ? `{${piece}}` : `{${piece} → ${shown}}`
}
