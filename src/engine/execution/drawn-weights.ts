// Initial weights of a large model, drawn by threads while the steps are recorded and what is ready is handed to
// TensorFlow. Small models, and programs that run from the sources, draw here. Read next: weight-drawer.ts, initial-weights.ts.

import { Worker } from 'node:worker_threads'
import { at } from '../../contract/check'
import { countOf } from '../count-of'
import { builtThreadProgram, usableCores } from '../thread-program'
import { type DrawingOrder, type DrawnJob, WAITING } from './drawing-order'
import { type EngineOptions, engineModel } from './engine-options'
import { initialArray, initialPortions } from './initial-weights'
import type { NamedArray } from './step-engine'
import { stepProgram } from './step-program'

/** A model of fewer numbers is drawn before a thread would have started. */
const MANY = 16 * 1024 * 1024
/** Numbers that may wait to be handed over: 512 MB, less than a step will need. */
const MOST_WAITING = 128 * 1024 * 1024
const MOST_THREADS = 8

export interface Drawing {
  /** All parameters, each once, in no particular order; an array is over when the next portion is asked for. */
  portions(): AsyncIterable<readonly NamedArray[]> | Iterable<readonly NamedArray[]>
  /** Ends the threads. */
  stop(): void
}

export interface DrawingThreads {
  /** The thread program; null draws here. */
  readonly program: string | null
  readonly threads: number
  readonly mostWaiting: number
}

/** Threads begin at once; without them the numbers are drawn portion by portion. */
export function startDrawing(options: EngineOptions, threads: DrawingThreads | undefined = usualThreads(options)): Drawing {
  if (threads === undefined || threads.program === null) return { portions: () => initialPortions(options), stop: () => undefined }
  const specs = stepProgram.modelParameters(engineModel(options))
  const drawn = specs.filter(({ init }) => init === 'normal')
  const order: DrawingOrder = {
    seed: options.seed, shared: new SharedArrayBuffer(8), mostWaiting: threads.mostWaiting,
    jobs: drawn.map((spec) => ({ name: spec.name, count: countOf(spec.shape), std: spec.std }))
  }
  const { take, stop } = drawInThreads(threads.program, threads.threads, order)
  async function* portions(): AsyncGenerator<NamedArray[]> {
    yield specs.filter(({ init }) => init !== 'normal').map((spec) => ({ name: spec.name, shape: spec.shape, data: initialArray(spec, options.seed) }))
    for (let left = drawn.length; left > 0; ) {
      const arrays = await take(left)
      left -= arrays.length
      yield arrays.map(({ job, data }) => ({ name: at(drawn, job).name, shape: at(drawn, job).shape, data }))
      takenOver(order, arrays)
    }
  }
  return { portions, stop }
}

function usualThreads(options: EngineOptions): DrawingThreads | undefined {
  const numbers = stepProgram.modelParameters(engineModel(options)).reduce((total, { shape }) => total + countOf(shape), 0)
  const threads = Math.min(usableCores(), MOST_THREADS)
  return numbers < MANY || threads < 2 ? undefined : { program: builtThreadProgram('weight-drawer'), threads, mostWaiting: MOST_WAITING }
}

/** Lets waiting threads begin as many numbers as these were. */
function takenOver({ shared }: DrawingOrder, arrays: readonly DrawnJob[]): void {
  const counters = new Int32Array(shared)
  Atomics.sub(counters, WAITING, arrays.reduce((total, { data }) => total + data.length, 0))
  Atomics.notify(counters, WAITING)
}

/** `take` gives what is ready once it is worth a run of TensorFlow, or once it is all that is left. */
function drawInThreads(program: string, threads: number, order: DrawingOrder): { take(left: number): Promise<DrawnJob[]>; stop(): void } {
  let ready: DrawnJob[] = []
  let failure: Error | undefined
  let stopped = false
  let wake = (): void => undefined
  const fail = (error: Error): void => {
    failure ??= error
    wake()
  }
  const workers = Array.from({ length: Math.min(threads, order.jobs.length) }, () => {
    const worker = new Worker(program, { workerData: order })
    worker.on('message', (drawn: DrawnJob) => {
      ready.push(drawn)
      wake()
    })
    worker.on('error', fail)
    worker.on('exit', (status) => {
      if (!stopped && status !== 0) fail(new Error(`A thread that draws initial weights ended by itself (status ${status})`))
    })
    return worker
  })
  const worthwhile = (left: number): boolean => {
    const numbers = ready.reduce((total, { data }) => total + data.length, 0)
    return ready.length >= left || numbers >= Math.min(MANY, order.mostWaiting / 2)
  }
  return {
    async take(left) {
      while (!failure && !worthwhile(left)) await new Promise<void>((resolve) => (wake = resolve))
      if (failure) throw failure
      const taken = ready
      ready = []
      return taken
    },
    stop() {
      stopped = true
      for (const worker of workers) void worker.terminate()
    }
  }
}
