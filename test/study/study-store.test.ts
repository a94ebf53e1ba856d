import { expect, it } from 'vitest'
import { openStudy, saveStudy } from '../../src/study/study-store'
import { newPlaces, savedStudy, tinyStudy } from './study-fixtures'

it('reads a study once, and again when it was planned anew', () => {
  const places = newPlaces()
  savedStudy(places, 'ablations', { seeds: [1] })
  const first = openStudy(places, 'ablations')
  expect(openStudy(places, 'ablations')).toBe(first)
  const anew = tinyStudy('ablations', { seeds: [1, 2, 3] })
  saveStudy(places, anew)
  const second = openStudy(places, 'ablations')
  expect(second.study.seeds).toEqual([1, 2, 3])
  expect(second.plan.runs.map(({ id }) => id)).toEqual(anew.plan.runs.map(({ id }) => id))
})

it('keeps studies of two workspaces apart', () => {
  const [here, there] = [newPlaces(), newPlaces()]
  savedStudy(here, 'ablations', { seeds: [1] })
  savedStudy(there, 'ablations', { seeds: [7] })
  expect([here, there, here].map((places) => openStudy(places, 'ablations').study.seeds[0])).toEqual([1, 7, 1])
})
