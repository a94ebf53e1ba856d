import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/contract/run-events'
import { RunLibrary } from '../../src/host/run-library'
import { readPicture, readSamples } from '../../src/host/run-files'
import { appendEvents, newRunFolder, newWorkspace } from './run-folders'

const step = (iteration: number, time: number): Partial<RunEvent> => ({
  kind: 'step', task: 'vqa', loss: 1, score: 0, learningRate: 1, gradientNorm: 1, milliseconds: 1, examples: 1, iteration, time
})

describe('run library', () => {
  it('lists unreadable folders with their problem and leaves them alone', () => {
    const workspace = newWorkspace()
    mkdirSync(join(workspace.runs, 'half'))
    writeFileSync(join(workspace.runs, 'half', 'config.json'), '{"seed": ')
    const library = new RunLibrary(workspace.runs)
    library.poll()
    expect(library.summaries()[0]?.problem).toMatch(/config\.json cannot be read/)
    expect(readFileSync(join(workspace.runs, 'half', 'config.json'), 'utf8')).toBe('{"seed": ')
  })

  it('calls a running run without a process interrupted and names the checkpoint', () => {
    const workspace = newWorkspace()
    const folder = newRunFolder(workspace, 'a')
    appendEvents(folder, [
      { kind: 'state', state: 'running', iterations: 100, iteration: 0 },
      { kind: 'checkpoint', folder: 'checkpoints/step-10', sizeBytes: 1, milliseconds: 1, iteration: 10 }
    ])
    writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: 2 ** 22 - 3, host: hostname(), startedAt: 0 }))
    const library = new RunLibrary(workspace.runs)
    library.poll()
    const summary = library.summaryOf('a')
    expect([summary.state, summary.reason]).toEqual(['interrupted', 'Its process ended without a word. It goes on from checkpoint 10.'])
  })

  it('measures pace over the present stretch, not over a pause', () => {
    const workspace = newWorkspace()
    const folder = newRunFolder(workspace, 'a')
    writeFileSync(join(folder, 'lock'), JSON.stringify({ processId: process.pid, host: hostname(), startedAt: 0 }))
    appendEvents(folder, [
      { kind: 'state', state: 'running', iterations: 100, time: 0 }, step(1, 100), step(2, 200),
      { kind: 'state', state: 'paused', time: 300, iteration: 2 },
      { kind: 'state', state: 'running', iterations: 100, time: 100_000, iteration: 2 }, step(3, 100_500), step(4, 101_000), step(5, 101_500)
    ])
    const library = new RunLibrary(workspace.runs)
    library.poll()
    const summary = library.summaryOf('a')
    expect([summary.stepsPerSecond, summary.secondsLeft]).toEqual([2, 47.5])
  })

  it('reports only new events after a resume cut the file', () => {
    const workspace = newWorkspace()
    const folder = newRunFolder(workspace, 'a')
    appendEvents(folder, [{ kind: 'state', state: 'running', time: 50 }, step(2, 200), step(3, 300)])
    const library = new RunLibrary(workspace.runs)
    library.poll()
    const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, 2)
    writeFileSync(join(folder, 'new'), `${lines.join('\n')}\n`)
    renameSync(join(folder, 'new'), join(folder, 'events.jsonl'))
    appendEvents(folder, [{ kind: 'state', state: 'running', time: 900, iteration: 2 }, step(3, 950)], 3)
    const news = library.poll()
    expect(news.map(({ events }) => events.map(({ sequence, time }) => [sequence, time]))).toEqual([[[3, 900], [4, 950]]])
    expect(library.history('a').events.map((event) => event.sequence)).toEqual([1, 2, 3, 4])
  })

  it('thins steps of a long run and nothing else', () => {
    const workspace = newWorkspace()
    const folder = newRunFolder(workspace, 'a')
    const events = Array.from({ length: 1000 }, (_, i): Partial<RunEvent> => (i % 100 === 0 ? { kind: 'note', text: `${i}` } : step(i, i)))
    appendEvents(folder, events)
    const library = new RunLibrary(workspace.runs)
    library.poll()
    const history = library.history('a', 50)
    const count = (kind: string): number => history.events.filter((event) => event.kind === kind).length
    expect([count('note'), count('step') <= 51, history.sequence]).toEqual([10, true, 1000])
  })

  it('refuses pictures outside the data folder and reads the latest samples', () => {
    const workspace = newWorkspace()
    const folder = newRunFolder(workspace, 'a')
    const data = join(workspace.data, 'tiny-world')
    mkdirSync(join(data, 'images'), { recursive: true })
    writeFileSync(join(data, 'images', 'x.png'), 'png')
    writeFileSync(join(workspace.root, 'secret.png'), 'no')
    mkdirSync(join(folder, 'predictions', 'vqa'), { recursive: true })
    writeFileSync(join(folder, 'predictions', 'vqa', 'step-9.json'), '[]')
    writeFileSync(join(folder, 'predictions', 'vqa', 'step-10.json'), '[{"id":"q1"}]')
    const library = new RunLibrary(workspace.runs)
    library.poll()
    expect(readPicture(library, 'a', 'images/x.png').type).toBe('image/png')
    expect(() => readPicture(library, 'a', '../../secret.png')).toThrow(/outside/)
    expect(() => readPicture(library, 'a', '../images/../../secret.png')).toThrow(/outside/)
    expect(() => readPicture(library, 'a', 'config.json')).toThrow(/not a PNG or JPEG/)
    expect(readSamples(library, 'a', 'vqa')).toEqual([{ id: 'q1' }])
    expect(readSamples(library, 'a', 'gqa')).toEqual([])
  })
})
