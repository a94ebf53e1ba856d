// `doctor`: what runs here and what is missing. Loads TensorFlow, since that is the question. Read next: engine/doctor.ts.

import { Command, InvalidArgumentError, Option } from 'commander'
import { version } from '../../package.json'
import type { BackendChoice } from '../engine/backend'
import { withExample } from './example'
import { printResult } from './terminal'

export function addDoctorCommand(program: Command): void {
  const command = program.command('doctor')
    .description('what runs here: backend, device, cores, memory, GPUs, problems')
    .addOption(new Option('--backend <name>', 'the backend to try').choices(['auto', 'cuda', 'cpu', 'wasm']).default('auto'))
    .addOption(new Option('--device <number>', 'the GPU to try, as nvidia-smi counts').argParser(gpuNumber))
    .option('--xla', 'try with XLA')
    .option('--json', 'print one JSON object')
    .action(async ({ backend, device, xla, json }: { backend: BackendChoice; device?: number; xla?: boolean; json?: boolean }) => {
      const { examine } = await import('../engine/doctor')
      const report = await examine(version, backend, __dirname, { xla: xla === true, device: device ?? 'auto' })
      const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`
      printResult(json, report, () => [
        `12-in-1 Workbench ${report.app} on Node ${report.node}${report.electron ? `, Electron ${report.electron.version}` : ''}`,
        `computes with ${report.backend.library} ${report.backend.version} (${report.backend.device})`,
        `${report.cores} cores, ${gigabytes(report.memoryBytes)} memory${report.gpus.map((gpu) => `, ${gpu.name} ${gigabytes(gpu.memoryBytes)}`).join('')}`,
        ...report.switches.filter(({ value }) => value !== null).map(({ name, value, what }) => `${name}=${value} (${what})`),
        ...(report.problems.length === 0 ? ['no problems'] : report.problems)
      ].join('\n'))
    })
  withExample(command, 'doctor --json')
}

function gpuNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('Allowed: a whole number from 0.')
  return number
}
