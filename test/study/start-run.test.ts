// What finished runs decide when a run starts: the best of a search, the order of a curriculum, the weights; and the other
// files of a study: figures, comparisons of runs.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src/contract/run-config'
import type { PlannedRun } from '../../src/contract/study'
import { compareRuns, flippedSamples } from '../../src/study/compare-runs'
import { importFigures } from '../../src/study/figures'
import { Digests } from '../../src/study/run-digest'
import { prepareRunFolder } from '../../src/study/start-run'
import { type StudyPlaces, runFolder } from '../../src/study/study-places'
import { studyCost } from '../../src/study/study-cost'
import { finishRun, newPlaces, savedStudy } from './study-fixtures'

function prepared(places: StudyPlaces, run: PlannedRun): RunConfig {
  return JSON.parse(readFileSync(join(prepareRunFolder(places, run, new Digests(places)), 'config.json'), 'utf8')) as RunConfig
}

describe('a run that starts', () => {
  it('takes the candidate with the best validation, the earlier of equals', () => {
    const places = newPlaces()
    const { plan } = savedStudy(places, 'multitask', { set: { tasks: ['vqa'] }, search: [0.5, 1, 2], rows: ['st-equal'] })
    const run = plan.runs.find(({ derive }) => derive.length > 0)
    const candidates = plan.cells[0]?.oneOf?.candidates ?? []
    if (!run) throw new Error('no run is derived')
    expect(() => prepared(places, run)).toThrow(/not all of those runs are done/)
    candidates.forEach((candidate, index) => finishRun(places, candidate.run, { vqa: { test: [index], validation: [[10, 0.9], [20, [0.3, 0.6, 0.6][index] ?? 0]] } }))
    expect(prepared(places, run)).toMatchObject({ seed: 2, learningRate: 1e-3, tasks: ['vqa'], stopAndGo: false })
  })

  it('orders the tasks of a curriculum by how soon each is within 1 % of its best', () => {
    const places = newPlaces()
    const { plan } = savedStudy(places, 'ablations', { set: { tasks: ['vqa', 'coco', 'nlvr2'] }, rows: ['curriculum', 'anti-curriculum'], seeds: [1] })
    const alone = plan.runs.filter(({ config }) => config.tasks.length === 1)
    const curves: Record<string, [number, number][]> = { vqa: [[10, 0.2], [20, 0.5]], coco: [[10, 0.799], [20, 0.8]], nlvr2: [[10, 0.2], [20, 0.6]] }
    for (const { id, config: { tasks } } of alone) finishRun(places, id, { [tasks[0] ?? 'vqa']: { test: [1], validation: curves[tasks[0] ?? ''] } })
    const order = (setting: string): unknown => {
      const id = plan.cells.find((cell) => cell.setting === setting)?.run
      const run = plan.runs.find((planned) => planned.id === id)
      return run && prepared(places, run).curriculum
    }
    expect(order('curriculum')).toEqual(['coco', 'vqa', 'nlvr2'])
    expect(order('anti-curriculum')).toEqual(['vqa', 'nlvr2', 'coco'])
  })

  it('leaves the folder of a run that was begun as it is', () => {
    const places = newPlaces()
    const { plan } = savedStudy(places, 'ablations', { set: { tasks: ['vqa'] }, rows: ['at'], seeds: [1] })
    const [run] = plan.runs
    if (!run) throw new Error('nothing is planned')
    prepared(places, run)
    writeFileSync(join(runFolder(places, run.id), 'config.json'), '{"name": "mine"}')
    expect(prepared(places, run)).toEqual({ name: 'mine' })
  })
})

it('estimates seconds from measured steps, checks and preparations', () => {
  const places = newPlaces()
  const { plan } = savedStudy(places, 'ablations', { set: { tasks: ['vqa'] }, rows: ['at', 'token-none'], seeds: [1] })
  expect(studyCost(places, plan)).toMatchObject({ runs: 2, done: 0, steps: 40, seconds: null })
  const [first, second] = plan.runs
  if (!first || !second) throw new Error('two runs are planned')
  prepareRunFolder(places, first, new Digests(places))
  finishRun(places, first.id, { vqa: { test: [1] } })
  // A step of 10 ms, checks of 30 ms (two on validation and the test), 200 ms from preparing to the first step.
  expect(studyCost(places, plan)).toMatchObject({ done: 1, steps: 20 })
  expect(studyCost(places, plan).seconds).toBeCloseTo((200 + 20 * 10 + 3 * 30) / 1000, 6)
})

