// How the published files are written: JSON whole or one record a line, gzip without a clock in it, and folders made
// as needed. Read next: write-data-sets.ts.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface DataFolder {
  /** Writes one file, given by its path relative to the data root. */
  bytes(path: string, content: Uint8Array | string): void
  json(path: string, value: unknown): void
  /** One JSON value a line. */
  lines(path: string, records: readonly unknown[]): void
  /** One JSON value a line, compressed; the same bytes every time (no time stamp in the header). */
  gzipLines(path: string, records: readonly unknown[]): void
}

export function dataFolder(root: string): DataFolder {
  const bytes = (path: string, content: Uint8Array | string): void => {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  const text = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('')
  return {
    bytes,
    json: (path, value) => bytes(path, JSON.stringify(value)),
    lines: (path, records) => bytes(path, text(records)),
    gzipLines(path, records) {
      const packed = gzipSync(Buffer.from(text(records)), { level: 6 })
      packed.fill(0, 4, 8)
      packed[9] = 3
      bytes(path, packed)
    }
  }
}
