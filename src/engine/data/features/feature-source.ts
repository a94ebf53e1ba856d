// Region features as others publish them (data formats 12), picture by picture, so that a file of many gigabytes needs no
// more memory than one picture. Read next: tsv-features.ts, npy-features.ts, convert-features.ts.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { WorkbenchError } from '../../../contract/check'
import { openRegionStore } from '../region-store'
import { npyFeatures } from './npy-features'
import { tsvFeatures } from './tsv-features'

/** The regions of a picture, decoded. */
export interface FeatureArrays {
  /** [count, 4]: x1, y1, x2, y2 in pixels. */
  readonly boxes: Float32Array
  /** [count, size] */
  readonly features: Float32Array
  /** [count, classes], the background last; absent in most formats. */
  readonly classes?: Float32Array
}

export interface FeatureEntry {
  /** The number or name by which the data sets call the picture. */
  readonly id: string
  readonly width: number
  readonly height: number
  readonly count: number
  read(): FeatureArrays
}

export interface FeatureSource {
  readonly format: string
  /** All pictures in the order of the file; may be asked for again. */
  entries(): Iterable<FeatureEntry>
}

const READABLE = 'a bottom-up-attention or LXMERT .tsv file, a folder of .npy files (or one of them), or a region store (.safetensors)'

/** Opens a path by what it is. Throws a WorkbenchError that names the readable formats. */
export function openFeatures(path: string): FeatureSource {
  if (!existsSync(path)) throw new WorkbenchError(`${path} does not exist; readable are ${READABLE}.`)
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path)
    if (names.includes('data.mdb')) throw new WorkbenchError(`${path} is an LMDB folder, which is not read here; readable are ${READABLE}. Save its pictures as .npy files, as the reference's extract_features.py does.`)
    const arrays = names.filter((name) => name.endsWith('.npy')).sort()
    if (arrays.length === 0) throw new WorkbenchError(`${path} holds no .npy file; readable are ${READABLE}.`)
    return npyFeatures(arrays.map((name) => join(path, name)))
  }
  switch (extname(path).toLowerCase()) {
    case '.tsv': return tsvFeatures(path)
    case '.npy': return npyFeatures([path])
    case '.safetensors': return storeFeatures(path)
    default: throw new WorkbenchError(`${path} is of no format that is read here; readable are ${READABLE}. HDF5 and LMDB are not: save the pictures as .tsv or .npy.`)
  }
}

function storeFeatures(path: string): FeatureSource {
  return {
    format: 'region store',
    *entries() {
      const store = openRegionStore(path)
      try {
        for (const id of store.ids) {
          const { width, height, boxes, features, classes } = store.read(id)
          yield { id, width, height, count: boxes.length / 4, read: () => ({ boxes, features, ...(classes ? { classes } : {}) }) }
        }
      } finally {
        store.close()
      }
    }
  }
}
