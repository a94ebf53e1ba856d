// Size and SHA-256 of a file, and flushing to the disk: what makes a checkpoint checkable and last over a power cut.
// Spec: none (engine). Read next: checkpoint-writer.ts.

import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs'
import { readPieces } from './direct-file'

export interface FileCheck {
  readonly sizeBytes: number
  readonly sha256: string
}

/** Size and SHA-256 of a file, read in pieces. */
export function checkOf(file: string): FileCheck {
  const hash = createHash('sha256')
  let sizeBytes = 0
  readPieces(file, statSync(file).size, (piece) => {
    hash.update(piece)
    sizeBytes += piece.length
  })
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
