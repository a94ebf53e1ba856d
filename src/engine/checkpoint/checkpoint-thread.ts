// Hands a checkpoint over to the thread that writes it, array by array, and bounds how much waits for the disk. Without
// the built thread program (sources, tests) the same writer works here. Read next: writer-thread.ts, checkpoint-writer.ts.

import { Worker } from 'node:worker_threads'
import { builtThreadProgram } from '../thread-program'
import { openCheckpointWriter, type WriteOrder } from './checkpoint-writer'
import type { WriteBytes } from './direct-file'

export type WriterRequest =
  | { readonly kind: 'begin'; readonly order: WriteOrder }
  | { readonly kind: 'piece'; readonly file: number; readonly bytes: ArrayBuffer }
  | { readonly kind: 'finish'; readonly state: object; readonly keep: number }

export type WriterReply =
  | { readonly kind: 'written'; readonly bytes: number }
  | { readonly kind: 'finished'; readonly sizeBytes: number }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | null }

/** Bytes that may wait for the disk while training stands still; the rest of them is written while it goes on. */
const WAITING_BYTES = 768 * 2 ** 20

/** One checkpoint in the making. */
export interface CheckpointSink {
  /** Takes an array over (its memory is gone for the caller); waits while too much waits for the disk. */
  piece(file: number, data: Float32Array): Promise<void>
  /** Resolves with the size once everything is on the disk and in its place; rejects with the first failure. */
  finish(state: object, keep: number): Promise<number>
}

export interface CheckpointThread {
  begin(order: WriteOrder): CheckpointSink
  close(): void
}

/** `program`: the thread program; null writes in this thread, by `write` (tests put a full disk in its place). */
export function openCheckpointThread(program: string | null = builtThreadProgram('checkpoint-writer'), write?: WriteBytes, waitingBytes = WAITING_BYTES): CheckpointThread {
  return program === null ? { begin: (order) => writeHere(order, write), close: () => undefined } : threadOf(program, waitingBytes)
}

function writeHere(order: WriteOrder, write?: WriteBytes): CheckpointSink {
  const writer = openCheckpointWriter(order, write)
  const guarded = async <T>(work: () => T): Promise<T> => {
    try {
      return work()
    } catch (error) {
      writer.abandon()
      throw error
    }
  }
  return {
    piece: (file, data) => guarded(() => writer.piece(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))),
    finish: (state, keep) => guarded(() => writer.finish(state, keep).sizeBytes)
  }
}

function threadOf(program: string, waitingBytes: number): CheckpointThread {
  let worker: Worker | undefined
  return {
    begin(order) {
      if (!worker) {
        worker = new Worker(program)
        worker.once('exit', () => (worker = undefined))
      }
      const sink = sinkTo(worker, waitingBytes)
      worker.postMessage({ kind: 'begin', order } satisfies WriterRequest)
      return sink
    },
    close: () => void worker?.terminate()
  }
}

function sinkTo(worker: Worker, waitingBytes: number): CheckpointSink {
  let waiting = 0
  let failure: Error | undefined
  let size: number | undefined
  let wake: () => void = () => undefined
  const settle = (): void => {
    worker.off('message', onReply)
    worker.off('error', onError)
    worker.off('exit', onExit)
    // An idle thread keeps no process alive.
    worker.unref()
  }
  const fail = (error: Error): void => {
    failure ??= error
    settle()
    wake()
  }
  const onReply = (reply: WriterReply): void => {
    if (reply.kind === 'written') waiting -= reply.bytes
    else if (reply.kind === 'failed') return fail(Object.assign(new Error(reply.message), { code: reply.code ?? undefined }))
    else {
      size = reply.sizeBytes
      settle()
    }
    wake()
  }
  const onError = (error: Error): void => fail(error)
  const onExit = (status: number): void => fail(new Error(`The thread that writes checkpoints ended by itself (status ${status})`))
  worker.ref()
  worker.on('message', onReply)
  worker.on('error', onError)
  worker.on('exit', onExit)
  const until = async (done: () => boolean): Promise<void> => {
    while (!done() && !failure) await new Promise<void>((resolve) => (wake = resolve))
    if (failure) throw failure
  }
  return {
    async piece(file, data) {
      const whole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength && data.buffer instanceof ArrayBuffer
      const bytes = whole ? (data.buffer as ArrayBuffer) : data.slice().buffer
      waiting += bytes.byteLength
      worker.postMessage({ kind: 'piece', file, bytes } satisfies WriterRequest, [bytes])
      await until(() => waiting <= waitingBytes)
    },
    async finish(state, keep) {
      worker.postMessage({ kind: 'finish', state, keep } satisfies WriterRequest)
      await until(() => size !== undefined)
      return size ?? 0
    }
  }
}
