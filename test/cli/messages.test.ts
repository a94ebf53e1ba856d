// Wrong calls: one message that says what is allowed, exit status 2, never a stack trace.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILD_MS, buildCli, freshFolder, runCli } from './run-cli'

beforeAll(buildCli, BUILD_MS)

describe('a wrong call', () => {
  it.each([
    ['an unknown command', ['trian'], /unknown command 'trian'.*\n?.*train/],
    ['an unknown option', ['doctor', '--jsno'], /unknown option '--jsno'/],
    ['an unknown preset', ['train', '--preset', 'tiyn'], /Preset 'tiyn' is unknown; nearest: tiny\. Known presets: mini, tiny/],
    ['an unknown setting', ['train', '--preset', 'tiny', '--set', 'iteration=3'], /Setting 'iteration' is unknown; nearest: iterations/],
    ['an unknown task', ['train', '--preset', 'tiny', '--set', 'tasks=vqa,refcoc'], /Task 'refcoc' is unknown; nearest: refcoco/],
    ['a value outside its range', ['train', '--preset', 'tiny', '--set', 'iterations=0'], /Setting 'iterations' is '0'; allowed: a whole number from 1/],
    ['a setting without a value', ['train', '--set', 'seed'], /has no value; write --set key=value/],
    ['two wrong settings, both named', ['train', '--set', 'sed=1', '--set', 'dropout=2'], /'sed' is unknown[\s\S]*'dropout' is '2'/],
    ['a run that is not there', ['train', '--run', 'nowhere', '--resume'], /There is no run in .*nowhere to resume/],
    ['a preset of the other kind', ['train', '--preset', 'mini-pretrain'], /use: twelve-in-one pretrain/],
    ['a start that is not there', ['train', '--preset', 'tiny', '--set', 'start=lost.safetensors'], /'start' is 'lost\.safetensors', which does not exist/],
    ['a folder without runs', ['runs', 'list', '--runs', 'nowhere'], /There is no folder .*nowhere/],
    ['a scores file that is not there', ['schedule', '--scores', 'lost.json'], /ENOENT.*lost\.json/],
    ['an evaluation of nothing', ['evaluate', '--task', 'vqa'], /--run or --checkpoint/],
    ['data of an unknown set', ['data', 'inspect', '--dataset', 'vqaa', '--root', '.'], /'vqaa'.*vqa/]
  ])('is refused: %s', (_, words, message) => {
    const { status, stderr, stdout } = runCli(words)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })

  it('names the file and the settings that are wrong in a configuration file', () => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'run.json'), '{"preset": "tiny", "itrations": 3}')
    expect(runCli(['train', '--config', 'run.json'], folder)).toMatchObject({ status: 2, stderr: expect.stringMatching(/run\.json: Setting 'itrations' is unknown; nearest: iterations/) as string })
    writeFileSync(join(folder, 'run.json'), '{"preset": ')
    expect(runCli(['train', '--config', 'run.json'], folder)).toMatchObject({ status: 2, stderr: expect.stringMatching(/Cannot read run\.json/) as string })
  })

  it('does not start a run over another', () => {
    const folder = freshFolder()
    mkdirSync(join(folder, 'taken'))
    writeFileSync(join(folder, 'taken/config.json'), '{}')
    expect(runCli(['train', '--preset', 'tiny', '--run', 'taken'], folder)).toMatchObject({ status: 2, stderr: expect.stringMatching(/There is a run in .*taken already\. Add --resume/) as string })
  })

  it('shows where a failure came from only with --debug', () => {
    const { stderr, status } = runCli(['runs', 'list', '--runs', 'nowhere', '--debug'])
    expect(stderr).toMatch(/\n\s+at /)
    expect(status).toBe(2)
  })
})

describe('help', () => {
  it.each([[[]], [['train']], [['pretrain']], [['evaluate']], [['schedule']], [['parity']], [['doctor']], [['data', 'make']], [['data', 'inspect']], [['runs']], [['runs', 'verify']], [['presets', 'show']], [['checkpoint', 'export']]])(
    'of %j has an example', (words: string[]) => {
      const { status, stdout } = runCli([...words, '--help'])
      expect(status).toBe(0)
      expect(stdout).toMatch(/Example:\n {2}twelve-in-one /)
    })

  it('comes in under a second, without TensorFlow', () => {
    // The best of three: other tests run at the same time.
    const seconds = [1, 2, 3].map(() => {
      const before = Date.now()
      expect(runCli(['presets', 'list', '--json']).status).toBe(0)
      return (Date.now() - before) / 1000
    })
    expect(Math.min(...seconds)).toBeLessThan(1)
  })
})

describe('presets', () => {
  it('lists the named configurations and shows their settings', () => {
    const list = JSON.parse(runCli(['presets', 'list', '--json']).stdout) as { id: string }[]
    expect(list.map(({ id }) => id)).toEqual(expect.arrayContaining(['mini', 'tiny', 'paper']))
    expect(JSON.parse(runCli(['presets', 'show', 'tiny', '--json']).stdout)).toMatchObject({ model: 'tiny', start: 'random' })
  })
})
