// The commands that ask a trained model, each in its own process on one tiny run: GQA's official measures, ranking, grounding consistency, single predictions.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { GroundingReport } from '../../src/engine/grounding/measure-grounding'
import type { EvaluateReport } from '../../src/engine/training/evaluate-run'
import type { PredictReport } from '../../src/engine/training/predict-run'
import { BUILD_MS, buildCli, freshFolder, runCli } from '../cli/run-cli'
import { tinyWorld } from './tiny-world'

let run = ''

beforeAll(async () => {
  buildCli()
  const data = await tinyWorld()
  run = join(freshFolder(), 'run')
  const { status, stderr } = runCli(['train', '--preset', 'tiny', '--run', run, '--set', 'tasks=vqa,gqa,coco,refcoco,refcoco+', 'iterations=1', 'validateEvery=1', 'validationExamples=8', `data=${data}`])
  if (status !== 0) throw new Error(stderr)
}, BUILD_MS + 300_000)

function asked<T>(...words: string[]): T {
  const { status, stdout, stderr } = runCli([...words, '--json'])
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return JSON.parse(stdout) as T
}

describe('evaluate', () => {
  it('gives all of GQA’s measures and says what was derived', () => {
    const { metrics, notes } = asked<EvaluateReport>('evaluate', '--run', run, '--task', 'gqa', '--split', 'val')
    for (const name of ['score', 'binary', 'open', 'validity', 'plausibility', 'grounding', 'distribution']) expect(metrics[name], name).toBeGreaterThanOrEqual(0)
    expect(metrics['validity']).toBeGreaterThanOrEqual(metrics['plausibility'] ?? 2)
    expect(notes).toEqual([expect.stringMatching(/_choices\.json/)])
  })

  it('writes ranks and best pictures of captions', () => {
    const file = join(freshFolder(), 'coco.json')
    const { metrics } = asked<EvaluateReport>('evaluate', '--run', run, '--task', 'coco', '--predictions', file)
    const rows = JSON.parse(readFileSync(file, 'utf8')) as { id: number; rank: number; image_ids: number[] }[]
    expect(rows).toHaveLength(metrics['captions'] ?? 0)
    expect(rows.filter(({ rank }) => rank === 1)).toHaveLength(Math.round((metrics['R@1'] ?? 0) * rows.length))
    expect(rows[0]?.image_ids).toHaveLength(Math.min(10, metrics['pictures'] ?? 0))
  })
})

describe('grounding', () => {
  it('pairs VQA’s questions with the test expressions of the same pictures', () => {
    const report = asked<GroundingReport>('grounding', '--run', run)
    expect(asked<GroundingReport>('grounding', '--model', `vqa=${run}`, '--model', `refcoco=${run}`, `refcoco+=${run}`)).toMatchObject({ weight: report.weight, consistency: report.consistency })
    expect(report.pictures).toBeGreaterThan(0)
    expect(report.weight).toBeGreaterThanOrEqual(report.sharingPairs)
    expect(report.sharingPairs).toBeLessThanOrEqual(report.pairs)
    expect(report.consistency ?? -1).toBeLessThanOrEqual(Math.min(report.questionsRight ?? -2, report.expressionsRight ?? -2))
    expect(report.models).toEqual({ vqa: run, refcoco: run, 'refcoco+': run })
  })

  it('refuses runs that trained none of its tasks', () => {
    expect(runCli(['grounding', '--run', run, '--set', 'tasks=nlvr2'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/there is none for vqa: none of .* trained it/) as string })
    expect(runCli(['grounding', '--model', 'nlvr2=somewhere'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/does not ask about nlvr2/) as string })
    expect(runCli(['grounding'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/--run DIR or --model TASK=PATH/) as string })
  })
})

describe('predict', () => {
  const samples = (task: string): { id: string } => JSON.parse(runCli(['data', 'inspect', '--dataset', task, '--root', dataOf(), '--split', 'val', '--limit', '1', '--json']).stdout).examples[0]
  const dataOf = (): string => (JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as { data: string }).data

  it('answers a question of the data, and one of its own about the same picture', () => {
    const sample = asked<PredictReport>('predict', '--run', run, '--task', 'vqa', '--sample', samples('vqa').id)
    expect(sample.choices).toHaveLength(8)
    expect(sample.choices.map(({ score }) => score)).toEqual([...sample.choices.map(({ score }) => score)].sort((a, b) => b - a))
    expect(sample.expected).toBeTruthy()
    const image = /[^/]+$/.exec(sample.pictures[0] ?? '')?.[0] ?? ''
    const own = asked<PredictReport>('predict', '--run', run, '--task', 'vqa', '--image', image, '--text', 'What color is it?')
    expect(own).toMatchObject({ text: 'What color is it?', pictures: sample.pictures })
    expect(own.expected).toBeUndefined()
  })

  it('names regions with their boxes, and pictures with their rank', () => {
    const regions = asked<PredictReport>('predict', '--run', run, '--task', 'refcoco', '--sample', samples('refcoco').id)
    expect(regions.choices[0]?.box).toHaveLength(4)
    expect(regions.expectedBox).toHaveLength(4)
    const pictures = asked<PredictReport>('predict', '--run', run, '--task', 'coco', '--sample', samples('coco').id)
    expect(pictures.rank).toBeGreaterThanOrEqual(1)
    expect(pictures.rank).toBeLessThanOrEqual(pictures.among ?? 0)
    const found = asked<PredictReport>('predict', '--run', run, '--task', 'coco', '--text', 'a red hat')
    expect(found.choices[0]?.file).toMatch(/\.png$/)
  })

  it.each([
    ['nothing to look at', ['--task', 'vqa', '--text', 'what'], /Give either --image ID or --sample ID/],
    ['no words', ['--task', 'vqa', '--image', '1'], /Give the words with --text/],
    ['an unknown picture', ['--task', 'vqa', '--image', 'nowhere', '--text', 'what'], /vqa has no picture 'nowhere'.*ids like \d+/],
    ['an unknown example', ['--task', 'vqa', '--sample', 'nowhere'], /vqa has no example 'nowhere'.*ids look like/],
    ['one picture for two', ['--task', 'nlvr2', '--image', 'dev-1-0-img0', '--text', 'both'], /asked about two pictures: --image LEFT,RIGHT/]
  ])('refuses a call with %s', (_, words, message) => {
    const { status, stderr } = runCli(['predict', '--run', run, ...words])
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
  })
})
