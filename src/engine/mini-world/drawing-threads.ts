// Hands batches of pictures to threads, or draws them here where there is no built thread program (tests, sources).
// The order of the result is that of the pictures, whatever the number of threads. Read next: picture-worker.ts.

import { Worker } from 'node:worker_threads'
import { builtThreadProgram } from '../thread-program'
import { drawPictures, type DrawingOrder, type DrawnPicture } from './draw-pictures'
import type { DrawingReply } from './picture-worker'

const BATCH = 24

export interface DrawingWork extends DrawingOrder {
  /** Threads besides this one; 0 draws here. */
  readonly threads: number
  /** The thread program; the built one unless told. */
  readonly program?: string
  /** Called after each batch with the pictures done; throws to stop the work. */
  readonly onBatch: (done: number) => void
}

/** Draws all pictures; the results in their order. Rejects with the first failure; no thread is left running. */
export async function drawWithThreads(work: DrawingWork): Promise<DrawnPicture[]> {
  const batches: (readonly (typeof work.pictures)[number][])[] = []
  for (let i = 0; i < work.pictures.length; i += BATCH) batches.push(work.pictures.slice(i, i + BATCH))
  const results: (readonly DrawnPicture[])[] = batches.map(() => [])
  const program = work.program ?? builtThreadProgram('picture-worker')
  const draw = { folder: work.folder, seed: work.seed, featureSize: work.featureSize }
  let next = 0
  let done = 0
  const finish = (index: number, drawn: readonly DrawnPicture[]): void => {
    results[index] = drawn
    done += drawn.length
    work.onBatch(done)
  }
  if (program === null || work.threads === 0) {
    for (const [index, pictures] of batches.entries()) {
      finish(index, drawPictures({ ...draw, pictures }))
      await new Promise((resolve) => setImmediate(resolve))
    }
    return results.flat()
  }
  const workers = Array.from({ length: Math.min(work.threads, batches.length) }, () => new Worker(program))
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let index = next++; index < batches.length; index = next++) {
          finish(index, await ask(worker, { ...draw, pictures: batches[index] ?? [] }))
        }
      })
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return results.flat()
}

/** One order and its answer; rejects if the thread dies. */
function ask(worker: Worker, order: DrawingOrder): Promise<readonly DrawnPicture[]> {
  return new Promise((resolve, reject) => {
    const onReply = (reply: DrawingReply): void => {
      settle()
      if (reply.kind === 'drawn') resolve(reply.drawn)
      else reject(Object.assign(new Error(reply.message), { code: reply.code ?? undefined }))
    }
    const onError = (error: Error): void => {
      settle()
      reject(error)
    }
    const onExit = (status: number): void => onError(new Error(`A thread that draws pictures ended by itself (status ${status})`))
    // Only these three: the worker keeps listeners of its own.
    const settle = (): void => {
      worker.off('message', onReply)
      worker.off('error', onError)
      worker.off('exit', onExit)
    }
    worker.on('message', onReply)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage(order)
  })
}