describe('published figures', () => {
  it('come from CSV and JSON; a row of the same name is replaced', () => {
    const places = newPlaces()
    savedStudy(places, 'comparison')
    const csv = join(places.root, 'figures.csv')
    writeFileSync(csv, 'model,source,vqa,nlvr2\n"LXMERT, large",EMNLP 2019,72.5,\nVisualBERT,arXiv,70.8,67.0\n')
    expect(importFigures(places, 'comparison', csv)).toEqual([
      { setting: null, label: 'LXMERT, large', source: 'EMNLP 2019', cells: { vqa: { value: 72.5, mark: 'entered' } } },
      { setting: null, label: 'VisualBERT', source: 'arXiv', cells: { vqa: { value: 70.8, mark: 'entered' }, nlvr2: { value: 67, mark: 'entered' } } }
    ])
    const json = join(places.root, 'figures.json')
    writeFileSync(json, JSON.stringify([{ label: 'VisualBERT', cells: { vqa: 71 } }]))
    expect(importFigures(places, 'comparison', json).map(({ label, cells }) => [label, cells['vqa']?.value])).toEqual([['LXMERT, large', 72.5], ['VisualBERT', 71]])
  })

  it('are refused with where and what is wrong', () => {
    const places = newPlaces()
    savedStudy(places, 'comparison')
    const file = join(places.root, 'wrong.csv')
    writeFileSync(file, 'model,source,vqa2\nA,B,1\n')
    expect(() => importFigures(places, 'comparison', file)).toThrow(/line 2, vqa2: column 'vqa2' is unknown/)
    writeFileSync(file, 'model,source,vqa\nA,B,high\n')
    expect(() => importFigures(places, 'comparison', file)).toThrow(/must be a number/)
  })
})

describe('two runs', () => {
  const places = newPlaces()
  const { plan } = savedStudy(places, 'ablations', { set: { tasks: ['vqa'] }, rows: ['at', 'token-none'], seeds: [1] })
  const [a = '', b = ''] = plan.runs.map((run) => {
    const folder = prepareRunFolder(places, run, new Digests(places))
    return folder
  })
  finishRun(places, plan.runs[0]?.id ?? '', { vqa: { test: [1, 0, 0, 0.3] } })
  finishRun(places, plan.runs[1]?.id ?? '', { vqa: { test: [0, 1, 0, 0.9] } })

  it('differ in what their settings say, and in their scores with a paired test', () => {
    const { settings, scores } = compareRuns(a, b)
    expect(settings).toEqual([{ key: 'taskToken', a: 'dataset', b: 'none' }])
    const test = scores.find(({ split }) => split === 'test')
    expect(test?.difference).toBeCloseTo(0.6 / 4, 12)
    // Differences −1, 1, 0.6: sums as far as 0.6 are all eight of them.
    expect(test?.p).toBe(1)
  })

  it('name the flipped samples, largest change first', () => {
    const { gained, lost, examples } = flippedSamples(a, b, 'vqa')
    expect([examples, gained.map(({ id }) => id), lost.map(({ id }) => id)]).toEqual([4, ['id 1', 'id 3'], ['id 0']])
    expect(gained[0]).toMatchObject({ answerA: 'wrong', answerB: 'right', text: 'text 1' })
    expect(flippedSamples(a, b, 'gqa').problem).toMatch(/No test of gqa/)
  })
})

it('keeps what it read of finished runs, and reads again what has changed', () => {
  const places = newPlaces()
  finishRun(places, 'some', { vqa: { test: [1, 0] } }, 'failed')
  expect(new Digests(places).of('some')?.state).toBe('failed')
  expect(existsSync(join(places.digests, 'some.json'))).toBe(true)
  finishRun(places, 'some', { vqa: { test: [1, 1] } })
  expect(new Digests(places).of('some')).toMatchObject({ state: 'done', tasks: { vqa: { test: { score: 1 } } } })
})
