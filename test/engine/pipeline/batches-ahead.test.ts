import { describe, expect, it } from 'vitest'
import { AskedNumbers, BatchesAhead } from '../../../src/engine/pipeline/batches-ahead'
import type { BatchPlace } from '../../../src/engine/training/course-data'

const train = (task: BatchPlace['task'], number: number): BatchPlace => ({ task, split: 'train', number })
const name = (place: BatchPlace | undefined): string => (place ? `${place.task} ${place.split} ${place.number}` : 'nothing')

/** Makes what is next until enough waits; the names in order. */
function makeAll(ahead: BatchesAhead, bytes = 1000): string[] {
  const made: string[] = []
  for (let place = ahead.next(); place; place = ahead.next()) {
    made.push(name(place))
    ahead.made(place, bytes)
  }
  return made
}

describe('batches made ahead', () => {
  it('begin with the first of every task, in their order, then the ones after them while few wait', () => {
    expect(makeAll(new BatchesAhead(() => true, [train('vqa', 4), train('coco', 0)]))).toEqual(['vqa train 4', 'coco train 0', 'vqa train 5', 'coco train 1'])
    expect(makeAll(new BatchesAhead(() => true, [train('vqa', 4)]))).toEqual(['vqa train 4', 'vqa train 5', 'vqa train 6', 'vqa train 7'])
    const five = ['vqa', 'coco', 'gqa', 'nlvr2', 'refcoco'] as const
    expect(makeAll(new BatchesAhead(() => true, five.map((task) => train(task, 0)))).length).toBe(5)
  })

  it('follow what is asked: one more of the task whose batch was taken', () => {
    const ahead = new BatchesAhead(() => true, [train('vqa', 0), train('coco', 0)])
    makeAll(ahead)
    expect(ahead.ask(train('vqa', 0))).toBe(false)
    expect(makeAll(ahead)).toEqual(['vqa train 2'])
    expect(ahead.ask(train('vqa', 1))).toBe(false)
    expect(makeAll(ahead)).toEqual(['vqa train 3'])
  })

  it('wait for a stopped task as long as it takes', () => {
    const ahead = new BatchesAhead(() => true, [train('vqa', 0), train('coco', 0)])
    makeAll(ahead)
    for (let number = 0; number < 50; number++) {
      ahead.ask(train('vqa', number))
      makeAll(ahead)
    }
    expect(ahead.ask(train('coco', 0))).toBe(false)
  })

  it('must be made anew after a jump, and then follow the jump', () => {
    const ahead = new BatchesAhead(() => true, [train('vqa', 0)])
    makeAll(ahead)
    expect(ahead.ask(train('vqa', 90))).toBe(true)
    expect(makeAll(ahead)).toEqual(['vqa train 91', 'vqa train 92', 'vqa train 93', 'vqa train 94'])
    expect(ahead.ask(train('vqa', 1))).toBe(true)
    expect(makeAll(ahead)).toEqual(['vqa train 2', 'vqa train 3', 'vqa train 4', 'vqa train 5'])
  })

  it('are one for each task only, where they are large', () => {
    const ahead = new BatchesAhead(() => true, [train('vqa', 0), train('coco', 0)])
    expect(makeAll(ahead, 100 * 2 ** 20)).toEqual(['vqa train 0', 'coco train 0'])
    ahead.ask(train('vqa', 0))
    expect(makeAll(ahead, 100 * 2 ** 20)).toEqual(['vqa train 1'])
  })

  it('end with the last batch of a check', () => {
    const ahead = new BatchesAhead(({ split, number }) => split === 'train' || number < 3, [])
    expect(ahead.ask({ task: 'vqa', split: 'val', number: 0 })).toBe(true)
    expect(makeAll(ahead)).toEqual(['vqa val 1', 'vqa val 2'])
    ahead.ask({ task: 'vqa', split: 'val', number: 1 })
    ahead.ask({ task: 'vqa', split: 'val', number: 2 })
    expect(makeAll(ahead)).toEqual([])
  })

  it('are not tried again and again where making fails: whoever asks is told', () => {
    const ahead = new BatchesAhead(() => true, [train('vqa', 0)])
    ahead.made(train('vqa', 0), 'failed')
    expect(makeAll(ahead)).toEqual(['vqa train 1', 'vqa train 2', 'vqa train 3'])
    expect(ahead.ask(train('vqa', 0))).toBe(true)
  })
})

describe('numbers asked for', () => {
  it('put the task first that was asked longest ago', () => {
    const asked = new AskedNumbers()
    asked.expect([train('vqa', 0), train('coco', 0), train('gqa', 7)])
    asked.ask(train('vqa', 0))
    expect(asked.after(1).map(name)).toEqual(['coco train 0', 'gqa train 7', 'vqa train 1'])
  })

  it('say what is ahead and what is behind or too far', () => {
    const asked = new AskedNumbers()
    asked.ask(train('vqa', 5))
    expect([5, 6, 9, 10].map((number) => asked.isAhead(train('vqa', number)))).toEqual([false, true, true, false])
    expect(asked.isAhead(train('coco', 0))).toBe(false)
  })
})
