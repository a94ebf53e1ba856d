// `parity`: the model against recorded numbers of the released PyTorch implementation. Read next: engine/parity/run-parity.ts.

import { Command, Option } from 'commander'
import type { BackendChoice } from '../engine/backend'
import { withExample } from './example'
import { printResult, table } from './terminal'

interface Options {
  readonly fixture: string
  readonly out?: string
  readonly grads?: string
  readonly backend: BackendChoice
  readonly json?: boolean
}

export function addParityCommand(program: Command): void {
  const command = program.command('parity')
    .description('run the model of DIR/config.json with DIR/model.safetensors on DIR/fixture.safetensors and compare every output')
    .requiredOption('--fixture <dir>', 'folder with config.json, model.safetensors and fixture.safetensors')
    .option('--out <file>', 'write every output under the fixture’s names (safetensors)')
    .option('--grads <file>', 'compare losses and gradients with this file too')
    .addOption(new Option('--backend <name>', 'where to compute').choices(['auto', 'cuda', 'cpu', 'wasm']).default('auto'))
    .option('--json', 'print one JSON object')
    .action(async ({ fixture, out, grads, backend, json }: Options) => {
      const [{ loadBackend }, { runParity }] = await Promise.all([import('../engine/backend'), import('../engine/parity/run-parity')])
      await loadBackend(backend)
      const report = runParity(fixture, out ?? null, grads ?? null)
      printResult(json, report, () => [
        table(['tensor', 'largest difference', 'in padding', ''], report.differences.map(({ name, largest, largestPadding, passed }) => [name, largest.toExponential(2), largestPadding.toExponential(2), passed ? '' : 'TOO LARGE'])),
        ...(report.gradients.length === 0 ? [] : [`${report.gradients.filter(({ passed }) => passed).length} of ${report.gradients.length} losses and gradients agree`]),
        `${report.passed ? 'passed' : 'FAILED'}: the outputs differ by at most ${report.largest.toExponential(2)}`
      ].join('\n'))
      if (!report.passed) process.exitCode = 1
    })
  withExample(command, 'parity --fixture fixtures/tiny --out outputs.safetensors --json')
}
