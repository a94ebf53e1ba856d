// Large files past the page cache: a checkpoint of gigabytes is not read again soon, and finding fresh memory for its pages
// takes longer than the disk does. Direct input and output wants aligned memory and whole blocks; systems and file systems
// without it get plain files. Spec: none (engine). Read next: checkpoint-writer.ts, file-sum.ts.

import { closeSync, constants, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/** Files from this size on go past the page cache. */
export const DIRECT_BYTES = 64 * 2 ** 20
/** Sizes and positions are multiples of it. */
const BLOCK_BYTES = 4096
const STAGE_PAGES = 128

/** Writes at most `length` bytes from `offset`; how many it wrote. */
export type WriteBytes = (file: number, bytes: Uint8Array, offset: number, length: number) => number

/** A file that is written from its beginning to its end. */
export interface SequentialFile {
  write(bytes: Uint8Array): void
  /** Everything is on the disk, and the file has its true length. */
  flush(): void
  close(): void
}

/** What is used of it; the compiler's Node.js types leave it out. */
declare const WebAssembly: { readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer } }

/** Stages of 8 MB that nobody uses: WebAssembly's memory begins at a page, but reserves much address space each. */
const free: Uint8Array[] = []
const takeStage = (): Uint8Array => free.pop() ?? new Uint8Array(new WebAssembly.Memory({ initial: STAGE_PAGES }).buffer)

/** Opens for direct use; undefined where system or file system have none. */
function openDirect(path: string, flags: number): number | undefined {
  if (constants.O_DIRECT === undefined) return undefined
  try {
    return openSync(path, flags | constants.O_DIRECT)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return undefined
    throw error
  }
}

/** `sizeBytes`: how large it will be. */
export function createSequentialFile(path: string, sizeBytes: number, write: WriteBytes = writeSync): SequentialFile {
  const direct = sizeBytes >= DIRECT_BYTES ? openDirect(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC) : undefined
  return direct === undefined ? plainFile(openSync(path, 'w'), write) : directFile(direct, write)
}

function writeAll(file: number, bytes: Uint8Array, length: number, write: WriteBytes): void {
  // One call writes at most 2 GB.
  for (let done = 0; done < length;) done += write(file, bytes, done, Math.min(length - done, 1 << 30))
}

function plainFile(file: number, write: WriteBytes): SequentialFile {
  return { write: (bytes) => writeAll(file, bytes, bytes.length, write), flush: () => fsyncSync(file), close: () => closeSync(file) }
}

function directFile(file: number, write: WriteBytes): SequentialFile {
  // Own memory: two files are written at the same time.
  const staged = takeStage()
  let filled = 0
  let length = 0
  return {
    write(bytes) {
      length += bytes.length
      for (let done = 0; done < bytes.length;) {
        const part = bytes.subarray(done, done + staged.length - filled)
        staged.set(part, filled)
        done += part.length
        filled += part.length
        if (filled < staged.length) continue
        writeAll(file, staged, filled, write)
        filled = 0
      }
    },
    flush() {
      if (filled > 0) {
        const whole = Math.ceil(filled / BLOCK_BYTES) * BLOCK_BYTES
        staged.fill(0, filled, whole)
        writeAll(file, staged, whole, write)
        filled = 0
      }
      ftruncateSync(file, length)
      fsyncSync(file)
    },
    close() {
      free.push(staged)
      closeSync(file)
    }
  }
}

/** Shows a file's bytes piece by piece; a piece is valid until the next. */
export function readPieces(path: string, sizeBytes: number, visit: (piece: Uint8Array) => void): void {
  const file = (sizeBytes >= DIRECT_BYTES ? openDirect(path, constants.O_RDONLY) : undefined) ?? openSync(path, 'r')
  const piece = takeStage()
  try {
    for (let got = readSync(file, piece, 0, piece.length, null); got > 0; got = readSync(file, piece, 0, piece.length, null)) visit(piece.subarray(0, got))
  } finally {
    free.push(piece)
    closeSync(file)
  }
}
