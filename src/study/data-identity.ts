// What data a run learns from, as a short text for its content hash: a mini-world is its size and seed, wherever it lies
// and whether or not it has been made; other data is the names and sizes of its files. Read next: plan-study.ts.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunConfig } from '../contract/run-config'

export type DataIdentity = (config: Pick<RunConfig, 'data' | 'world' | 'worldSeed'>) => string

/** Remembers what it found: a plan asks for the same folder for each of its runs. */
export function dataIdentity(): DataIdentity {
  const known = new Map<string, string>()
  return (config) => {
    const name = `${config.data} ${config.world} ${config.worldSeed}`
    const found = known.get(name) ?? identify(config)
    known.set(name, found)
    return found
  }
}

function identify({ data, world, worldSeed }: Pick<RunConfig, 'data' | 'world' | 'worldSeed'>): string {
  const note = worldNote(join(data, 'world.json'))
  if (note) return `mini-world ${note.size} ${note.seed}`
  if (!existsSync(data)) return world === 'none' ? `missing ${data}` : `mini-world ${world} ${worldSeed}`
  const hash = createHash('sha256')
  for (const line of listing(data, '')) hash.update(`${line}\n`)
  return `files ${hash.digest('hex').slice(0, 16)}`
}

/** Where the captions for pre-training are: in the data itself, or in a mini-world of their own beside it, made when needed. */
export function captionsFolder({ data, world }: Pick<RunConfig, 'data' | 'world'>): string {
  return world === 'none' || worldNote(join(data, 'world.json'))?.parts === 'all' ? data : `${data}-captions`
}

function worldNote(path: string): { readonly size: string; readonly seed: number; readonly parts: string } | undefined {
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as { kind?: unknown; size?: unknown; seed?: unknown; parts?: unknown }
    return note.kind === 'mini-world' && typeof note.size === 'string' && typeof note.seed === 'number' ? { size: note.size, seed: note.seed, parts: String(note.parts) } : undefined
  } catch {
    return undefined
  }
}

/** Relative paths with sizes, sorted; of a folder of pictures or features only how many there are. */
function listing(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const files = entries.filter((entry) => !entry.isDirectory())
  if (files.length > 200) return [`${folder}: ${files.length} files`]
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? listing(root, path) : [`${path} ${statSync(join(root, path)).size}`]
  })
}
