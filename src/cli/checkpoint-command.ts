// `checkpoint inspect|import|export`: what a file of weights holds, weights of others into this program, and its own out of it.
// Read next: engine/checkpoint/import-weights.ts, engine/training/export-weights.ts, docs/checkpoints.md.

import type { Command } from 'commander'
import { WorkbenchError } from '../contract/check'
import { countParts, totalOf } from '../contract/model-parts'
import { expectedDimensions } from '../contract/model-sizes'
import { presetConfig } from '../contract/run-presets'
import type { Shapes, TargetModel } from '../engine/checkpoint/target-model'
import { withExample } from './example'
import { printResult, table } from './terminal'

interface InspectOptions {
  readonly from?: string
  readonly preset?: string
  readonly checksums?: boolean
  readonly json?: boolean
}

interface ImportOptions {
  readonly from: string
  readonly to: string
  readonly preset?: string
  readonly config?: string
  readonly run?: string
  readonly bert?: boolean
  readonly json?: boolean
}

interface ExportOptions {
  readonly from: string
  readonly to: string
  readonly trunk?: boolean
  readonly json?: boolean
}

const SOURCES = 'run folder, checkpoint folder, or file of weights (safetensors, torch.save)'

export function addCheckpointCommands(program: Command): void {
  const checkpoint = program.command('checkpoint').description('look into checkpoints, bring weights of others in and one’s own out')
  withExample(checkpoint, 'checkpoint inspect --from runs/demo', 'checkpoint import --from multi_task_model.bin --to weights/released.safetensors --preset paper', 'checkpoint export --from runs/demo --to demo.pt')

  withExample(
    checkpoint.command('inspect').description('arrays with types and shapes, parameters by part of the model, checksums')
      .option('--from <path>', SOURCES).option('--preset <id>', 'count the parameters of a preset’s model instead, without making it')
      .option('--checksums', 'a checksum of each array’s numbers too').option('--json', 'print JSON').action(inspect),
    'checkpoint inspect --from runs/demo/checkpoints/step-600 --json', 'checkpoint inspect --preset paper')

  withExample(
    checkpoint.command('import').description('match the weights of a file with a model and write what fits, for --set start=FILE')
      .requiredOption('--from <file>', 'state_dict of torch.save (zip or legacy) or safetensors').requiredOption('--to <path>', 'the .safetensors file to write, or a folder')
      .option('--preset <id>', 'match with the model of a preset').option('--config <file>', 'match with the reference’s config.json').option('--run <dir>', 'match with the model of a run')
      .option('--bert', 'a BERT: take its embeddings, layers and word head for the text stream').option('--json', 'print JSON').action(importFile),
    'checkpoint import --from multi_task_model.bin --to weights/released.safetensors --preset paper', 'checkpoint import --bert --from bert-base-uncased.bin --to weights/bert.safetensors --preset paper')

  withExample(
    checkpoint.command('export').description('write all weights as one file under the reference’s names: safetensors, or what torch.load reads')
      .requiredOption('--from <path>', SOURCES).requiredOption('--to <file>', 'the file to write: .safetensors, .pt, .bin or .pth')
      .option('--trunk', 'only the trunk, as float16 safetensors: what start=pretrained loads').option('--json', 'print JSON').action(exportFile),
    'checkpoint export --from runs/demo --to demo.safetensors', 'checkpoint export --from runs/demo --to demo.pt')
}

async function inspect({ from, preset, checksums, json }: InspectOptions): Promise<void> {
  if ((from === undefined) === (preset === undefined)) throw new WorkbenchError('Give --from PATH for a file, or --preset ID to count a preset’s model.')
  const { inspectText, inspectWeights, partsTable } = await import('../engine/checkpoint/inspect-weights')
  if (from === undefined) {
    const { dimensions, exact } = expectedDimensions(presetConfig(preset ?? ''))
    const parts = countParts(dimensions)
    const note = exact ? '' : '\nThe answer heads depend on the data; counted is the mini-world with seed 1.'
    printResult(json, { preset, parameters: totalOf(parts), trunk: totalOf(parts, 'trunk'), exact, parts }, () => `${partsTable(parts, table)}${note}`)
    return
  }
  const [{ weightsFile }, { checkOf }] = await Promise.all([import('../engine/training/start-weights'), import('../engine/checkpoint/file-sum')])
  const file = weightsFile(from)
  const report = inspectWeights(file, checkOf(file).sha256, checksums)
  printResult(json, report, () => inspectText(report, table))
}

async function importFile({ from, to, bert = false, json, ...model }: ImportOptions): Promise<void> {
  const { importText, importWeights } = await import('../engine/checkpoint/import-weights')
  const report = importWeights({ from, to, bert, target: await targetOf(model) })
  printResult(json, report, () => importText(report))
}

/** The model that the options name; undefined where they name none. */
async function targetOf({ preset, config, run }: Pick<ImportOptions, 'preset' | 'config' | 'run'>): Promise<((file: Shapes) => TargetModel) | undefined> {
  const { configTarget, presetTarget } = await import('../engine/checkpoint/target-model')
  const given = [preset, config, run].filter((option) => option !== undefined)
  if (given.length > 1) throw new WorkbenchError('Give one of --preset, --config and --run: they name the model to match with.')
  if (preset !== undefined) return (file) => presetTarget(presetConfig(preset).model, file)
  if (config !== undefined) return (file) => configTarget(config, file)
  if (run === undefined) return undefined
  const [{ weightsFile }, { withWeights }] = await Promise.all([import('../engine/training/start-weights'), import('../engine/checkpoint/weights-file')])
  const path = weightsFile(run)
  return () => withWeights(path, ({ arrays }) => ({ from: `run ${run}`, shapes: new Map(arrays.map(({ name, shape }) => [name, shape])) }))
}

async function exportFile({ from, to, trunk, json }: ExportOptions): Promise<void> {
  const { exportTrunk, exportWeights } = await import('../engine/training/export-weights')
  if (trunk) {
    process.stdout.write(`${exportTrunk(from, to)}\n`)
    return
  }
  const report = exportWeights(from, to)
  printResult(json, report, () => `${report.to}: ${report.format}, ${report.arrays} arrays, ${report.numbers.toLocaleString('en-US')} numbers`)
}
