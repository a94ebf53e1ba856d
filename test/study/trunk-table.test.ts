// The table of what pre-trainings learned: numbers of their last check.

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runFolder } from '../../src/study/study-places'
import { studyTable } from '../../src/study/study-table-of'
import { newPlaces, savedStudy } from './study-fixtures'

it('shows each pre-training’s last check beside the paper’s, and waits for those that are not done', () => {
  const places = newPlaces()
  const { plan } = savedStudy(places, 'dynamics', { set: {}, rows: ['trunk-objective-1', 'trunk-objective-0', 'trunk-objective-2'], seeds: [1, 2] })
  const finish = (setting: string, seed: number, alignment: number): void => {
    const id = plan.cells.find((cell) => cell.setting === setting && cell.seed === seed)?.run ?? ''
    const folder = runFolder(places, id)
    mkdirSync(folder, { recursive: true })
    const check = (iteration: number, value: number) => ({ kind: 'validation', iteration, task: 'pretraining', split: 'val', metrics: { score: value, alignment: value, 'masked colours': 0.25 }, examples: 64, constantGuess: 0, textOnlyGuess: 0, spread: 1, milliseconds: 9 })
    const step = { kind: 'step', iteration: 0, task: 'pretraining', loss: 1, score: 1, learningRate: 1, gradientNorm: 1, milliseconds: 9, examples: 8 }
    const events = [{ kind: 'state', state: 'running', iterations: 20 }, step, check(10, 0.1), check(20, alignment), { kind: 'state', state: 'done', iteration: 20 }]
    appendFileSync(join(folder, 'events.jsonl'), events.map((event, index) => `${JSON.stringify({ sequence: index + 1, time: index, iteration: 0, ...event })}\n`).join(''))
  }
  for (const seed of [1, 2]) {
    finish('trunk-objective-1', seed, 0.7)
    finish('trunk-objective-0', seed, 0.6 + seed / 100)
  }
  finish('trunk-objective-2', 1, 0.9)

  const { rows, columns } = studyTable(places, 'dynamics', 'trunks')
  const cells = (setting: string) => rows.find((row) => row.setting === setting)?.cells ?? {}
  expect(columns).toEqual(['alignment', 'masked words', 'masked colours', 'masked things', 'region classes'])
  expect(cells('trunk-objective-1')['alignment']).toMatchObject({ mean: 70, n: 2, open: [] })
  expect(cells('trunk-objective-0')['alignment']?.difference).toBeCloseTo(-8.5, 9)
  expect(cells('trunk-objective-0')['masked colours']).toMatchObject({ mean: 25, difference: 0 })
  expect(cells('trunk-objective-0')['masked words']).toMatchObject({ mean: null, n: 0, open: [] })
  expect(cells('trunk-objective-2')['alignment']).toMatchObject({ mean: 90, n: 1 })
  expect(cells('trunk-objective-2')['alignment']?.open).toHaveLength(1)
})
