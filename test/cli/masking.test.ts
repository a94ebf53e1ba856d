// `data masking` as its own process, and the window's request that runs it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MaskingPage } from '../../src/contract/masking-sample'
import { presetConfig } from '../../src/contract/run-presets'
import { readMasking } from '../../src/host/masking-desk'
import { sceneWorld } from '../engine/data/scene-world'
import { BUILD_MS, buildCli, freshFolder, runCli } from './run-cli'

const program = fileURLToPath(new URL('../../out/cli/main.cjs', import.meta.url))
const { root } = sceneWorld()
const request = { split: 'val', seed: 3, objective: 0, from: 1, count: 2 } as const

beforeAll(() => buildCli(), BUILD_MS)

describe('data masking', () => {
  it('prints what the engine masks', () => {
    const { status, stdout, stderr } = runCli(['data', 'masking', '--root', root, '--seed', '3', '--objective', '0', '--from', '1', '--count', '2', '--json'])
    expect([status, stderr]).toEqual([0, ''])
    const page = JSON.parse(stdout) as MaskingPage
    expect(page).toMatchObject({ ...request, regionMasking: 'paper' })
    expect(page.samples.map(({ index }) => index)).toEqual([1, 2])
    expect(page.samples.every(({ words }) => words[0]?.piece === '[CLS]' && words[0].state === 'seen')).toBe(true)
  })

  it('says in words what is hidden', () => {
    const { stdout } = runCli(['data', 'masking', '--root', root, '--count', '8', '--set', 'regionMasking=code'])
    expect(stdout).toMatch(/val, seed 1, objective 1: \d+ of \d+ pairs/)
    expect(stdout).toMatch(/\{\S+ → \S+\}/)
    expect(stdout).toMatch(/mismatched: the caption of another picture/)
  })

  it('refuses a call that names no data, and data without captions', () => {
    expect(runCli(['data', 'masking'])).toMatchObject({ status: 2, stderr: expect.stringContaining('Give --run with a pre-training run, or --root') as string })
    expect(runCli(['data', 'masking', '--root', freshFolder()])).toMatchObject({ status: 2 })
  })
})

describe('the window\'s request', () => {
  it('gives the pairs of a run by its settings, or the command line\'s message', async () => {
    const run = join(freshFolder(), 'run')
    mkdirSync(run)
    writeFileSync(join(run, 'config.json'), JSON.stringify({ ...presetConfig('mini-pretrain'), data: root }))
    const page = await readMasking([process.execPath, program], run, request)
    expect(page.samples).toHaveLength(2)
    expect(page.samples[0]?.regions.length).toBeGreaterThan(0)
    writeFileSync(join(run, 'config.json'), JSON.stringify({ ...presetConfig('mini-pretrain'), data: '/nowhere' }))
    await expect(readMasking([process.execPath, program], run, request)).rejects.toThrow(/nowhere/)
  })
})
