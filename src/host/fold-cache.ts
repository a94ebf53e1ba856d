// What the run list shows of finished runs, kept from one start to the next: a workspace of a thousand runs has hundreds of
// megabytes of events, and those of a finished run say the same each time. One file, `.run-folds.json` in the workspace; it
// names the size and time of the events that each fold was read from, and may be deleted. Read next: run-library.ts.

import { type Stats, readFileSync } from 'node:fs'
import type { RunState } from '../contract/run-events'
import { type RunFold, emptyFold } from './run-fold'
import { writeFileAtomic } from './workspace'

/** Folds of another format are read anew; to be raised when events are folded differently. */
const FORMAT = 1
const FINAL: readonly RunState[] = ['done', 'failed', 'stopped']

interface KeptFold {
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly fold: RunFold
}

export class FoldCache {
  private readonly folds: Map<string, KeptFold>
  private changed = false

  constructor(private readonly file: string) {
    this.folds = new Map(Object.entries(readFolds(file)))
  }

  /** The fold of exactly these events, if it was kept. */
  of(id: string, events: Pick<Stats, 'size' | 'mtimeMs'>): RunFold | undefined {
    const kept = this.folds.get(id)
    return kept && kept.sizeBytes === events.size && kept.modifiedMs === events.mtimeMs ? { ...emptyFold(), ...kept.fold } : undefined
  }

  /** Keeps the fold of a run that has ended; others change with the next event. */
  keep(id: string, events: Pick<Stats, 'size' | 'mtimeMs'>, fold: RunFold): void {
    if (!FINAL.includes(fold.state)) return
    // Times of steps are for the pace of a run that moves.
    this.folds.set(id, { sizeBytes: events.size, modifiedMs: events.mtimeMs, fold: { ...fold, stepTimes: [], iterationTimes: [] } })
    this.changed = true
  }

  /** Writes what is new, for the runs that are there. */
  save(present: ReadonlySet<string>): void {
    if (!this.changed) return
    this.changed = false
    for (const id of this.folds.keys()) if (!present.has(id)) this.folds.delete(id)
    try {
      writeFileAtomic(this.file, JSON.stringify({ format: FORMAT, folds: Object.fromEntries(this.folds) }))
    } catch {
      // A workspace that may only be read is read again each time.
    }
  }
}

function readFolds(path: string): Readonly<Record<string, KeptFold>> {
  try {
    const { format, folds } = JSON.parse(readFileSync(path, 'utf8')) as { format: number; folds: Record<string, KeptFold> }
    return format === FORMAT ? folds : {}
  } catch {
    return {}
  }
}
