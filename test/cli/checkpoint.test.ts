// Weights in and out through the command line. The library's own tests are in test/engine/checkpoint.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ImportReport } from '../../src/engine/checkpoint/import-weights'
import type { InspectReport } from '../../src/engine/checkpoint/inspect-weights'
import { BUILD_MS, buildCli, freshFolder, runCli } from './run-cli'

beforeAll(buildCli, BUILD_MS)

const fixtures = join(__dirname, '..', 'engine', 'checkpoint', 'fixtures')
const reference = join(__dirname, '..', 'golden', 'fixtures', 'tiny')

describe('checkpoint inspect', () => {
  it('counts the paper\'s model from its configuration alone', () => {
    const counted = JSON.parse(runCli(['checkpoint', 'inspect', '--preset', 'paper', '--json']).stdout) as { parameters: number; parts: { id: string; parameters: number }[] }
    expect(counted.parameters).toBe(268_028_859)
    expect(counted.parts.find(({ id }) => id === 'unused')?.parameters).toBe(11_020_800)
    expect(runCli(['checkpoint', 'inspect', '--preset', 'paper']).stdout).toMatch(/= trunk +246,742,016[\s\S]*= all +268,028,859/)
  })

  it('shows arrays, parts, types and checksums of a file', () => {
    const report = JSON.parse(runCli(['checkpoint', 'inspect', '--from', join(reference, 'model.safetensors'), '--checksums', '--json']).stdout) as InspectReport
    expect(report).toMatchObject({ format: 'safetensors', parameters: 156_185, numbers: 156_185 + 200 * 32, dtypes: { float32: 224 }, foreign: [] })
    const sumOf = (name: string): string | undefined => report.arrays.find((array) => array.name === name)?.sha256
    expect(sumOf('cls.predictions.decoder.weight')).toBe(sumOf('bert.embeddings.word_embeddings.weight'))
    expect(sumOf('bert.embeddings.word_embeddings.weight')).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('checkpoint import and export', () => {
  it('take the reference\'s weights in and give them back to PyTorch, found from the config.json beside them', () => {
    const folder = freshFolder()
    const report = JSON.parse(runCli(['checkpoint', 'import', '--from', join(reference, 'model.safetensors'), '--to', 'in', '--json'], folder).stdout) as ImportReport
    expect(report).toMatchObject({ model: join(reference, 'config.json'), matched: { arrays: 223 }, missing: [], unused: [], shapeDiffers: [], dropped: ['cls.predictions.decoder.weight'] })
    expect(runCli(['checkpoint', 'export', '--from', 'in', '--to', 'out.pt'], folder)).toMatchObject({ status: 0, stdout: 'out.pt: torch.save (zip), 224 arrays, 156,185 numbers\n' })
  })

  it.each([
    ['a pickle that wants to run a program', ['checkpoint', 'import', '--from', join(fixtures, 'attack-legacy.pt'), '--to', 'x'], /asks for 'posix\.system'.*Nothing of it was run/],
    ['two models at once', ['checkpoint', 'import', '--from', join(fixtures, 'bert.bin'), '--to', 'x', '--preset', 'paper', '--run', 'y'], /one of --preset, --config and --run/],
    ['a file that does not fit the preset', ['checkpoint', 'import', '--bert', '--from', join(fixtures, 'bert.bin'), '--to', 'x', '--preset', 'paper'], /Nothing in .* fits model 'paper': bert\.embeddings\.word_embeddings\.weight is \[20, 8\] in the file/],
    ['an ending that says nothing', ['checkpoint', 'export', '--from', join(reference, 'model.safetensors'), '--to', 'x.tar'], /ends with '\.tar'; allowed: \.safetensors, or \.pt, \.bin, \.pth/],
    ['nothing to look at', ['checkpoint', 'inspect'], /--from PATH for a file, or --preset ID/]
  ])('refuse %s', (_, words, message) => {
    const folder = freshFolder()
    const { status, stderr } = runCli(words, folder)
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
    expect([existsSync(join(folder, 'x')), existsSync(join(folder, 'twelve-in-one-was-here'))]).toEqual([false, false])
  })
})
