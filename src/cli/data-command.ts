// `data make|inspect|overlap`: the mini-world, and data sets as published. Read next: engine/data/inspect.ts,
// engine/mini-world/make-world.ts.

import { Command, InvalidArgumentError, Option } from 'commander'
import { WorkbenchError, nearestNames } from '../contract/check'
import { DATASET_IDS, type DatasetId, isDatasetId } from '../contract/task-catalog'
import { withExample } from './example'
import { addFeaturesCommands } from './features-command'
import { addMaskingCommand } from './masking-command'
import { percent, printResult, progressLine, table } from './terminal'

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || text.trim() === '') throw new InvalidArgumentError('It must be a whole number from 0.')
  return value
}

export function addDataCommands(program: Command): void {
  const data = program.command('data').description('make the mini-world; look into data sets as published')
  withExample(data, 'data make --out data/mini-world --size mini', 'data inspect --dataset vqa --root data/mini-world --limit 3')
  addMake(data)
  addInspect(data)
  addOverlap(data)
  addFeaturesCommands(data)
  addMaskingCommand(data)
  addTrainDetector(data)
}

interface MakeOptions {
  readonly out: string
  readonly size: 'tiny' | 'mini' | 'full'
  readonly seed: number
  readonly parts: 'all' | 'twelve'
  readonly json?: boolean
}

function addMake(data: Command): void {
  const command = data.command('make').description('write the mini-world in the published formats')
    .requiredOption('--out <dir>', 'the folder to make')
    .addOption(new Option('--size <size>', 'how much of it').choices(['tiny', 'mini', 'full']).default('mini'))
    .option('--seed <n>', 'another seed is another world', wholeNumber, 1)
    .addOption(new Option('--parts <which>', 'twelve leaves out the captions for pre-training').choices(['all', 'twelve']).default('all'))
    .option('--json', 'print one JSON object')
    .action(async ({ out, size, seed, parts, json }: MakeOptions) => {
      const { makeWorld } = await import('../engine/mini-world/make-world')
      const line = progressLine()
      const report = await makeWorld({ out, size, seed, parts, onProgress: ({ what, done, total }) => line.show(`${what} ${done} of ${total}`) })
      line.end()
      const pictures = Object.values(report.pictures).reduce((sum, count) => sum + count, 0)
      printResult(json, report, () => `${report.out}: ${report.size} world of seed ${report.seed}, ${pictures} pictures, ${report.seconds.toFixed(1)} s`)
    })
  withExample(command, 'data make --out data/tiny-world --size tiny --seed 1')
}

interface InspectOptions {
  readonly dataset: string
  readonly root: string
  readonly split?: string
  readonly limit: number
  readonly json?: boolean
}

function datasetByName(name: string): DatasetId {
  if (isDatasetId(name)) return name
  throw new WorkbenchError(`Data set '${name}' is unknown; nearest: ${nearestNames(name, DATASET_IDS).join(', ')}. Known data sets: ${DATASET_IDS.join(', ')}.`)
}

function addInspect(data: Command): void {
  const command = data.command('inspect').description('read a data set as published: records, pictures, problems, examples')
    .requiredOption('--dataset <id>', DATASET_IDS.join(', '))
    .requiredOption('--root <dir>', 'folder of the data sets, or of this one')
    .option('--split <name>', 'train, val, test, or as published (dev, val2017, testA); without it all there are')
    .option('--limit <n>', 'how many examples to show', wholeNumber, 3)
    .option('--json', 'print one JSON object')
    .action(async ({ dataset: name, root, split, limit, json }: InspectOptions) => {
      const dataset = datasetByName(name)
      const { inspectDataset } = await import('../engine/data/inspect')
      const report = inspectDataset({ dataset, root, limit, ...(split === undefined ? {} : { split }) })
      printResult(json, report, () => JSON.stringify(report, null, 2))
    })
  withExample(command, 'data inspect --dataset refcoco --root data/mini-world --split val --limit 2 --json')
}

function addOverlap(data: Command): void {
  const command = data.command('overlap').description('how much of each test set is in the training data of the others, and what cleaning removes')
    .requiredOption('--root <dir>', 'folder of the data sets')
    .option('--json', 'print one JSON object')
    .action(async ({ root, json }: { root: string; json?: boolean }) => {
      const { overlapReport } = await import('../engine/data/overlap')
      const report = overlapReport(root)
      printResult(json, report, () => [
        table(['test set', ...report.datasets], Object.entries(report.share).map(([dataset, shares]) => [dataset, ...report.datasets.map((other) => percent(shares[other] ?? 0))])),
        table(['data set', 'training examples', 'removed', 'share'], report.cleaning.map((row) => [row.dataset, row.before, row.removed, percent(row.share)]))
      ].join('\n\n'))
    })
  withExample(command, 'data overlap --root data/mini-world')
}

function addTrainDetector(data: Command): void {
  const command = data.command('train-detector').description("train again the small network behind the region features that ships with the program (minutes)")
    .requiredOption('--out <file>', 'the safetensors file to write')
    .action(async ({ out }: { out: string }) => {
      const { makeDetector } = await import('../engine/mini-world/train-detector')
      const line = progressLine()
      makeDetector(out, undefined, (epoch, right) => line.show(`pass ${epoch + 1}: right in training: category, colour, facing ${right.map(percent).join(', ')}`))
      line.end()
    })
  withExample(command, 'data train-detector --out resources/mini-world/detector.safetensors')
}
