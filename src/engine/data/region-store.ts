// Region features of a pool's pictures in one safetensors file: detected regions in features/<pool>.safetensors, the
// annotated boxes in features/<pool>_gt.safetensors. Read picture by picture, so that a store larger than the memory
// works too. Tensors: features F32 [rows, size], boxes F32 [rows, 4] (x1, y1, x2, y2 pixels), offsets I32
// [pictures + 1], sizes I32 [pictures, 2] (width, height), classes F32 [rows, classes] (detected regions only).

import { closeSync, openSync, readSync } from 'node:fs'
import { at, check, WorkbenchError } from '../../contract/check'
import { readSafetensors, readSafetensorsHeader, writeSafetensors, type TensorToStore } from '../checkpoint/safetensors'

/** The regions of one picture. */
export interface StoredRegions {
  readonly width: number
  readonly height: number
  /** `[regions, 4]`: x1, y1, x2, y2 in pixels. */
  readonly boxes: Float32Array
  /** `[regions, featureSize]` */
  readonly features: Float32Array
  /** Class probabilities `[regions, classes]`, the background last; null in a store of annotated boxes. */
  readonly classes: Float32Array | null
}

export interface PictureRegions extends StoredRegions {
  /** Picture id as decimal text; for nlvr2 the file's base name, such as `train-12-0-img0`. */
  readonly id: string
}

export interface RegionStore {
  readonly ids: readonly string[]
  readonly featureSize: number
  /** Classes with the background; 0 without class probabilities. */
  readonly classes: number
  /** Regions of the picture that has most. */
  readonly most: number
  has(id: string): boolean
  /** The regions of a picture; null for an unknown id. */
  find(id: string): StoredRegions | null
  /** As `find`; throws a WorkbenchError for an unknown id. */
  read(id: string): StoredRegions
  close(): void
}

/** Writes a store; all pictures must have the same feature size, and class probabilities all or none. */
export function writeRegionStore(path: string, featureSize: number, pictures: readonly PictureRegions[]): void {
  const offsets = new Int32Array(pictures.length + 1)
  pictures.forEach((picture, i) => {
    check(picture.features.length * 4 === picture.boxes.length * featureSize, () => `${path}: picture ${picture.id} has ${picture.boxes.length / 4} boxes and ${picture.features.length} feature numbers`)
    offsets[i + 1] = at(offsets, i) + picture.boxes.length / 4
  })
  const rows = at(offsets, pictures.length)
  const joined = (width: number, part: (picture: PictureRegions) => Float32Array | null) => (): Float32Array => {
    const all = new Float32Array(rows * width)
    pictures.forEach((picture, i) => all.set(part(picture) ?? [], at(offsets, i) * width))
    return all
  }
  const first = pictures.find((picture) => picture.boxes.length > 0)
  const classes = first?.classes ? first.classes.length / (first.boxes.length / 4) : 0
  const tensors: TensorToStore[] = [
    { name: 'features', shape: [rows, featureSize], data: joined(featureSize, (picture) => picture.features) },
    { name: 'boxes', shape: [rows, 4], data: joined(4, (picture) => picture.boxes) },
    { name: 'offsets', shape: [offsets.length], data: offsets },
    { name: 'sizes', shape: [pictures.length, 2], data: Int32Array.from(pictures.flatMap(({ width, height }) => [width, height])) }
  ]
  if (classes > 0) tensors.push({ name: 'classes', shape: [rows, classes], data: joined(classes, (picture) => picture.classes) })
  writeSafetensors(path, tensors, { ids: JSON.stringify(pictures.map((picture) => picture.id)) })
}

/** Opens a store; only the offsets and sizes are read at once. Throws a WorkbenchError if the file is damaged. */
export function openRegionStore(path: string): RegionStore {
  const { tensors, metadata } = readSafetensors(path, (name) => name === 'offsets' || name === 'sizes')
  const places = readPlaces(path)
  const ids = readIds(path, metadata['ids'])
  const offsets = tensors.get('offsets')?.data
  const sizes = tensors.get('sizes')?.data
  const features = places.get('features')
  const boxes = places.get('boxes')
  if (!(offsets instanceof Int32Array) || !(sizes instanceof Int32Array) || !features || !boxes || offsets.length !== ids.length + 1) {
    throw new WorkbenchError(`${path} is no region store: it must hold features, boxes, offsets, sizes and one id per picture`)
  }
  const classes = places.get('classes')
  const rowOf = new Map(ids.map((id, row) => [id, row]))
  const file = openSync(path, 'r')
  const find = (id: string): StoredRegions | null => {
    const row = rowOf.get(id)
    if (row === undefined) return null
    const first = at(offsets, row)
    const count = at(offsets, row + 1) - first
    return {
      width: at(sizes, 2 * row),
      height: at(sizes, 2 * row + 1),
      boxes: readRows(file, boxes, first, count),
      features: readRows(file, features, first, count),
      classes: classes ? readRows(file, classes, first, count) : null
    }
  }
  return {
    ids,
    featureSize: features.width,
    classes: classes?.width ?? 0,
    most: offsets.reduce((most, offset, i) => (i === 0 ? 0 : Math.max(most, offset - at(offsets, i - 1))), 0),
    has: (id) => rowOf.has(id),
    find,
    read(id) {
      const found = find(id)
      check(found, () => `${path} has no regions of picture "${id}"; it knows ${ids.length} pictures, the first is "${ids[0] ?? ''}"`)
      return found
    },
    close: () => closeSync(file)
  }
}

function readIds(path: string, text: string | undefined): string[] {
  let ids: unknown = null
  try {
    ids = JSON.parse(text ?? 'null')
  } catch {
    // Told below with the other ways in which a list of ids can be wrong.
  }
  if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === 'string')) {
    throw new WorkbenchError(`${path} is no region store: its metadata must hold "ids", a JSON list of picture ids`)
  }
  return ids
}

/** Where a tensor of rows lies: its first byte in the file and the numbers per row. */
interface Place {
  readonly start: number
  readonly width: number
}

/** Positions too: readSafetensors reads whole tensors, a store reads rows. */
function readPlaces(path: string): Map<string, Place> {
  return new Map([...readSafetensorsHeader(path).entries].map(([name, { start, shape }]) => [name, { start, width: shape[1] ?? 1 }]))
}

function readRows(file: number, place: Place, first: number, count: number): Float32Array {
  const bytes = new Uint8Array(count * place.width * 4)
  readSync(file, bytes, 0, bytes.length, place.start + first * place.width * 4)
  return new Float32Array(bytes.buffer)
}
