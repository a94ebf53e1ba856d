import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { TaskId } from '../../src/contract/task-catalog'
import { conflictAndTransfer } from '../../src/study/conflict-and-transfer'
import type { StudyPlaces } from '../../src/study/study-places'
import { finishRun, newPlaces, savedStudy } from './study-fixtures'

const TASKS = ['vqa', 'flickr30k', 'nlvr2'] as const

/** A run of all tasks that measured these cosines: VQA with Flickr30K, VQA with NLVR2, Flickr30K with NLVR2. */
function measuredRun(places: StudyPlaces, name: string, [vf, vn, fn]: readonly [number, number, number]): void {
  mkdirSync(join(places.runs, name), { recursive: true })
  writeFileSync(join(places.runs, name, 'config.json'), JSON.stringify({ gradientConflictEvery: 4 }))
  const event = { kind: 'gradientConflict', sequence: 1, time: 1, iteration: 4, tasks: TASKS, cosines: [[1, vf, vn], [vf, 1, fn], [vn, fn, 1]], agreement: [1, 1, 1], batches: 4, parameters: 5, compared: 5, milliseconds: 1 }
  appendFileSync(join(places.runs, name, 'events.jsonl'), `${JSON.stringify(event)}\n`)
}

it('puts measured cosines beside the gains of pairs, with their rank correlation', () => {
  const places = newPlaces()
  const { plan } = savedStudy(places, 'transfer', { set: { tasks: [...TASKS] }, seeds: [1] })
  // Alone every task is right on half of its test; VQA and Flickr30K help each other, NLVR2 helps nobody.
  const joint = (tasks: readonly TaskId[]): number[] => (tasks.includes('nlvr2') ? [1, 0, 0, 0] : [1, 1, 1, 0])
  for (const { id, config } of plan.runs) {
    const results = config.tasks.map((task) => [task, { test: config.tasks.length === 1 ? [1, 1, 0, 0] : joint(config.tasks) }] as const)
    finishRun(places, id, Object.fromEntries(results))
  }
  expect(conflictAndTransfer(places)).toBeNull()
  measuredRun(places, 'joint', [0.5, -0.4, 0.1])
  measuredRun(places, 'joint-2', [0.7, -0.2, -0.3])
  const found = conflictAndTransfer(places)
  if (!found) throw new Error('Two runs have measured')
  const { tasks, points, correlation, runs, measurements, gains } = found
  expect([tasks, runs, measurements]).toEqual([TASKS, ['joint', 'joint-2'], 2])
  expect(points.map(({ a, b, cosine, gain }) => [a, b, Number(cosine.toFixed(6)), Number(gain.toFixed(6))])).toEqual([['vqa', 'flickr30k', 0.6, 50], ['vqa', 'nlvr2', -0.3, -50], ['flickr30k', 'nlvr2', -0.1, -50]])
  expect(gains[0]).toEqual([null, 50, -50])
  // Ranks 2, 0, 1 against 2, 0.5, 0.5: 1.5 / √(2 × 1.5).
  expect(correlation).toBeCloseTo(1.5 / Math.sqrt(3), 12)
})
