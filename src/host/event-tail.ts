// Follows a run's events.jsonl from where it last read. The file only grows, except on a resume, when the lines
// after the checkpoint are cut off: then everything is read again. Read next: run-fold.ts, run-library.ts.

import { type Stats, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { parseEventLines } from '../contract/run-format'
import type { RunEvent } from '../contract/run-events'

const CHUNK_BYTES = 4 * 1024 * 1024

export interface TailRead {
  readonly events: readonly RunEvent[]
  /** The file was cut or replaced: these events are all of it, from the first. */
  readonly restarted: boolean
}

/** A position in one events file; `read` returns what was added since the last call. */
export class EventTail {
  private offset = 0
  private inode = -1
  /** Bytes of a line whose end is not written yet. */
  private rest = Buffer.alloc(0)

  constructor(private readonly path: string) {}

  /** Begins after what is known already: the first `size` bytes, whole lines of this very file. */
  startAfter({ size, ino }: Pick<Stats, 'size' | 'ino'>): void {
    this.offset = size
    this.inode = ino
  }

  /** Bytes that were read, all of them whole lines; undefined within a line. */
  get wholeBytes(): number | undefined {
    return this.rest.length === 0 ? this.offset : undefined
  }

  read(): TailRead {
    let file: number
    try {
      file = openSync(this.path, 'r')
    } catch {
      return { events: [], restarted: false }
    }
    try {
      const { size, ino } = fstatSync(file)
      const restarted = this.inode !== -1 && (ino !== this.inode || size < this.offset)
      if (restarted) {
        this.offset = 0
        this.rest = Buffer.alloc(0)
      }
      this.inode = ino
      return { events: this.readTo(file, size), restarted }
    } finally {
      closeSync(file)
    }
  }

  private readTo(file: number, size: number): RunEvent[] {
    const events: RunEvent[] = []
    while (this.offset < size) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - this.offset))
      const count = readSync(file, chunk, 0, chunk.length, this.offset)
      if (count === 0) break
      this.offset += count
      const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk.subarray(0, count)]) : chunk.subarray(0, count)
      const end = bytes.lastIndexOf(10) + 1
      this.rest = Buffer.from(bytes.subarray(end))
      events.push(...parseEventLines(bytes.toString('utf8', 0, end)).events)
    }
    return events
  }
}
