// Same seed, same numbers, to the last bit: twice through, paused and resumed in a new process, killed and resumed.

import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/contract/run-events'
import { BUILD_MS, buildCli, freshFolder, runCli } from '../cli/run-cli'
import { curveOf, eventsOf, finalWeights, interruptAt, trainThrough, trainWords } from './interrupted-run'
import { tinyWorld } from './tiny-world'

let data = ''
let whole = ''

beforeAll(async () => {
  buildCli()
  data = await tinyWorld()
  whole = join(freshFolder(), 'whole')
  trainThrough(whole, data)
}, BUILD_MS + 300_000)

function expectSameRun(run: string): void {
  expect(curveOf(run)).toEqual(curveOf(whole))
  finalWeights(run).forEach((file, place) => expect(file.equals(finalWeights(whole)[place] ?? Buffer.alloc(0))).toBe(true))
  expect(eventsOf(run).map(({ sequence }) => sequence)).toEqual(eventsOf(run).map((_, place) => place + 1))
  expect(runCli(['runs', 'verify', run, '--json'])).toMatchObject({ status: 0 })
}

const stepOf = (task: string, iteration: number) => (event: RunEvent): boolean => event.kind === 'step' && event.task === task && event.iteration === iteration

describe('a run on the CPU', () => {
  it('steps, stops tasks, validates and saves', () => {
    const kinds = new Set(eventsOf(whole).map(({ kind }) => kind))
    expect([...kinds]).toEqual(expect.arrayContaining(['state', 'step', 'validation', 'stopAndGo', 'checkpoint', 'sample']))
    expect(eventsOf(whole).some((event) => event.kind === 'stopAndGo' && event.changed)).toBe(true)
  })

  it('gives the same numbers when it is run again', () => {
    const again = join(freshFolder(), 'again')
    trainThrough(again, data)
    expectSameRun(again)
  })

  it('gives other numbers with another seed', () => {
    const other = join(freshFolder(), 'other')
    trainThrough(other, data, ['seed=2'])
    expect(curveOf(other)).not.toEqual(curveOf(whole))
  })

  it('goes on to the last bit in a new process after Ctrl-C in the middle of a round', async () => {
    const run = join(freshFolder(), 'paused')
    const ended = await interruptAt(trainWords(run, data), 'SIGINT', stepOf('coco', 3))
    expect(ended).toEqual({ status: 0, signal: null })
    expect(eventsOf(run).some((event) => event.kind === 'state' && event.state === 'paused')).toBe(true)
    expect(runCli(['train', '--run', run, '--resume']).status).toBe(0)
    expectSameRun(run)
  })

  it('goes on to the last bit after kill -9: no step twice, none missing', async () => {
    const run = join(freshFolder(), 'killed')
    const ended = await interruptAt(trainWords(run, data), 'SIGKILL', stepOf('refcoco', 12))
    expect(ended.signal).toBe('SIGKILL')
    expect(runCli(['train', '--run', run, '--resume']).status).toBe(0)
    expectSameRun(run)
    expect(eventsOf(run).some((event) => event.kind === 'note' && /events after the checkpoint were dropped/.test(event.text))).toBe(true)
  })

  it('refuses a second process on the same run, with one message', async () => {
    const run = join(freshFolder(), 'shared')
    let second = ''
    const ended = await interruptAt(trainWords(run, data), 'SIGKILL', (event) => {
      if (event.kind !== 'step') return false
      const { status, stderr } = runCli(['train', '--run', run, '--resume'])
      second = `${status} ${stderr}`
      return true
    })
    expect(ended.signal).toBe('SIGKILL')
    expect(second).toMatch(/^2 twelve-in-one: Run .*shared is being trained by process \d+/)
  })
})
