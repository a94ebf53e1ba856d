// A thread that draws pictures: answers each order with what it drew, or with why it could not. Built as a program
// of its own (out/picture-worker/main.cjs). Read next: draw-pictures.ts, drawing-threads.ts.

import { parentPort } from 'node:worker_threads'
import { drawPictures, type DrawingOrder, type DrawnPicture } from './draw-pictures'

export type DrawingReply =
  | { readonly kind: 'drawn'; readonly drawn: readonly DrawnPicture[] }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | null }

parentPort?.on('message', (order: DrawingOrder) => parentPort?.postMessage(replyTo(order)))

function replyTo(order: DrawingOrder): DrawingReply {
  try {
    return { kind: 'drawn', drawn: drawPictures(order) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error), code }
  }
}
