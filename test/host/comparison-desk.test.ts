import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TestOutcomes } from '../../src/contract/test-outcomes'
import { comparisonDesk } from '../../src/host/comparison-desk'
import { RunLibrary } from '../../src/host/run-library'
import { newRunFolder, newWorkspace } from './run-folders'

const workspace = newWorkspace()
const library = new RunLibrary(workspace.runs)
const desk = comparisonDesk((id) => library.folderOf(id))

function writeOutcomes(folder: string, outcomes: Partial<TestOutcomes>): void {
  mkdirSync(join(folder, 'predictions', 'refcoco'), { recursive: true })
  writeFileSync(join(folder, 'predictions', 'refcoco', 'test.json'), JSON.stringify({ task: 'refcoco', split: 'test', iteration: 5, ...outcomes }))
}

beforeAll(() => {
  const [first, second, third] = ['first', 'second', 'third'].map((id) => newRunFolder(workspace, id)) as [string, string, string]
  const shared = { ids: ['x', 'y'], texts: ['left dog', 'red ball'], expected: ['Region 1', 'Region 2'], pictures: [['p/x.png'], ['p/y.png']] }
  const boxes = (answer: readonly [number, number, number, number]): TestOutcomes['boxes'] => shared.ids.map(() => ({ size: [320, 240], answer, expected: [1, 2, 3, 4] }))
  writeOutcomes(first, { ...shared, scores: [1, 0], answers: ['Region 1', 'Region 9'], boxes: boxes([1, 2, 3, 4]) ?? [] })
  writeOutcomes(second, { ...shared, scores: [0, 0], answers: ['Region 7', 'Region 9'] })
  mkdirSync(join(third, 'checkpoints', 'step-40'), { recursive: true })
  mkdirSync(join(third, 'checkpoints', 'step-8'), { recursive: true })
  library.poll()
})

describe('the window’s desk for comparisons', () => {
  it('finds the examples that one run gets right and the other does not, with what each points at', () => {
    const { gained, lost, examples, missing } = desk['runs:flipped']({ a: 'first', b: 'second', task: 'refcoco' })
    expect([examples, gained, missing]).toEqual([2, [], []])
    expect(lost).toEqual([{
      id: 'x', text: 'left dog', expected: 'Region 1', answerA: 'Region 1', answerB: 'Region 7', scoreA: 1, scoreB: 0, pictures: ['p/x.png'],
      boxesA: { size: [320, 240], answer: [1, 2, 3, 4], expected: [1, 2, 3, 4] }, boxesB: null
    }])
  })

  it('says whose examples are missing', () => {
    expect(desk['runs:flipped']({ a: 'first', b: 'third', task: 'refcoco' })).toMatchObject({ examples: 0, missing: ['b'], problem: expect.stringMatching(/third; a run writes it at its end/) as string })
    expect(desk['runs:flipped']({ a: 'third', b: 'third', task: 'vqa' }).missing).toEqual(['a', 'b'])
  })

  it('names the runs of a comparison by their ids', () => {
    expect(desk['runs:compare']({ a: 'first', b: 'second' })).toMatchObject({ a: 'first', b: 'second', settings: [] })
    expect(() => desk['runs:compare']({ a: 'first', b: 'nobody' })).toThrow(/nobody/)
  })

  it('lists the checkpoints that are kept, in order', () => {
    expect(desk['run:checkpoints']({ id: 'third' })).toEqual([8, 40])
    expect(() => desk['run:tokens']({ id: 'first' })).toThrow(/no checkpoint yet/)
  })
})
