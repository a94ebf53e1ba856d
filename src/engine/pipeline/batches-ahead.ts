// Which batches will be asked for next: of every task and split the ones after the last asked. A stopped task keeps its
// batch until it steps again; a wrong guess costs only the making. Plain bookkeeping, the same on both sides of the
// thread. Read next: batch-maker.ts, data-source.ts.

import type { BatchPlace } from '../training/course-data'

/** One batch of each task and split may wait, which is a round ahead; further ones while so few wait and are so small. */
const FEW = 4
const SMALL_BYTES = 64 * 2 ** 20

const streamOf = ({ task, split }: BatchPlace): string => `${task}/${split}`

export const keyOf = (place: BatchPlace): string => `${streamOf(place)}/${place.number}`

/** The last asked number of each task and split. */
export class AskedNumbers {
  /** The stream that was asked longest ago comes first: in a round robin its turn is next. */
  private readonly last = new Map<string, BatchPlace>()

  ask(place: BatchPlace): void {
    this.last.delete(streamOf(place))
    this.last.set(streamOf(place), place)
  }

  /** As if the batch before each of these had been asked. */
  expect(first: readonly BatchPlace[]): void {
    for (const place of first) this.ask({ ...place, number: place.number - 1 })
  }

  /** Whether the batch is one of the next of its stream. */
  isAhead(place: BatchPlace): boolean {
    const asked = this.last.get(streamOf(place))
    return asked !== undefined && place.number > asked.number && place.number <= asked.number + FEW
  }

  /** The batch that is `distance` after the last asked one of each stream, in the order in which they will be asked. */
  after(distance: number): BatchPlace[] {
    return [...this.last.values()].map((place) => ({ ...place, number: place.number + distance }))
  }
}

/** What the maker knows: batches that were handed over before they were asked for, and which to make next. */
export class BatchesAhead {
  private readonly asked = new AskedNumbers()
  /** Bytes of what was handed over; none where the making failed, which is told when the batch is asked for. */
  private readonly waiting = new Map<string, { readonly place: BatchPlace; readonly bytes: number | 'failed' }>()

  /** `exists`: whether there is such a batch; a check has a last one. */
  constructor(private readonly exists: (place: BatchPlace) => boolean, first: readonly BatchPlace[]) {
    this.asked.expect(first)
  }

  /** Notes that a batch was asked for; whether it has to be made now. What is no longer ahead is forgotten. */
  ask(place: BatchPlace): boolean {
    const known = this.waiting.get(keyOf(place))
    this.asked.ask(place)
    for (const [key, other] of this.waiting) if (!this.asked.isAhead(other.place)) this.waiting.delete(key)
    return known === undefined || known.bytes === 'failed'
  }

  /** The batch to make next; undefined while enough wait. */
  next(): BatchPlace | undefined {
    for (let distance = 1; distance <= FEW; distance++) {
      if (distance > 1 && (this.waiting.size >= FEW || this.bytes() >= SMALL_BYTES)) return undefined
      const place = this.asked.after(distance).find((each) => this.exists(each) && !this.waiting.has(keyOf(each)))
      if (place) return place
    }
    return undefined
  }

  made(place: BatchPlace, bytes: number | 'failed'): void {
    this.waiting.set(keyOf(place), { place, bytes })
  }

  private bytes(): number {
    return [...this.waiting.values()].reduce((sum, { bytes }) => sum + (bytes === 'failed' ? 0 : bytes), 0)
  }
}
