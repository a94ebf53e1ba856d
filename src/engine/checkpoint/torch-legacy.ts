// `torch.save` before PyTorch 1.6: five pickles (magic number, protocol, system, the object, storage keys), then for each key an
// int64 count and the numbers (shared/parity/tiny). Read next: torch-zip.ts, torch-objects.ts.

import { check } from '../../contract/check'
import { BYTES_OF } from './number-types'
import { type PickleInput, type PickleRules, type PickleValue, isDictionary, unpickle } from './pickle-machine'
import type { RangedFile } from './ranged-file'
import { TORCH_GLOBALS, type TorchStorage, torchStorage } from './torch-objects'
import type { TorchArchive } from './torch-zip'

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001
/** The magic number's pickle: protocol 2, LONG1 with ten bytes. */
export const LEGACY_START = Uint8Array.of(0x80, 0x02, 0x8a, 0x0a)

interface Place {
  /** Of the first number. */
  readonly start: number
  readonly bytes: number
}

export function openTorchLegacy(file: RangedFile): TorchArchive {
  const input = bufferedInput(file)
  const storages = new Map<string, TorchStorage>()
  const rules: PickleRules = {
    globals: TORCH_GLOBALS,
    persistent(id) {
      const storage = torchStorage(id)
      storages.set(storage.key, storage)
      return storage
    }
  }
  let position = 0
  const next = (): PickleValue => {
    const { value, end } = unpickle(input, rules, position)
    position = end
    return value
  }
  check(next() === MAGIC, () => `'${file.path}' does not begin with the magic number of torch.save.`)
  const protocol = next()
  check(protocol === PROTOCOL, () => `'${file.path}' has protocol ${String(protocol)} of torch.save; readable is ${PROTOCOL}.`)
  const system = next()
  check(!isDictionary(system) || system.get('little_endian') !== false, () => `'${file.path}' was written on a big-endian machine; only little-endian files are read.`)
  const root = next()
  const places = storagePlaces(file, next(), storages, position)
  const placeOf = (storage: TorchStorage): Place => {
    const place = places.get(storage.key)
    check(place, () => `'${file.path}' lists no storage '${storage.key}', in which a tensor's numbers should be; the file is damaged.`)
    return place
  }
  return {
    root,
    storageBytes: (storage) => placeOf(storage).bytes,
    readStorage: (storage, from, length) => file.read(placeOf(storage).start + from, length, `storage '${storage.key}'`)
  }
}

/** Where each storage lies behind the pickles, in the order of the list of keys; all must be there. */
function storagePlaces(file: RangedFile, keys: PickleValue, storages: ReadonlyMap<string, TorchStorage>, behind: number): Map<string, Place> {
  check(Array.isArray(keys), () => `'${file.path}' has no list of storages before byte ${behind}; the file is damaged.`)
  const places = new Map<string, Place>()
  let position = behind
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    check(storage, () => `'${file.path}' lists the storage '${String(key)}', which no tensor has; the file is damaged.`)
    const what = `storage '${storage.key}' (${places.size + 1} of ${keys.length})`
    const count = Number(new DataView(file.read(position, 8, `the size of ${what}`).buffer).getBigInt64(0, true))
    check(count === storage.count, () => `In '${file.path}', ${what} has ${count} numbers at byte ${position}, but its tensors say ${storage.count}; the file is damaged.`)
    const bytes = count * BYTES_OF[storage.type]
    check(position + 8 + bytes <= file.sizeBytes, () => `'${file.path}' ends at byte ${file.sizeBytes}, inside ${what}, which goes from byte ${position + 8} to ${position + 8 + bytes}. The file is cut short; copy it again.`)
    places.set(storage.key, { start: position + 8, bytes })
    position += 8 + bytes
  }
  return places
}

const WINDOW = 1 << 16

/** Small reads out of a window of the file. */
function bufferedInput(file: RangedFile): PickleInput {
  let start = 0
  let held = new Uint8Array(0)
  return {
    where: `'${file.path}'`,
    read(position, length) {
      if (position < start || position + length > start + held.length) {
        start = position
        held = file.read(position, Math.max(length, Math.min(WINDOW, file.sizeBytes - position)), 'the pickled object')
      }
      return held.subarray(position - start, position - start + length)
    }
  }
}
