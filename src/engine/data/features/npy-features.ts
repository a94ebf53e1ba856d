// Region features as .npy files, one a picture (data formats 12): a pickled dictionary with bbox, features, sizes and class
// probabilities, as the reference's extract_features.py writes them. No code of a file is run: see pickle-machine.ts.
// Read next: convert-features.ts.

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { WorkbenchError } from '../../../contract/check'
import { type AllowedGlobal, type PickleValue, type PickledObject, isDictionary, unpickle } from '../../checkpoint/pickle-machine'
import { pictureKey } from '../picture-index'
import type { FeatureEntry, FeatureSource } from './feature-source'

/** An array as numpy pickles it; filled by its state. */
interface PickledArray extends PickledObject {
  readonly kind: 'array'
  shape: readonly number[]
  numbers: Float32Array | null
  /** Of an array of objects: its elements. */
  objects: readonly PickleValue[]
}

interface PickledType extends PickledObject {
  readonly kind: 'type'
  readonly code: string
  order: string
}

const isArray = (value: PickleValue | undefined): value is PickledArray => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'array'
const isType = (value: PickleValue | undefined): value is PickledType => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'type'

/** Element sizes in bytes of the number types that feature files use. */
const READERS: Readonly<Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>> = {
  f4: { bytes: 4, read: (view, at) => view.getFloat32(at, true) }, f8: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  i8: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }, i4: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) }
}

function emptyArray(): PickledArray {
  const array: PickledArray = {
    kind: 'array', shape: [], numbers: null, objects: [],
    setState(state) {
      const [, shape, type, columnsFirst, content] = Array.isArray(state) ? state : []
      if (!Array.isArray(shape) || !isType(type)) throw new WorkbenchError('holds an array without shape or type')
      array.shape = shape.map(Number)
      if (Array.isArray(content)) array.objects = content
      else if (content instanceof Uint8Array && columnsFirst !== true) array.numbers = numbersOf(content, type)
      else throw new WorkbenchError('holds an array whose columns come first')
    }
  }
  return array
}

function numbersOf(bytes: Uint8Array, { code, order }: PickledType): Float32Array {
  const reader = READERS[code]
  if (!reader || order === '>') throw new WorkbenchError(`holds an array of type '${order}${code}'; readable are ${Object.keys(READERS).join(', ')}, least byte first`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: bytes.length / reader.bytes }, (_, i) => reader.read(view, i * reader.bytes))
}

function newType(parts: readonly PickleValue[]): PickledType {
  const type: PickledType = {
    kind: 'type', code: String(parts[0]), order: '<',
    setState(state) { if (Array.isArray(state)) type.order = String(state[1]) }
  }
  return type
}

/** numpy's own names, before and after version 2. */
const GLOBALS: ReadonlyMap<string, AllowedGlobal> = new Map<string, AllowedGlobal>([
  ...['numpy.core.multiarray', 'numpy._core.multiarray'].flatMap((module): [string, AllowedGlobal][] => [
    [`${module}._reconstruct`, { call: emptyArray }],
    [`${module}.scalar`, { call: ([type, bytes]) => (isType(type) && bytes instanceof Uint8Array ? (numbersOf(bytes, type)[0] ?? 0) : 0) }]
  ]),
  ['numpy.ndarray', { constant: 'ndarray' }], ['numpy.dtype', { call: newType }],
  // Bytes of a file that Python 3 wrote for Python 2 readers.
  ['_codecs.encode', { call: ([text]) => Uint8Array.from(String(text), (letter) => letter.charCodeAt(0)) }]
])

export function npyFeatures(paths: readonly string[]): FeatureSource {
  return {
    format: '.npy files',
    *entries() {
      for (const path of paths) yield entryOf(path)
    }
  }
}

function entryOf(path: string): FeatureEntry {
  const fields = dictionaryOf(path)
  const number = (...names: readonly string[]): number => {
    const value = names.map((name) => fields.get(name)).find((each) => typeof each === 'number')
    if (typeof value !== 'number') throw new WorkbenchError(`${path} has no number '${names[0]}'; expected the dictionary of extract_features.py.`)
    return value
  }
  const table = (name: string, ...others: readonly string[]): PickledArray & { numbers: Float32Array } => {
    const value = [name, ...others].map((each) => fields.get(each)).find(isArray)
    if (!value?.numbers) throw new WorkbenchError(`${path} has no array '${name}'; expected the dictionary of extract_features.py.`)
    return { ...value, numbers: value.numbers }
  }
  const boxes = table('bbox', 'boxes').numbers
  const count = boxes.length / 4
  const probabilities = fields.get('cls_prob')
  const id = fields.get('image_id')
  return {
    id: pictureKey(typeof id === 'string' || typeof id === 'number' ? String(id) : basename(path, '.npy')),
    width: number('image_width', 'image_w'), height: number('image_height', 'image_h'), count,
    read() {
      const features = table('features').numbers
      if (features.length === 0 || features.length % count !== 0) throw new WorkbenchError(`${path}: features hold ${features.length} numbers, which ${count} boxes cannot share.`)
      return { boxes, features, ...(isArray(probabilities) && probabilities.numbers ? { classes: backgroundLast(probabilities.numbers, count) } : {}) }
    }
  }
}

/** The detector's classes begin with the background; a region store ends with it. */
function backgroundLast(probabilities: Float32Array, count: number): Float32Array {
  const width = probabilities.length / count
  return Float32Array.from(probabilities, (_, i) => probabilities[i - (i % width) + ((i + 1) % width === 0 ? 0 : (i % width) + 1)] ?? 0)
}

/** The dictionary in a 0-dimensional array of objects; older files begin with the pickle itself. */
function dictionaryOf(path: string): ReadonlyMap<PickleValue, PickleValue> {
  const bytes = readFileSync(path)
  const isNumpy = bytes.length > 10 && bytes.subarray(1, 6).toString('latin1') === 'NUMPY'
  const wide = isNumpy && (bytes[6] ?? 1) >= 2
  const start = isNumpy ? (wide ? 12 + bytes.readUInt32LE(8) : 10 + bytes.readUInt16LE(8)) : 0
  if (isNumpy && !bytes.subarray(0, start).includes("'|O'")) throw new WorkbenchError(`${path} holds a plain array; expected the dictionary of extract_features.py (an array of one object).`)
  const read = (position: number, length: number): Uint8Array => {
    if (position + length > bytes.length) throw new WorkbenchError(`${path} ends at byte ${bytes.length}, inside its pickle; the file is damaged.`)
    return bytes.subarray(position, position + length)
  }
  const { value } = unpickle({ where: `'${path}'`, read }, { globals: GLOBALS, persistent: () => null }, start)
  const found = isArray(value) ? value.objects[0] : value
  if (!isDictionary(found)) throw new WorkbenchError(`${path} holds no dictionary; expected that of extract_features.py: bbox, features, image_width, image_height.`)
  return found
}
