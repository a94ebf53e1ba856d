// `parity`: the model, pre-training, the optimizer and Stop-and-Go against recorded numbers of the released PyTorch
// implementation. Read next: engine/parity/parity-folder.ts.

import { type Command, Option } from 'commander'
import type { ParityRow } from '../engine/parity/comparison'
import type { AnyReport } from '../engine/parity/parity-folder'
import { withExample } from './example'
import { printResult, table } from './terminal'

interface Options {
  readonly fixture: string
  readonly out?: string
  readonly grads?: string
  readonly backend: 'auto' | 'cuda' | 'cpu' | 'wasm'
  readonly summary?: boolean
  readonly json?: boolean
}

export function addParityCommand(program: Command): void {
  const command = program.command('parity')
    .description('compare every number of a folder of the reference’s: outputs, losses, gradients, optimizer steps, Stop-and-Go, shapes')
    .requiredOption('--fixture <dir>', 'folder with config.json, model.safetensors and fixture.safetensors, or with other recordings, or with such folders')
    .option('--out <file>', 'write every output under the fixture’s names (safetensors)')
    .option('--grads <file>', 'take losses and gradients from this file instead of the folder’s own')
    .option('--summary', 'one line a section instead of one a number')
    .addOption(new Option('--backend <name>', 'where to compute').choices(['auto', 'cuda', 'cpu', 'wasm']).default('auto'))
    .option('--json', 'print one JSON object')
    .action(async ({ fixture, out, grads, backend, summary, json }: Options) => {
      const [{ loadBackend }, { parityOf }] = await Promise.all([import('../engine/backend'), import('../engine/parity/parity-folder')])
      await loadBackend(backend)
      const reports = parityOf(fixture, { outFile: out ?? null, gradsFile: grads ?? null })
      printResult(json, asObject(reports), () => reports.map((report) => textOf(report, summary === true)).join('\n\n'))
      if (!reports.every(({ passed }) => passed)) process.exitCode = 1
    })
  withExample(command, 'parity --fixture fixtures/tiny --out outputs.safetensors --json')
}

/** One folder is its own object, a model's with `differences` and `gradients`; several are a list. */
function asObject(reports: readonly AnyReport[]): unknown {
  const plain = reports.map(({ model, ...report }) => ({ ...model, ...report }))
  return plain.length === 1 ? plain[0] : { folders: plain, passed: plain.every(({ passed }) => passed) }
}

function textOf({ folder, kind, sections, passed, model }: AnyReport, summary: boolean): string {
  const rows = summary
    ? sections.map(({ title, rows: own }) => [title, `${own.filter((row) => row.passed).length} of ${own.length} agree`, worst(own), mark(own.every((row) => row.passed))])
    : sections.flatMap(({ title, rows: own }) => own.map((row) => [`${title}: ${row.name}`, row.kind, shown(row), mark(row.passed)]))
  const padding = model?.differences.reduce((most, { largestPadding }) => Math.max(most, largestPadding), 0) ?? 0
  const count = sections.reduce((total, { rows: own }) => total + own.length, 0)
  const end = model ? `the outputs differ by at most ${model.largest.toExponential(2)} (${padding.toExponential(2)} where padding has −10000)` : `${count} comparisons`
  return `${folder} (${kind})\n${table(['what', summary ? 'compared' : 'kind', 'largest difference', ''], rows)}\n${passed ? 'passed' : 'FAILED'}: ${end}`
}

const mark = (passed: boolean): string => (passed ? '' : 'TOO LARGE')
const shown = ({ kind, difference }: ParityRow): string => (kind === 'identical' ? (difference === 0 ? 'identical' : 'differs') : difference.toExponential(2))

/** The largest difference of each kind in a section. */
function worst(rows: readonly ParityRow[]): string {
  return (['absolute', 'relative', 'identical'] as const).flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind)
    const most = own.reduce<ParityRow | null>((largest, row) => (largest && largest.difference >= row.difference ? largest : row), null)
    return most ? [`${shown(most)}${kind === 'identical' ? '' : ` ${kind}`}`] : []
  }).join(', ')
}
