// Hand-computed cases of VQA's official accuracy and of its normalisation of answers (spec 7, data formats 1).

import { describe, expect, it } from 'vitest'
import { normalAnswer } from '../../../src/engine/data/answer-text'
import { votesOf, vqaAccuracy } from '../../../src/engine/metrics/vqa-accuracy'

describe('the accuracy of an answer', () => {
  it.each([
    // n people agree, ten groups leave one out: n of them see n − 1 others, the rest see n; three others are enough.
    [0, 0], [1, 0.3], [2, 0.6], [3, 0.9], [4, 1], [10, 1]
  ])('that %i of ten people gave is %f', (agreeing, expected) => {
    const votes = { net: agreeing, other: 5, third: 5 - agreeing }
    expect(vqaAccuracy('net', { ...votes, third: Math.max(0, votes.third) })).toBeCloseTo(expected, 12)
  })

  it('joins answers that are the same after normalising', () => {
    expect(vqaAccuracy('2', { Two: 1, '2': 1, 'a 2': 1, three: 7 })).toBeCloseTo(0.9, 12)
    expect(vqaAccuracy('dog', { 'The dog.': 2, cat: 8 })).toBeCloseTo(0.6, 12)
  })

  it('compares texts as they are, but for the case, where all ten people agree', () => {
    expect(vqaAccuracy('2', { two: 10 })).toBe(0)
    expect(vqaAccuracy('Two', { two: 10 })).toBe(1)
  })

  it('is the same from soft scores as from the votes they stand for', () => {
    const soft = { net: 0.3, netting: 0.6, mesh: 0.9, fence: 1 }
    expect(votesOf(soft)).toEqual({ net: 1, netting: 2, mesh: 3, fence: 4 })
    for (const [answer, score] of Object.entries(soft)) expect(vqaAccuracy(answer, votesOf(soft))).toBeCloseTo(score, 12)
  })
})

describe('a normal answer', () => {
  it.each([
    ['A red car.', 'red car'], ['Two', '2'], ['none', '0'], ['ten dogs', '10 dogs'], ['the', ''], ['Dont', "don't"], ['ITS', 'its'],
    ['black-and-white', 'black and white'], ['yes, it is', 'yes it is'], ['yes,it', 'yes it'], ['1,000', '1000'], ['1,000-2', '10002'], ['3.5', '3.5'], ['end.', 'end'],
    ['who?', 'who'], ["o'clock", "o'clock"], ['oclock', "o'clock"], ['youd', "you'd"], ["he'dve", "he'd've"], ['shouldntve', 'shouldntve'], ["shouldnt've", "shouldn't've"],
    ['  tab\there ', 'tab here'], ['(left)', 'left'], ['a/c', 'c']
  ])('of "%s" is "%s"', (answer, expected) => {
    expect(normalAnswer(answer)).toBe(expected)
  })
})
