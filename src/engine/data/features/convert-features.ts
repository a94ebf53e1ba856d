// `data features inspect|convert`: what a file of region features holds, and the same as a region store that a run reads
// (features/<pool>.safetensors in a data folder). Converted picture by picture: memory holds one. Two passes: sizes, then
// numbers. Read next: feature-source.ts, ../region-store.ts.

import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { WorkbenchError } from '../../../contract/check'
import { countOf } from '../../count-of'
import { type FeatureEntry, openFeatures } from './feature-source'

export interface FeaturesReport {
  readonly format: string
  readonly pictures: number
  readonly regions: { readonly least: number; readonly most: number; readonly mean: number }
  readonly featureSize: number
  /** Class probabilities per region, the background counted; 0 without. */
  readonly classes: number
  readonly bytes: number
  /** Ids of the first pictures. */
  readonly ids: readonly string[]
  /** What a run would stumble over. */
  readonly problems: readonly string[]
}

type OnProgress = (progress: { readonly what: string; readonly done: number; readonly total: number }) => void

const SHOWN = 5

/** Reads sizes of all pictures and the numbers of the first. */
export function inspectFeatures(path: string): FeaturesReport {
  return reportOf(path, firstPass(path))
}

interface Sizes {
  readonly format: string
  readonly ids: readonly string[]
  readonly counts: readonly number[]
  /** Width and height of each picture. */
  readonly sizes: readonly number[]
  readonly featureSize: number
  readonly classes: number
  readonly problems: readonly string[]
}

function firstPass(path: string): Sizes {
  const { format, entries } = openFeatures(path)
  const [ids, counts, sizes, problems]: [string[], number[], number[], string[]] = [[], [], [], []]
  const seen = new Set<string>()
  let shape = { featureSize: 0, classes: 0 }
  for (const entry of entries()) {
    if (seen.has(entry.id)) {
      problems.push(`Picture ${entry.id} is there twice; the first counts.`)
      continue
    }
    seen.add(entry.id)
    if (ids.length === 0) shape = shapeOf(entry)
    ids.push(entry.id)
    counts.push(entry.count)
    sizes.push(entry.width, entry.height)
  }
  if (ids.length === 0) throw new WorkbenchError(`${path} holds no picture.`)
  return { format, ids, counts, sizes, problems, ...shape }
}

function shapeOf(entry: FeatureEntry): { featureSize: number; classes: number } {
  const { features, classes } = entry.read()
  return { featureSize: features.length / entry.count, classes: classes ? classes.length / entry.count : 0 }
}

function reportOf(path: string, { format, ids, counts, featureSize, classes, problems }: Sizes): FeaturesReport {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const least = counts.reduce((a, b) => Math.min(a, b), Infinity)
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  return {
    format, pictures: ids.length, regions: { least, most, mean: total / counts.length }, featureSize, classes, bytes: statSync(path).isDirectory() ? 0 : statSync(path).size,
    ids: ids.slice(0, SHOWN), problems: most > 100 ? [...problems, `Some pictures have more than 100 regions; a run uses the first 100.`] : problems
  }
}

/** Writes a region store beside the target and renames it. Throws a WorkbenchError and leaves nothing if a picture is damaged. */
export function convertFeatures(from: string, to: string, onProgress: OnProgress = () => undefined): FeaturesReport {
  if (!to.endsWith('.safetensors')) throw new WorkbenchError(`--to is '${to}'; expected a .safetensors file, for a run features/<pool>.safetensors in its data folder (coco, vg, flickr30k, nlvr2, cc).`)
  const sizes = firstPass(from)
  const partial = `${to}.partial`
  try {
    writeStore(partial, from, sizes, onProgress)
    renameSync(partial, to)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
  return reportOf(from, sizes)
}

function writeStore(path: string, from: string, sizes: Sizes, onProgress: OnProgress): void {
  const { ids, counts, featureSize, classes } = sizes
  const offsets = new Int32Array(ids.length + 1)
  counts.forEach((count, i) => { offsets[i + 1] = (offsets[i] ?? 0) + count })
  const rows = offsets[ids.length] ?? 0
  const { bytes, starts } = header(sizes, rows)
  const file = openSync(path, 'w')
  try {
    writeSync(file, bytes, 0, bytes.length, 0)
    put(file, offsets, starts.offsets)
    put(file, Int32Array.from(sizes.sizes), starts.sizes)
    const places = new Map(ids.map((id, i) => [id, i]))
    let done = 0
    for (const entry of openFeatures(from).entries()) {
      const place = places.get(entry.id)
      if (place === undefined) continue
      places.delete(entry.id)
      const arrays = entry.read()
      const shape = { featureSize: arrays.features.length / entry.count, classes: (arrays.classes?.length ?? 0) / entry.count }
      if (shape.featureSize !== featureSize || shape.classes !== classes) {
        throw new WorkbenchError(`${from}: picture ${entry.id} has ${shape.featureSize} numbers and ${shape.classes} classes a region, the first picture ${featureSize} and ${classes}; a store has one size.`)
      }
      const row = offsets[place] ?? 0
      put(file, arrays.features, starts.features + row * featureSize * 4)
      put(file, arrays.boxes, starts.boxes + row * 16)
      if (arrays.classes) put(file, arrays.classes, starts.classes + row * classes * 4)
      onProgress({ what: 'pictures', done: ++done, total: ids.length })
    }
  } finally {
    closeSync(file)
  }
}

function put(file: number, numbers: Float32Array | Int32Array, position: number): void {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, position + done)
}

interface Starts {
  readonly features: number
  readonly boxes: number
  readonly offsets: number
  readonly sizes: number
  readonly classes: number
}

/** The header of the store's safetensors file, and where each array begins. */
function header({ ids, featureSize, classes }: Sizes, rows: number): { bytes: Buffer; starts: Starts } {
  const arrays: readonly (readonly [string, 'F32' | 'I32', readonly number[]])[] = [
    ['features', 'F32', [rows, featureSize]], ['boxes', 'F32', [rows, 4]], ['offsets', 'I32', [ids.length + 1]], ['sizes', 'I32', [ids.length, 2]],
    ...(classes > 0 ? [['classes', 'F32', [rows, classes]] as const] : [])
  ]
  const entries: Record<string, unknown> = { __metadata__: { ids: JSON.stringify(ids) } }
  const ends = new Map<string, number>()
  let end = 0
  for (const [name, dtype, shape] of arrays) {
    const start = end
    end += 4 * countOf(shape)
    ends.set(name, start)
    entries[name] = { dtype, shape, data_offsets: [start, end] }
  }
  const text = JSON.stringify(entries)
  const padded = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  const at = (name: string): number => 8 + padded.length + (ends.get(name) ?? 0)
  return { bytes: Buffer.concat([length, padded]), starts: { features: at('features'), boxes: at('boxes'), offsets: at('offsets'), sizes: at('sizes'), classes: at('classes') } }
}
