// Size and SHA-256 of a file, and flushing to the disk: what makes a checkpoint checkable and last over a power cut.
// Spec: none (engine). Read next: checkpoint-writer.ts.

import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs'

export interface FileCheck {
  readonly sizeBytes: number
  readonly sha256: string
}

const PIECE_BYTES = 1 << 22

/** Size and SHA-256 of a file, read in pieces. */
export function checkOf(file: string): FileCheck {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  const handle = openSync(file, 'r')
  let sizeBytes = 0
  try {
    for (let got = readSync(handle, piece); got > 0; got = readSync(handle, piece)) {
      hash.update(piece.subarray(0, got))
      sizeBytes += got
    }
  } finally {
    closeSync(handle)
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** A new name survives a power cut only once its folder is flushed; Windows cannot open folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
