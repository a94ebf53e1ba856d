import { expect, it } from 'vitest'
import { nextArrays } from '../../../src/study/executors/slurm-arrays'

const none = new Map<string, never>()

it('puts runs without needs into one array', () => {
  expect(nextArrays([{ id: 'a', needs: [] }, { id: 'b', needs: [] }], none)).toEqual([{ dependency: '', runs: [{ id: 'a', index: 0 }, { id: 'b', index: 1 }] }])
})

it('holds back runs whose needs are not submitted', () => {
  expect(nextArrays([{ id: 'b', needs: ['a'] }], none)).toEqual([])
})

it('lets runs that need the same elements wait for all of them', () => {
  const submitted = new Map([['a', { jobId: 7, index: 3 }], ['b', { jobId: 4, index: 0 }]])
  const wanted = ['x', 'y'].map((id) => ({ id, needs: ['a', 'b', 'a'] }))
  expect(nextArrays(wanted, submitted)).toEqual([{ dependency: 'afterok:4_0:7_3', runs: [{ id: 'x', index: 0 }, { id: 'y', index: 1 }] }])
})

it('matches runs one to one where that makes fewer arrays, with the numbers of the runs they need', () => {
  const submitted = new Map(['a', 'b', 'c'].map((id, index) => [id, { jobId: 5, index: index + 2 }]))
  const wanted = ['a', 'b', 'c'].map((id) => ({ id: `${id}2`, needs: [id] }))
  expect(nextArrays(wanted, submitted)).toEqual([{ dependency: 'aftercorr:5', runs: [{ id: 'a2', index: 2 }, { id: 'b2', index: 3 }, { id: 'c2', index: 4 }] }])
})

it('keeps one array per parent where each has more children than there are parents', () => {
  const submitted = new Map([['a', { jobId: 5, index: 0 }], ['b', { jobId: 5, index: 1 }]])
  const wanted = ['a', 'b'].flatMap((parent) => [1, 2, 3].map((child) => ({ id: `${parent}${child}`, needs: [parent] })))
  expect(nextArrays(wanted, submitted).map(({ dependency, runs }) => [dependency, runs.length])).toEqual([['afterok:5_0', 3], ['afterok:5_1', 3]])
})

it('makes no array larger than clusters allow', () => {
  const wanted = Array.from({ length: 1100 }, (_, i) => ({ id: `r${i}`, needs: [] }))
  expect(nextArrays(wanted, none).map(({ runs }) => runs.length)).toEqual([500, 500, 100])
})
