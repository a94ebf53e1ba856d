// Hand-computed cases of grounding consistency (spec section 6), and the words that it counts.

import { describe, expect, it } from 'vitest'
import { contentWords } from '../../../src/engine/grounding/content-words'
import { type Judged, groundingConsistency } from '../../../src/engine/grounding/grounding-consistency'

const judged = (picture: string, text: string, right: boolean): Judged => ({ picture, text, right })

describe('grounding consistency', () => {
  it('weighs pairs on one picture by their shared nouns and adjectives', () => {
    const questions = [judged('1', 'What color is the largest dog?', true), judged('1', 'Is the cat black?', false), judged('2', 'Where is the dog?', true)]
    const expressions = [judged('1', 'largest dog', true), judged('1', 'black cat on the left', true), judged('1', 'dog', false), judged('3', 'dog', true)]
    // Picture 1: (largest dog?, largest dog) d = 2 both right; (…, black cat) d = 0; (…, dog) d = 1 expression wrong;
    // (cat black?, largest dog) 0; (cat black?, black cat) d = 2 question wrong; (cat black?, dog) 0. Pictures 2 and 3 have no partner.
    expect(groundingConsistency(questions, expressions)).toEqual({
      consistency: 2 / 5, questionsRight: 3 / 5, expressionsRight: 4 / 5, ifIndependent: (3 / 5) * (4 / 5), pairs: 6, sharingPairs: 3, weight: 5, pictures: 1
    })
  })

  it('is 1 for an oracle and 0 for a model that is right on one side only', () => {
    const questions = [judged('1', 'Is the red ball big?', true)]
    const expressions = [judged('1', 'the ball', true), judged('1', 'red box', true)]
    expect(groundingConsistency(questions, expressions).consistency).toBe(1)
    expect(groundingConsistency(questions.map((each) => ({ ...each, right: false })), expressions).consistency).toBe(0)
    expect(groundingConsistency(questions, expressions.map((each) => ({ ...each, right: false }))).consistency).toBe(0)
  })

  it('counts a word once, whatever its number, and is null where nothing is shared', () => {
    expect(groundingConsistency([judged('1', 'How many dogs chase the dog?', true)], [judged('1', 'dog next to the dogs', true)])).toMatchObject({ weight: 1, consistency: 1 })
    expect(groundingConsistency([judged('1', 'Is it raining?', true)], [judged('1', 'left guy', true)])).toMatchObject({ consistency: null, ifIndependent: null, pairs: 1, weight: 0 })
    expect(groundingConsistency([], [])).toMatchObject({ consistency: null, pairs: 0, pictures: 0 })
  })
})

describe('nouns and adjectives', () => {
  // Tagged by hand. Questions as people ask them of photographs, expressions as in RefCOCO, sentences of the mini-world.
  it.each([
    ['What color is the largest dog?', 'color largest dog'],
    ['What is the man on the left holding?', 'man left'],
    ['Is the woman wearing a striped shirt?', 'woman striped shirt'],
    ['How many people are riding horses?', 'person horse'],
    ['What is this photo taken looking through?', 'photo'],
    ['Does the building have tall windows?', 'building tall window'],
    ['Are the children playing with a red frisbee?', 'child red frisbee'],
    ['Where was this picture taken?', 'picture'],
    ['What is behind the parked motorcycle?', 'parked motorcycle'],
    ['Which sport is being played?', 'sport'],
    ['Is there a dancer in green?', 'dancer green'],
    ['Is the hiker on the left?', 'hiker left'],
    ['guy sitting in front with glasses', 'guy front glasses'],
    ['lady with the blue shirt', 'lady blue shirt'],
    ['second giraffe from right', 'second giraffe right'],
    ["boy's left hand", 'boy left hand'],
    ['the elephant closest to us', 'elephant'],
    ['white umbrella left of black elephant', 'white umbrella left black elephant'],
    ['woman standing behind the kids', 'woman kid'],
    ['bottom right sandwich half', 'bottom right sandwich'],
    ['two men in suits', 'man suit'],
    ['the very dark brown chair', 'dark brown chair'],
    ['tiny yellow tree', 'tiny yellow tree'],
    ['surfer above white church', 'surfer white church']
  ])('of "%s" are: %s', (sentence, expected) => {
    expect(contentWords(sentence).join(' ')).toBe(expected)
  })
})
