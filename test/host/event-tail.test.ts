import { appendFileSync, mkdtempSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventTail } from '../../src/host/event-tail'

const line = (sequence: number): string => `${JSON.stringify({ kind: 'note', text: 'ü', sequence, time: sequence, iteration: 0 })}\n`
const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'twelve-tail-')), 'events.jsonl')
const sequences = (tail: EventTail): number[] => tail.read().events.map((event) => event.sequence)

describe('event tail', () => {
  it('returns nothing while there is no file, then only what was added', () => {
    const path = newFile()
    const tail = new EventTail(path)
    expect(sequences(tail)).toEqual([])
    appendFileSync(path, line(1) + line(2))
    expect(sequences(tail)).toEqual([1, 2])
    expect(sequences(tail)).toEqual([])
    appendFileSync(path, line(3))
    expect(sequences(tail)).toEqual([3])
  })

  it('keeps a line that is cut in the middle of a letter until its end is written', () => {
    const path = newFile()
    const tail = new EventTail(path)
    const bytes = Buffer.from(line(1))
    const cut = bytes.indexOf(0xc3) + 1
    appendFileSync(path, bytes.subarray(0, cut))
    expect(sequences(tail)).toEqual([])
    appendFileSync(path, bytes.subarray(cut))
    const events = tail.read().events
    expect(events.map((event) => event.kind === 'note' && event.text)).toEqual(['ü'])
  })

  it('reads a file again that was cut or replaced', () => {
    const path = newFile()
    const tail = new EventTail(path)
    appendFileSync(path, line(1) + line(2) + line(3))
    tail.read()
    writeFileSync(`${path}.new`, line(1) + line(2))
    renameSync(`${path}.new`, path)
    const read = tail.read()
    expect([read.restarted, read.events.map((event) => event.sequence)]).toEqual([true, [1, 2]])
  })

  it('begins after what is known, and knows whether it has read whole lines', () => {
    const path = newFile()
    appendFileSync(path, line(1))
    const tail = new EventTail(path)
    tail.startAfter(statSync(path))
    expect([sequences(tail), tail.wholeBytes]).toEqual([[], line(1).length + 1])
    appendFileSync(path, line(2) + '{"half')
    expect([sequences(tail), tail.wholeBytes]).toEqual([[2], undefined])
    writeFileSync(path, '')
    appendFileSync(path, line(3))
    expect(tail.read()).toMatchObject({ restarted: true, events: [{ sequence: 3 }] })
  })

  it('passes damaged lines over and goes on', () => {
    const path = newFile()
    const tail = new EventTail(path)
    appendFileSync(path, `${line(1)}{"kind": oops\n${line(2)}`)
    expect(sequences(tail)).toEqual([1, 2])
  })
})
