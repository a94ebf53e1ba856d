import { appendFileSync, mkdtempSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NewRunEvent } from '../../../src/contract/run-events'
import { parseEventLines } from '../../../src/contract/run-format'
import { cutEvents, openEventLog } from '../../../src/engine/training/event-log'

const file = (): string => join(mkdtempSync(join(tmpdir(), 'event-log-')), 'events.jsonl')
const note = (text: string): NewRunEvent => ({ kind: 'note', text })
const step: NewRunEvent = { kind: 'step', task: 'vqa', loss: 1, score: 0, learningRate: 0.1, gradientNorm: 1, milliseconds: 5, examples: 8 }
const events = (path: string) => parseEventLines(readFileSync(path, 'utf8')).events

describe('openEventLog', () => {
  it('numbers the events without gaps, over a reopening too', () => {
    const path = file()
    const first = openEventLog(path, 0)
    first.append(note('one'), 0)
    first.append(step, 0)
    first.close()
    const second = openEventLog(path, first.sequence())
    second.append(note('three'), 1)
    second.close()
    expect(events(path).map(({ sequence, iteration }) => [sequence, iteration])).toEqual([[1, 0], [2, 0], [3, 1]])
  })

  it('holds steps back for a bundle, and writes what others wait for at once', async () => {
    const path = file()
    const log = openEventLog(path, 0)
    log.append(step, 0)
    expect(events(path)).toHaveLength(0)
    log.append({ kind: 'state', state: 'paused' }, 0)
    expect(events(path)).toHaveLength(2)
    log.append(step, 0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(events(path)).toHaveLength(3)
    log.close()
  })

  it.skipIf(process.platform !== 'linux')('keeps lines while the disk is full', () => {
    const path = file()
    symlinkSync('/dev/full', path)
    const log = openEventLog(path, 0)
    log.append(step, 0)
    expect(log.flush()).toBe(false)
    unlinkSync(path)
    expect(log.append(note('still counted'), 0).sequence).toBe(2)
  })
})

describe('cutEvents', () => {
  function written(...kinds: readonly NewRunEvent[]): string {
    const path = file()
    const log = openEventLog(path, 0)
    for (const event of kinds) log.append(event, 0)
    log.close()
    return path
  }

  it('drops what came after the checkpoint', () => {
    const path = written(step, note('checkpoint'), step, note('end'))
    expect(cutEvents(path, 2)).toMatchObject({ lastSequence: 2, dropped: 2, damagedLines: 0 })
    expect(events(path).map((event) => event.sequence)).toEqual([1, 2])
  })

  it('keeps everything if the run only stopped after it', () => {
    const path = written(step, note('checkpoint'), { kind: 'state', state: 'stopped' })
    expect(cutEvents(path, 2)).toMatchObject({ lastSequence: 3, dropped: 0 })
  })

  it('drops half a line of a process that was killed, and a damaged one with all after it', () => {
    const path = written(step, step)
    appendFileSync(path, '{"kind":"step","sequ')
    expect(cutEvents(path, 2).lastSequence).toBe(2)
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true)
    writeFileSync(path, readFileSync(path, 'utf8').replace('{"kind":"step"', '{kind'))
    expect(cutEvents(path, 2)).toMatchObject({ lastSequence: 0, damagedLines: 1 })
  })

  it('takes a missing file as empty', () => {
    expect(cutEvents(file(), 7)).toMatchObject({ lastSequence: 0, dropped: 0 })
  })
})
