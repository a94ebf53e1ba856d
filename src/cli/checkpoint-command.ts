// `checkpoint inspect|export`: what a checkpoint holds, and its weights as one file. Read next: engine/training/export-weights.ts.

import type { Command } from 'commander'
import { withExample } from './example'
import { printResult, table } from './terminal'

export function addCheckpointCommands(program: Command): void {
  const checkpoint = program.command('checkpoint').description('look into checkpoints and write their weights to a file')
  withExample(checkpoint, 'checkpoint inspect --from runs/demo', 'checkpoint export --from runs/trunk --to trunk.safetensors --trunk')

  withExample(
    checkpoint.command('inspect').description('names, types and shapes of the arrays')
      .requiredOption('--from <path>', 'run folder, checkpoint folder or .safetensors file').option('--json', 'print JSON')
      .action(async ({ from, json }: { from: string; json?: boolean }) => {
        const [{ weightsFile }, { readSafetensorsHeader }] = await Promise.all([import('../engine/training/start-weights'), import('../engine/checkpoint/safetensors')])
        const file = weightsFile(from)
        const { entries, metadata } = readSafetensorsHeader(file)
        const arrays = [...entries].map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
        const numbers = arrays.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
        printResult(json, { file, arrays, numbers, metadata }, () =>
          `${table(['array', 'type', 'shape'], arrays.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(', ')}]`]))}\n${arrays.length} arrays, ${numbers} numbers in ${file}`)
      }),
    'checkpoint inspect --from runs/demo/checkpoints/step-600 --json')

  withExample(
    checkpoint.command('export').description('write the weights as one safetensors file under the reference’s names')
      .requiredOption('--from <path>', 'run folder, checkpoint folder or .safetensors file').requiredOption('--to <file>', 'the file to write')
      .option('--trunk', 'only the trunk, as float16: what start=pretrained loads')
      .action(async ({ from, to, trunk }: { from: string; to: string; trunk?: boolean }) => {
        const { exportTrunk, exportWeights } = await import('../engine/training/export-weights')
        process.stdout.write(`${trunk ? exportTrunk(from, to) : exportWeights(from, to)}\n`)
      }),
    'checkpoint export --from runs/demo --to demo.safetensors')
}
