// events.jsonl: appended in bundles, in the order of a gap-free `sequence`; cut back to a checkpoint on resume, so that
// the curve has no step twice and none missing. Read next: contract/run-format.ts, run-folder.ts.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import type { NewRunEvent, RunEvent } from '../../contract/run-events'
import { eventLine, parseEventLines } from '../../contract/run-format'

/** A reader is at most so far behind; more writes would cost the loop for nothing. */
const BUNDLE_MS = 100

/** Events that others wait for are not held back. */
const AT_ONCE: readonly RunEvent['kind'][] = ['state', 'checkpoint', 'failure', 'validation', 'stopAndGo', 'sample']

export interface EventLog {
  /** Gives the event its sequence number and time, and queues its line. */
  append(event: NewRunEvent, iteration: number): RunEvent
  /** Writes what is queued; with `sync` also through to the disk. False: the disk is full, the lines stay queued. */
  flush(sync?: boolean): boolean
  /** Sequence number of the last event. */
  sequence(): number
  close(): void
}

/** Opens the file for appending after the event with number `lastSequence`. */
export function openEventLog(file: string, lastSequence: number): EventLog {
  const handle = openSync(file, 'a')
  let sequence = lastSequence
  let queue: Buffer = Buffer.alloc(0)
  let timer: NodeJS.Timeout | undefined

  const flush = (sync = false): boolean => {
    if (timer) clearTimeout(timer)
    timer = undefined
    try {
      // A full disk can take half of a line: the rest stays in the queue and is written later.
      while (queue.length > 0) queue = queue.subarray(writeSync(handle, queue))
      if (sync) fsyncSync(handle)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      return false
    }
  }

  return {
    append(event, iteration) {
      sequence += 1
      const whole = { ...event, sequence, time: Date.now(), iteration } as RunEvent
      queue = Buffer.concat([queue, Buffer.from(eventLine(whole), 'utf8')])
      if (AT_ONCE.includes(whole.kind)) flush()
      else timer ??= setTimeout(flush, BUNDLE_MS).unref()
      return whole
    },
    flush,
    sequence: () => sequence,
    close() {
      flush()
      closeSync(handle)
    }
  }
}

export interface EventCut {
  readonly lastSequence: number
  readonly kept: readonly RunEvent[]
  /** Events that came after the checkpoint and are gone. */
  readonly dropped: number
  readonly damagedLines: number
}

/** Events that can stand after a checkpoint without being done again by a resume. */
const HARMLESS: readonly RunEvent['kind'][] = ['state', 'note', 'failure', 'progress', 'checkpoint', 'phases']

/**
 * Cuts the file back to the event with number `lastSequence` (whole lines only), by writing a new file and renaming it;
 * if no step or result came after it (the run was paused or stopped there), the later events stay.
 * Damaged lines go too. The result's `lastSequence` is that of the last event kept: smaller if the file ended earlier.
 */
export function cutEvents(file: string, lastSequence: number): EventCut {
  if (!existsSync(file)) return { lastSequence: 0, kept: [], dropped: 0, damagedLines: 0 }
  const text = readFileSync(file, 'utf8')
  const { events, damaged } = parseEventLines(text)
  const whole = consecutive(events)
  const keepsTail = whole.every((event) => event.sequence <= lastSequence || HARMLESS.includes(event.kind))
  const kept = keepsTail ? whole : whole.filter((event) => event.sequence <= lastSequence)
  const content = kept.map(eventLine).join('')
  if (content !== text) {
    const temporary = `${file}.new`
    writeFileSync(temporary, content)
    renameSync(temporary, file)
  }
  return { lastSequence: kept.length, kept, dropped: events.length - kept.length, damagedLines: damaged }
}

/** The events as far as their numbers go 1, 2, 3 …: what comes after a gap cannot be trusted. */
function consecutive(events: readonly RunEvent[]): RunEvent[] {
  const gap = events.findIndex((event, place) => event.sequence !== place + 1)
  return gap < 0 ? [...events] : events.slice(0, gap)
}
