// The thread that writes checkpoints while training goes on. Built as a program of its own
// (out/checkpoint-writer/main.cjs); the order of messages is in checkpoint-thread.ts. Read next: checkpoint-writer.ts.

import { parentPort } from 'node:worker_threads'
import type { WriterReply, WriterRequest } from './checkpoint-thread'
import { type CheckpointWriter, openCheckpointWriter } from './checkpoint-writer'

let writer: CheckpointWriter | undefined

parentPort?.on('message', (request: WriterRequest) => {
  const reply = replyTo(request)
  if (reply) parentPort?.postMessage(reply)
})

/** After a failure everything up to the next `begin` is passed over: the failure was told. */
function replyTo(request: WriterRequest): WriterReply | undefined {
  try {
    switch (request.kind) {
      case 'begin':
        writer?.abandon()
        writer = openCheckpointWriter(request.order)
        return undefined
      case 'piece':
        writer?.piece(request.file, new Uint8Array(request.bytes))
        return { kind: 'written', bytes: request.bytes.byteLength }
      case 'finish': {
        if (!writer) return undefined
        const { sizeBytes } = writer.finish(request.state, request.keep)
        writer = undefined
        return { kind: 'finished', sizeBytes }
      }
    }
  } catch (error) {
    writer?.abandon()
    writer = undefined
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error), code }
  }
}
