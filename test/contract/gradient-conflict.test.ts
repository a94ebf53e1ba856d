import { expect, it } from 'vitest'
import { conflictOverTime, conflictPoints, conflictsOf, meanConflict, rankCorrelation, sameGroup } from '../../src/contract/gradient-conflict'
import type { GradientConflictEvent, RunEvent } from '../../src/contract/run-events'

function measured(iteration: number, vqaGqa: number | null, vqaCoco: number, gqaCoco: number): GradientConflictEvent {
  return {
    kind: 'gradientConflict', sequence: iteration, time: 0, iteration, tasks: ['vqa', 'gqa', 'coco'], agreement: [1, 1, 1], batches: 4, parameters: 9, compared: 9, milliseconds: 1,
    cosines: [[1, vqaGqa, vqaCoco], [vqaGqa, 1, gqaCoco], [vqaCoco, gqaCoco, 1]]
  }
}

const measurements = [measured(10, 0.8, -0.2, 0), measured(20, 0.4, -0.4, 0.2)]

it('finds the measurements of a run among its events', () => {
  const note: RunEvent = { kind: 'note', text: '', sequence: 1, time: 0, iteration: 0 }
  expect(conflictsOf([note, ...measurements]).map(({ iteration }) => iteration)).toEqual([10, 20])
})

it('follows pairs of one group and of two over time', () => {
  expect(conflictOverTime(measurements, sameGroup)).toEqual([[10, 0.8], [20, 0.4]])
  expect(conflictOverTime(measurements, (a, b) => !sameGroup(a, b))).toEqual([[10, -0.1], [20, -0.1]])
})

it('averages pair by pair, and leaves out what has no cosine', () => {
  const { cosines } = meanConflict([...measurements, measured(30, null, -0.3, 0.1)])
  expect(cosines.map((row) => row.map((value) => Number(value?.toFixed(5))))).toEqual([[1, 0.6, -0.3], [0.6, 1, 0.1], [-0.3, 0.1, 1]])
})

it('puts cosines beside gains, each pair once, with the mean of both directions', () => {
  const gains: Readonly<Record<string, number>> = { 'vqa<gqa': 2, 'gqa<vqa': 4, 'coco<vqa': -1 }
  const points = conflictPoints(meanConflict(measurements), (task, by) => gains[`${task}<${by}`] ?? null)
  expect(points.map(({ a, b, cosine, gain }) => [a, b, Number(cosine.toFixed(5)), gain])).toEqual([['vqa', 'gqa', 0.6, 3], ['vqa', 'coco', -0.3, -1]])
})

it('correlates ranks: 1 for any rising relation, ties share a rank, nothing from two points', () => {
  expect(rankCorrelation([[1, 1], [2, 10], [3, 100]])).toBe(1)
  expect(rankCorrelation([[1, 3], [2, 2], [3, 1]])).toBe(-1)
  // By hand: ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / √(4.5 × 5).
  expect(rankCorrelation([[1, 1], [2, 2], [2, 3], [4, 4]])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12)
  expect([rankCorrelation([[1, 1], [2, 2]]), rankCorrelation([[1, 1], [1, 2], [1, 3]])]).toEqual([null, null])
})
