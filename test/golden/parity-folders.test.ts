// Every number of the released implementation at hand, through the `parity` command's own code. fixtures/README.md says what they are.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../src/engine/backend'
import type { FolderReport } from '../../src/engine/parity/comparison'
import { parityOf } from '../../src/engine/parity/parity-folder'

const FIXTURES = join(__dirname, 'fixtures')
const request = { outFile: null, gradsFile: null }
const failed = ({ sections }: FolderReport): string[] => sections.flatMap(({ title, rows }) => rows.filter(({ passed }) => !passed).map(({ name, difference }) => `${title}: ${name} ${difference}`))

beforeAll(async () => {
  await loadBackend('auto')
})

describe.each([
  ['tiny', 'model', { outputs: 18, 'hidden states': 27, 'attention maps': 10, 'losses and gradients': 120, 'optimizer vqa_warmup0': 33, 'optimizer vqa_warmup2of10': 25, 'optimizer multitask_zeros': 25, 'optimizer multitask_none': 25, 'parameter groups': 223 }],
  ['pretrain', 'pretraining', {
    ...Object.fromEntries([0, 1, 2].flatMap((target) => [[`visual target ${target}: outputs`, 3], ...[0, 1, 2].map((objective) => [`visual target ${target}, objective ${objective}: losses and gradients`, 2])])),
    'optimizer steps': 25
  }],
  ['stop-and-go', 'traces', { controller: 16, 'loop_gap_minus1.json': 5, 'loop_manual_lr.json': 5, 'loop_warmup_linear.json': 5 }],
  ['full', 'shapes', { 'names and shapes': 560, 'parameter counts': 100 }]
] as const)('the recordings in %s', (folder, kind, least) => {
  it('agree in every number', () => {
    const [report, ...others] = parityOf(join(FIXTURES, folder), request)
    expect(others).toEqual([])
    if (!report) throw new Error('no report')
    expect(report.kind).toBe(kind)
    expect(failed(report)).toEqual([])
    expect(report.passed).toBe(true)
    expect(report.sections.map(({ title }) => title).sort()).toEqual(Object.keys(least).sort())
    for (const { title, rows } of report.sections) expect([title, rows.length >= ((least as Readonly<Record<string, number>>)[title] ?? Infinity)]).toEqual([title, true])
  })
})

it('agrees with a plain PyTorch model on configurations that have no recording, found in one folder of folders', () => {
  const reports = parityOf(join(FIXTURES, 'other'), request)
  expect(reports.map(({ folder }) => folder.slice(folder.lastIndexOf('other')))).toEqual(['activations', 'apart', 'dynamic', 'schedule'].map((name) => join('other', name)))
  for (const report of reports) {
    expect(failed(report)).toEqual([])
    expect(report.sections.map(({ title, rows }) => [title, rows.length])).toEqual([['outputs', 9]])
    expect(report.model?.largest).toBeGreaterThan(0)
  }
})

describe('the comparison', () => {
  const copyOf = (folder: string): string => {
    const copy = mkdtempSync(join(tmpdir(), 'parity-'))
    cpSync(join(FIXTURES, folder), copy, { recursive: true })
    return copy
  }

  it('finds one wrong decision in a trace', () => {
    const copy = copyOf('stop-and-go')
    const file = join(copy, 'controller.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"num_bad_epochs": 1', '"num_bad_epochs": 2'))
    const [report] = parityOf(copy, request)
    expect(report?.passed).toBe(false)
    expect(report && failed(report)).toHaveLength(1)
    rmSync(copy, { recursive: true })
  })

  it('finds one parameter too many and one shape that differs', () => {
    const copy = copyOf('full')
    const file = join(copy, 'state_dict_shapes.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"vil_logit.bias":[1]', '"vil_logit.bias":[2],"vil_logit.extra":[1]'))
    const [report] = parityOf(copy, request)
    expect(report && failed(report)).toHaveLength(2)
    rmSync(copy, { recursive: true })
  })

  it('finds idle heads that rest where the recording lets them drift', () => {
    const copy = copyOf('tiny')
    const file = join(copy, 'grads', 'optimizer.json')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('zeros (torch 1.x, the reference\'s)', 'set_to_none'))
    const [report] = parityOf(copy, request)
    const wrong = report ? failed(report) : []
    expect(wrong.length).toBeGreaterThan(5)
    expect(wrong.every((line) => line.startsWith('optimizer multitask_zeros'))).toBe(true)
    rmSync(copy, { recursive: true })
  })

  it('says what it expected where there is nothing to compare', () => {
    expect(() => parityOf(join(FIXTURES, 'nowhere'), request)).toThrow(/holds no numbers to compare. Expected one of/)
  })
})
