// `data features inspect|convert`: region features as others publish them, for runs. Read next:
// engine/data/features/convert-features.ts.

import type { Command } from 'commander'
import type { FeaturesReport } from '../engine/data/features/convert-features'
import { withExample } from './example'
import { printResult, progressLine, table } from './terminal'

interface Options {
  readonly from: string
  readonly to?: string
  readonly json?: boolean
}

export function addFeaturesCommands(data: Command): void {
  const features = data.command('features').description('region features: bottom-up-attention and LXMERT TSV, .npy → the region store of a data folder')
  const inspect = features.command('inspect').description('format, pictures, regions and sizes of a file or folder')
    .requiredOption('--from <path>', '.tsv file, folder of .npy files, or a region store')
    .option('--json', 'print one JSON object')
    .action(inspectCommand)
  withExample(inspect, 'data features inspect --from trainval_36.tsv')
  const convert = features.command('convert').description('write a region store; a run reads features/<pool>.safetensors of its data folder')
    .requiredOption('--from <path>', '.tsv file, folder of .npy files, or a region store')
    .requiredOption('--to <file>', 'for example data/published/features/coco.safetensors; pools: coco, vg, flickr30k, nlvr2, cc')
    .option('--json', 'print one JSON object')
    .action(convertCommand)
  withExample(convert, 'data features convert --from trainval_36.tsv --to data/published/features/coco.safetensors')
}

async function inspectCommand({ from, json }: Options): Promise<void> {
  const { inspectFeatures } = await import('../engine/data/features/convert-features')
  print(json, inspectFeatures(from))
}

async function convertCommand({ from, to = '', json }: Options): Promise<void> {
  const { convertFeatures } = await import('../engine/data/features/convert-features')
  const line = progressLine()
  const report = convertFeatures(from, to, ({ what, done, total }) => line.show(`${what} ${done} of ${total}`))
  line.end()
  print(json, report, to)
}

function print(json: boolean | undefined, report: FeaturesReport, to?: string): void {
  printResult(json, to === undefined ? report : { ...report, to }, () => [
    table(['format', report.format], [
      ['pictures', String(report.pictures)], ['regions a picture', `${report.regions.least} to ${report.regions.most}, mean ${report.regions.mean.toFixed(1)}`],
      ['numbers a region', String(report.featureSize)], ['class probabilities', report.classes === 0 ? 'none' : String(report.classes)], ['first ids', report.ids.join(', ')]
    ]),
    ...report.problems, ...(to === undefined ? [] : [`Written to ${to}.`])
  ].join('\n'))
}
