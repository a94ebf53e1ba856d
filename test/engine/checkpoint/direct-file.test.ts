// Files past the page cache: only the way they are written differs, never what is in them.

import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DIRECT_BYTES, createSequentialFile, readPieces } from '../../../src/engine/checkpoint/direct-file'
import { checkOf } from '../../../src/engine/checkpoint/file-sum'

const place = (): string => join(mkdtempSync(join(tmpdir(), 'direct-')), 'file.bin')

/** Bytes whose pieces end at odd places. */
const content = Uint8Array.from({ length: 9_000_001 }, (_, i) => (i * 2654435761) >>> 24)
const pieces = [content.subarray(0, 3), content.subarray(3, 8_388_608), content.subarray(8_388_608, 8_388_611), content.subarray(8_388_611)]

describe.each([['a small file', 1000], ['a large file, past the page cache', DIRECT_BYTES]])('%s', (_name, announced) => {
  it('holds every byte and has its true length', () => {
    const path = place()
    const file = createSequentialFile(path, announced)
    for (const piece of pieces) file.write(piece)
    file.flush()
    file.close()
    expect(statSync(path).size).toBe(content.length)
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('is read back byte for byte', () => {
    const path = place()
    writeFileSync(path, content)
    const hash = createHash('sha256')
    readPieces(path, announced, (piece) => hash.update(piece))
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'))
    expect(checkOf(path)).toEqual({ sizeBytes: content.length, sha256: createHash('sha256').update(content).digest('hex') })
  })

  it('tells of a full disk as the system does', () => {
    const full = createSequentialFile(place(), announced, () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    })
    expect(() => {
      full.write(content)
      full.flush()
    }).toThrow('no space left')
    full.close()
  })

  it('goes on where the system took only a part', () => {
    const path = place()
    const taken: number[] = []
    const file = createSequentialFile(path, announced, (_file, _bytes, offset, length) => {
      taken.push(offset)
      return Math.min(length, 1 << 20)
    })
    file.write(content)
    expect(taken.slice(0, 3)).toEqual([0, 1 << 20, 2 << 20])
    file.close()
  })
})
