// The commands that need a trained model, each in its own process: evaluate, predictions, export, a start from weights.

import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILD_MS, buildCli, freshFolder, runCli } from '../cli/run-cli'
import { eventsOf, interruptAt } from './interrupted-run'
import { tinyWorld } from './tiny-world'

let data = ''
let run = ''

beforeAll(async () => {
  buildCli()
  data = await tinyWorld()
  run = join(freshFolder(), 'run')
  const { status, stderr } = runCli(['train', '--preset', 'tiny', '--run', run, '--set', 'tasks=vqa,flickr30k,nlvr2', 'iterations=3', 'validateEvery=3', `data=${data}`])
  if (status !== 0) throw new Error(stderr)
}, BUILD_MS + 300_000)

function evaluate(...words: string[]): { task: string; split: string; metrics: Record<string, number>; examples: number; seconds: number } {
  const { status, stdout, stderr } = runCli(['evaluate', '--run', run, '--json', ...words])
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return JSON.parse(stdout) as ReturnType<typeof evaluate>
}

describe('evaluate', () => {
  it('gives the score of the run’s own last validation', () => {
    const last = [...eventsOf(run)].reverse().find((event) => event.kind === 'validation' && event.task === 'vqa' && event.split === 'val')
    const report = evaluate('--task', 'vqa')
    expect(report).toMatchObject({ task: 'vqa', split: 'val' })
    expect(report.metrics['score']).toBeCloseTo(last?.kind === 'validation' ? (last.metrics['score'] ?? -1) : -1, 6)
    expect(report.seconds).toBeGreaterThan(0)
  })

  it('writes VQA and NLVR2 predictions as their servers take them', () => {
    const folder = freshFolder()
    const vqa = evaluate('--task', 'vqa', '--predictions', join(folder, 'vqa.json'))
    const answers = JSON.parse(readFileSync(join(folder, 'vqa.json'), 'utf8')) as { question_id: number; answer: string }[]
    expect(answers).toHaveLength(vqa.examples)
    expect(answers[0]).toEqual({ question_id: expect.any(Number) as number, answer: expect.any(String) as string })
    const nlvr2 = evaluate('--task', 'nlvr2', '--predictions', join(folder, 'nlvr2.csv'))
    const lines = readFileSync(join(folder, 'nlvr2.csv'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(nlvr2.examples)
    expect(lines.every((line) => /^[^,]+,(True|False)$/.test(line))).toBe(true)
  })

  it('ranks every caption against every picture', () => {
    const { metrics, examples } = evaluate('--task', 'flickr30k', '--limit', '12')
    expect(examples).toBe(12)
    expect(metrics['captions']).toBe(12)
    expect(metrics['R@1'] ?? -1).toBeGreaterThanOrEqual(0)
    expect(metrics['R@1'] ?? 2).toBeLessThanOrEqual(metrics['R@10'] ?? -1)
  })

  it('refuses weights without the task’s head, and a split that is not there', () => {
    const folder = freshFolder()
    expect(runCli(['checkpoint', 'export', '--from', run, '--to', join(folder, 'trunk.safetensors'), '--trunk']).status).toBe(0)
    const headless = runCli(['evaluate', '--checkpoint', join(folder, 'trunk.safetensors'), '--task', 'vqa', '--preset', 'tiny', '--set', `data=${data}`])
    expect(headless).toMatchObject({ status: 2, stderr: expect.stringMatching(/cannot be evaluated on vqa: it lacks/) as string })
  })
})

describe('a start from weights', () => {
  it('loads a trunk by names and says what stays fresh', () => {
    const folder = freshFolder()
    const trunk = join(folder, 'trunk.safetensors')
    runCli(['checkpoint', 'export', '--from', run, '--to', trunk, '--trunk'])
    const next = join(folder, 'next')
    expect(runCli(['train', '--preset', 'tiny', '--run', next, '--set', `start=${trunk}`, 'tasks=vqa', 'iterations=1', `data=${data}`]).status).toBe(0)
    const running = eventsOf(next).find((event) => event.kind === 'state' && event.state === 'running')
    expect(running).toMatchObject({ reason: expect.stringMatching(/starts from trunk\.safetensors: \d+ arrays loaded; \d+ start fresh/) as string })
  })
})

describe('a run that is told to end while it is prepared', () => {
  it('ends at once, leaves no half-made world, and can be resumed', async () => {
    const folder = freshFolder()
    const world = join(folder, 'world')
    const words = ['train', '--preset', 'tiny', '--run', join(folder, 'run'), '--json', '--set', `data=${world}`, 'tasks=vqa', 'iterations=1']
    const ended = await interruptAt(words, 'SIGTERM', (event) => event.kind === 'progress')
    expect(ended).toEqual({ status: 0, signal: null })
    expect(eventsOf(join(folder, 'run')).slice(-1)).toMatchObject([{ kind: 'state', state: 'paused' }])
    expect(readdirSync(folder)).toEqual(['run'])
    expect(runCli(['train', '--run', join(folder, 'run'), '--resume']).status).toBe(0)
  })
})

describe('a run that cannot be', () => {
  it.each([
    ['no data', ['world=none', 'data=nowhere'], /The data folder .*nowhere does not exist/],
    ['no pre-trained trunk', ['start=pretrained'], /There is no pre-trained trunk for model 'tiny'/]
  ])('is refused before there is a folder: %s', (_, settings, message) => {
    const folder = freshFolder()
    const { status, stderr } = runCli(['train', '--preset', 'tiny', '--run', 'run', '--set', `data=${data}`, ...settings], folder)
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
    expect(existsSync(join(folder, 'run'))).toBe(false)
  })

  it('fails with one message and an event when its data is damaged', () => {
    const folder = freshFolder()
    const broken = join(folder, 'world')
    cpSync(data, broken, { recursive: true })
    const [file = ''] = readdirSync(join(broken, 'vqa')).filter((name) => /train.*questions/.test(name))
    writeFileSync(join(broken, 'vqa', file), '{"questions": [')
    const { status, stderr } = runCli(['train', '--preset', 'tiny', '--run', 'run', '--set', `data=${broken}`, 'tasks=vqa', 'iterations=2'], folder)
    expect(stderr).toMatch(/^twelve-in-one: .*vqa.*train2014_questions/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(2)
    expect(eventsOf(join(folder, 'run')).map(({ kind }) => kind)).toContain('failure')
    expect(existsSync(join(folder, 'run/lock'))).toBe(false)
  })
})
