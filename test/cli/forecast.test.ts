// The forecast against reality: the largest memory of a process that makes steps, on two sizes. The full size takes
// minutes; its figures stand in docs/benchmarks.md.

import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { startChild } from '../../src/engine/bench/child'
import { stepCase } from '../../src/engine/bench/step-case'
import type { StepMade, StepNumbers } from '../../src/engine/bench/step-side'
import { forecast } from '../../src/engine/execution/forecast'
import { BUILD_MS, buildCli, runCli } from './run-cli'

const program = fileURLToPath(new URL('../../out/cli/main.cjs', import.meta.url))

beforeAll(buildCli, BUILD_MS)

describe('a forecast', { timeout: 120_000 }, () => {
  it.each(['small', 'medium'] as const)('of memory is within 15 per cent of what a process takes: %s', async (size) => {
    const side = startChild(process.execPath, [program, 'bench', '--side', 'trainStep'], 'The step')
    const { parameters } = await side.ask<StepMade>('make', { size, dropout: 0 })
    const { peakBytes } = await side.ask<StepNumbers>('steps', { rounds: 2 })
    await side.close()
    const expected = forecast(stepCase(size, 0))
    expect(expected.parameters).toBe(parameters)
    expect(expected.peakBytes / peakBytes, `${(peakBytes / 1e6).toFixed(0)} MB`).toBeGreaterThan(0.85)
    expect(expected.peakBytes / peakBytes, `${(peakBytes / 1e6).toFixed(0)} MB`).toBeLessThan(1.15)
  })

  it('is printed for a preset, with settings, before there are data', () => {
    const whole: unknown = JSON.parse(runCli(['presets', 'forecast', 'paper', '--set', 'tasks=vqa', '--json']).stdout)
    expect(whole).toMatchObject({ parameters: 268_028_859, sizes: 'reference', tasks: [{ task: 'vqa', rows: 128 }], time: null })
    const parts = JSON.parse(runCli(['presets', 'forecast', 'paper', '--set', 'tasks=vqa', 'microBatch=4', '--json']).stdout) as { peakBytes: number; tasks: { rowsAtOnce: number }[] }
    expect(parts.tasks[0]?.rowsAtOnce).toBe(4)
    expect(parts.peakBytes).toBeLessThan(7e9)
    expect(runCli(['presets', 'forecast', 'paper', '--set', 'tasks=vqa', 'batchRows=4']).stdout).toContain('268,028,859')
    expect(runCli(['presets', 'forecast', 'paper', '--set', 'freeze=text:99']).status).toBe(2)
  })
})
