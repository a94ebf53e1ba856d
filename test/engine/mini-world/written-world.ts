// A mini-world's texts, written once per test file to a temporary folder, with its scenes.

import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { planPools } from '../../../src/engine/mini-world/pools'
import type { Picture, WorldSize } from '../../../src/engine/mini-world/scene'
import { writeDataSets } from '../../../src/engine/mini-world/writers/write-data-sets'

export interface WrittenWorld {
  readonly folder: string
  readonly pictures: readonly Picture[]
  bytes(path: string): Buffer
  /** The JSON of a file, taken on trust: the test says what it expects. */
  json<T>(path: string): T
  /** The JSON values of a file of lines, unpacked if it ends in .gz. */
  lines<T>(path: string): T[]
  /** The picture of a pool by its published id or nlvr2 file name. */
  picture(pool: Picture['pool'], id: number | string): Picture
}

export function writtenWorld(seed = 1, size: WorldSize = 'tiny'): WrittenWorld {
  const folder = mkdtempSync(join(tmpdir(), 'mini-world-'))
  const pictures = planPools(size, seed)
  writeDataSets(folder, { size, seed, pictures })
  const bytes = (path: string): Buffer => readFileSync(join(folder, path))
  return {
    folder, pictures, bytes,
    json: <T>(path: string) => JSON.parse(bytes(path).toString('utf8')) as T,
    lines<T>(path: string) {
      const content = path.endsWith('.gz') ? gunzipSync(bytes(path)) : bytes(path)
      return content.toString('utf8').trim().split('\n').map((line) => JSON.parse(line) as T)
    },
    picture(pool, id) {
      const found = pictures.find((p) => p.pool === pool && (String(p.scene.id) === String(id) || p.file.endsWith(`/${id}.png`)))
      if (!found) throw new Error(`The world has no picture ${id} in ${pool}`)
      return found
    }
  }
}

/** How often each value occurs. */
export function countsOf(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
