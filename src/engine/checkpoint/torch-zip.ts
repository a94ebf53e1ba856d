// `torch.save` since PyTorch 1.6: a zip file with the pickled object (data.pkl) and one entry a storage (data/KEY).
// Read next: zip-entries.ts, torch-objects.ts; torch-legacy.ts is the older form.

import { check } from '../../contract/check'
import { type PickleValue, unpickle } from './pickle-machine'
import type { RangedFile } from './ranged-file'
import { TORCH_GLOBALS, type TorchStorage, torchStorage } from './torch-objects'
import { type ZipEntry, zipEntries } from './zip-entries'

/** An opened file of torch.save: the object, and the bytes of its storages. */
export interface TorchArchive {
  readonly root: PickleValue
  /** Size of a storage in bytes; throws a WorkbenchError if the file does not have it. */
  storageBytes(storage: TorchStorage): number
  /** From and length in bytes from the start of the storage. */
  readStorage(storage: TorchStorage, from: number, length: number): Uint8Array<ArrayBuffer>
}

const LARGEST_PICKLE = 1 << 28

export function openTorchZip(file: RangedFile): TorchArchive {
  const entries = zipEntries(file)
  const main = [...entries.keys()].find((name) => name.endsWith('/data.pkl')) ?? [...entries.keys()].find((name) => name === 'data.pkl')
  check(main !== undefined, () => `'${file.path}' is a zip file without data.pkl; torch.save writes one. Its entries: ${[...entries.keys()].slice(0, 4).join(', ')}.`)
  const prefix = main.slice(0, -'data.pkl'.length)
  const byteOrder = entries.get(`${prefix}byteorder`)
  const order = byteOrder ? new TextDecoder().decode(byteOrder.read(0, byteOrder.sizeBytes)) : 'little'
  check(order === 'little', () => `'${file.path}' was written in byte order '${order}'; only 'little' is read.`)
  const entryOf = (storage: TorchStorage): ZipEntry => {
    const entry = entries.get(`${prefix}data/${storage.key}`)
    check(entry, () => `'${file.path}' has no entry '${prefix}data/${storage.key}', in which a tensor's numbers should be; the file is damaged.`)
    return entry
  }
  return {
    root: unpickle(pickleOf(file, main, entries), { globals: TORCH_GLOBALS, persistent: torchStorage }).value,
    storageBytes: (storage) => entryOf(storage).sizeBytes,
    readStorage: (storage, from, length) => entryOf(storage).read(from, length)
  }
}

function pickleOf(file: RangedFile, name: string, entries: ReadonlyMap<string, ZipEntry>): { where: string; read(position: number, length: number): Uint8Array } {
  const entry = entries.get(name)
  const where = `'${file.path}' (entry ${name})`
  check(entry && entry.sizeBytes <= LARGEST_PICKLE, () => `${where} has ${entry?.sizeBytes ?? 0} bytes; a state_dict's has at most ${LARGEST_PICKLE}.`)
  const bytes = entry.read(0, entry.sizeBytes)
  return {
    where,
    read(position, length) {
      check(position + length <= bytes.length, () => `The pickle in ${where} ends at byte ${bytes.length}; ${length} more are expected at byte ${position}. The file is damaged.`)
      return bytes.subarray(position, position + length)
    }
  }
}
