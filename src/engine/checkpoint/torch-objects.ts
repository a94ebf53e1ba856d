// The names that a state_dict needs, and nothing else: ordered dictionaries, storages, number types, and the functions
// that put a tensor on a storage (torch/_utils.py). Read next: pickle-machine.ts, strided-array.ts.

import { check } from '../../contract/check'
import type { NumberType } from './number-types'
import type { AllowedGlobal, PickleValue, PickledObject } from './pickle-machine'

export interface TorchStorage extends PickledObject {
  readonly kind: 'storage'
  readonly key: string
  readonly type: NumberType
  /** Where the tensors' element 0 lies in the bytes of `key`, in elements; other than 0 only for views of old files. */
  readonly first: number
  /** In elements. */
  readonly count: number
}

export interface TorchTensor extends PickledObject {
  readonly kind: 'tensor'
  readonly storage: TorchStorage
  readonly type: NumberType
  /** In elements from the storage's first. */
  readonly offset: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
}

interface TypeName extends PickledObject {
  readonly kind: 'number type'
  /** Undefined for one that this program cannot read as float32. */
  readonly type: NumberType | undefined
  readonly name: string
}

const STORAGES: Readonly<Record<string, NumberType>> = {
  FloatStorage: 'float32', DoubleStorage: 'float64', HalfStorage: 'float16', BFloat16Storage: 'bfloat16', LongStorage: 'int64',
  IntStorage: 'int32', ShortStorage: 'int16', CharStorage: 'int8', ByteStorage: 'uint8', BoolStorage: 'bool'
}
/** Known and refused by name when a tensor has them; listed so that the message says why. */
const UNREADABLE = ['ComplexFloatStorage', 'ComplexDoubleStorage', 'QUInt8Storage', 'QInt8Storage', 'QInt32Storage']
const TYPES: readonly NumberType[] = ['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool']

/** A storage's bytes without a type of their own; `_rebuild_tensor_v3` names the type. */
const UNTYPED = 'UntypedStorage'

export const isTensor = (value: PickleValue | undefined): value is TorchTensor => isKind(value, 'tensor')

function isKind(value: PickleValue | undefined, kind: string): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

const typeName = (name: string, type: NumberType | undefined): AllowedGlobal => ({ constant: { kind: 'number type', type, name } as TypeName })

export const TORCH_GLOBALS: ReadonlyMap<string, AllowedGlobal> = new Map<string, AllowedGlobal>([
  ['collections.OrderedDict', { call: orderedDictionary }],
  ['torch._utils._rebuild_tensor_v2', { call: rebuildTensor }],
  ['torch._utils._rebuild_tensor', { call: rebuildTensor }],
  ['torch._utils._rebuild_tensor_v3', { call: ([storage, offset, shape, stride, , , type]) => rebuildTensor([storage ?? null, offset ?? null, shape ?? null, stride ?? null], type) }],
  ['torch._utils._rebuild_parameter', { call: ([tensor]) => tensor ?? null }],
  ['torch.Size', { call: ([sizes]) => sizes ?? [] }],
  ...Object.entries(STORAGES).map(([name, type]) => [`torch.${name}`, typeName(name, type)] as const),
  ...UNREADABLE.map((name) => [`torch.${name}`, typeName(name, undefined)] as const),
  ...TYPES.map((type) => [`torch.${type}`, typeName(type, type)] as const),
  [`torch.storage.${UNTYPED}`, typeName(UNTYPED, 'uint8')]
])

function orderedDictionary([pairs]: readonly PickleValue[]): PickleValue {
  if (!Array.isArray(pairs)) return new Map()
  return new Map(pairs.map((pair) => (Array.isArray(pair) ? [pair[0] ?? null, pair[1] ?? null] : [null, null])))
}

/** ('storage', type, key, location, count[, view]): the storage that a persistent id stands for. */
export function torchStorage(id: PickleValue): TorchStorage {
  const [word, typed, key, , count, view] = Array.isArray(id) ? id : []
  check(word === 'storage', () => `stores ${typeof word === 'string' ? `a '${word}'` : 'something'} beside tensors; only storages are read`)
  check(isKind(typed, 'number type'), () => 'names a storage of no known type')
  const { type, name } = typed as TypeName
  check(type !== undefined, () => `holds numbers of torch.${name}, which have no float32; readable are ${Object.keys(STORAGES).join(', ')}`)
  check(typeof key === 'string' && isCount(count), () => 'describes a storage by other than a key and a size')
  // Files of PyTorch before 0.4 store views: (key, offset, size) within the storage.
  const first = Array.isArray(view) && isCount(view[1]) ? view[1] : 0
  return { kind: 'storage', key, type, first, count }
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}

function rebuildTensor([storage, offset, shape, stride]: readonly PickleValue[], typed?: PickleValue): TorchTensor {
  check(isKind(storage, 'storage'), () => 'rebuilds a tensor on something that is no storage')
  check(isCount(offset) && isCounts(shape) && isCounts(stride) && stride.length === shape.length, () =>
    `rebuilds a tensor with offset ${String(offset)}, shape [${String(shape)}] and stride [${String(stride)}]; whole numbers of the same length are allowed`)
  const own = storage as TorchStorage
  if (typed === undefined) return { kind: 'tensor', storage: own, type: own.type, offset, shape, stride }
  const { type, name } = typed as TypeName
  check(isKind(typed, 'number type') && type !== undefined, () => `holds numbers of ${isKind(typed, 'number type') ? `torch.${name}` : 'an unknown type'}, which have no float32`)
  return { kind: 'tensor', storage: own, type, offset, shape, stride }
}
