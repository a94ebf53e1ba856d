// Where a run's data are held: on a thread that reads and makes batches while the training thread computes, or in this
// thread. The same functions make the same batches; only the carrier differs. Read next: batch-maker.ts (the thread's side).

import { Worker } from 'node:worker_threads'
import type { RunConfig } from '../../contract/run-config'
import type { Validation } from '../training/course'
import type { BatchPlace, CourseData, CourseFacts, DataSource } from '../training/course-data'
import { builtThreadProgram, usableCores } from '../thread-program'
import { type DataOrder, type DataReply, arrivedError, buffersOf } from './batch-messages'
import { AskedNumbers, keyOf } from './batches-ahead'

export interface SourceOptions<Batch, Result> {
  readonly config: RunConfig
  /** What will be asked for first, in this order. */
  readonly first: readonly BatchPlace[]
  /** Opens the data in the thread that calls it. */
  openHere(): Promise<CourseData<Batch, Result>>
  /** The thread program; null holds the data here. */
  readonly program?: string | null
}

/** Opens a run's data, where they will be held. Rejects with the WorkbenchError of missing or damaged data. */
export async function openSource<Batch, Result>({ config, first, openHere, program = threadProgram() }: SourceOptions<Batch, Result>): Promise<DataSource<Batch, Result>> {
  return program === null ? sourceHere(await openHere()) : openThread<Batch, Result>(program, config, first)
}

/** On one core a thread beside the training could only take its time away. */
const threadProgram = (): string | null => (usableCores() > 1 ? builtThreadProgram('batch-maker') : null)

function sourceHere<Batch, Result>(data: CourseData<Batch, Result>): DataSource<Batch, Result> {
  return {
    ...data,
    batch: async (place) => data.batch(place),
    finish: async (task, split, iteration) => data.finish(task, split, iteration),
    close: () => undefined
  }
}

async function openThread<Batch, Result>(program: string, config: RunConfig, first: readonly BatchPlace[]): Promise<DataSource<Batch, Result>> {
  const thread = new DataThread(new Worker(program), first)
  try {
    const facts = await thread.open(config, first)
    return {
      ...facts,
      // What the thread sends for a place is what its CourseData made of the same configuration.
      batch: async (place) => (await thread.batch(place)) as Batch,
      score: (place, batch, result) => thread.tell({ kind: 'score', place, batch, result }, buffersOf(batch)),
      finish: (task, split, iteration) => thread.finish({ kind: 'finish', task, split, iteration }),
      close: () => thread.close()
    }
  } catch (error) {
    thread.close()
    throw error
  }
}

interface Waiting<T> {
  resolve(value: T): void
  reject(error: Error): void
}

/** The training thread's side of the thread that makes batches. */
class DataThread {
  private readonly asked = new AskedNumbers()
  /** Batches that came before they were asked for. */
  private readonly arrived = new Map<string, { readonly place: BatchPlace; readonly batch: unknown }>()
  private readonly batches = new Map<string, Waiting<unknown>>()
  private opening: Waiting<CourseFacts> | undefined
  private check: Waiting<Validation> | undefined
  private failure: Error | undefined

  constructor(private readonly worker: Worker, first: readonly BatchPlace[]) {
    this.asked.expect(first)
    worker.on('message', (reply: DataReply) => this.take(reply))
    worker.on('error', (error: Error) => this.fail(error))
    worker.on('exit', (status) => this.fail(new Error(`The thread that holds the data ended by itself (status ${status})`)))
  }

  open(config: RunConfig, first: readonly BatchPlace[]): Promise<CourseFacts> {
    return this.waitFor((waiting) => (this.opening = waiting), { kind: 'open', config, first })
  }

  batch(place: BatchPlace): Promise<unknown> {
    const key = keyOf(place)
    const found = this.arrived.get(key)
    this.asked.ask(place)
    for (const [other, { place: waiting }] of this.arrived) if (!this.asked.isAhead(waiting)) this.arrived.delete(other)
    if (!found) return this.waitFor((waiting) => this.batches.set(key, waiting), { kind: 'batch', place })
    this.tell({ kind: 'batch', place })
    return Promise.resolve(found.batch)
  }

  finish(order: Extract<DataOrder, { kind: 'finish' }>): Promise<Validation> {
    return this.waitFor((waiting) => (this.check = waiting), order)
  }

  tell(order: DataOrder, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(order, transfer)
  }

  close(): void {
    this.fail(new Error('The data were closed'))
    void this.worker.terminate()
  }

  /** An idle thread keeps no process alive; one that is waited for does. */
  private async waitFor<T>(keep: (waiting: Waiting<T>) => void, order: DataOrder): Promise<T> {
    if (this.failure) throw this.failure
    this.worker.ref()
    try {
      return await new Promise<T>((resolve, reject) => {
        keep({ resolve, reject })
        this.tell(order)
      })
    } finally {
      this.worker.unref()
    }
  }

  private take(reply: DataReply): void {
    if (reply.kind === 'opened') this.opening?.resolve(reply.facts)
    else if (reply.kind === 'finished') this.check?.resolve(reply.validation)
    else if (reply.kind === 'batch') this.takeBatch(reply.place, reply.batch)
    else {
      const error = arrivedError(reply.error)
      if (reply.place) this.waitingFor(reply.place)?.reject(error)
      else (this.check ?? this.opening)?.reject(error)
    }
  }

  private takeBatch(place: BatchPlace, batch: unknown): void {
    const waiting = this.waitingFor(place)
    if (waiting) waiting.resolve(batch)
    else if (this.asked.isAhead(place)) this.arrived.set(keyOf(place), { place, batch })
  }

  private waitingFor(place: BatchPlace): Waiting<unknown> | undefined {
    const found = this.batches.get(keyOf(place))
    this.batches.delete(keyOf(place))
    return found
  }

  private fail(error: Error): void {
    this.failure ??= error
    for (const waiting of [this.opening, this.check, ...this.batches.values()]) waiting?.reject(error)
    this.arrived.clear()
  }
}
