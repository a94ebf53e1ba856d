// Finds the weights in what torch.save was given: a state_dict as it is, or one of a training script's dictionary
// ({model_state_dict: …, epoch: 3}). Read next: name-rules.ts.

import { WorkbenchError } from '../../contract/check'
import { type PickleDictionary, type PickleValue, isDictionary } from './pickle-machine'
import { type TorchTensor, isTensor } from './torch-objects'

export interface StateDict {
  readonly tensors: ReadonlyMap<string, TorchTensor>
  /** Key of the dictionary that it was found under; null: the file is the state_dict itself. */
  readonly wrapper: string | null
  /** What else the file holds, by key. */
  readonly beside: readonly string[]
}

/** Where training scripts keep the weights, the most telling first. */
const WRAPPERS = ['model_state_dict', 'state_dict', 'model', 'module', 'network', 'net', 'weights']

/** Throws a WorkbenchError that names what is there if there are no weights. */
export function findStateDict(where: string, root: PickleValue): StateDict {
  if (!isDictionary(root)) throw new WorkbenchError(`${where} holds ${kindOf(root)}; expected is a state_dict: names and tensors.`)
  const own = tensorsOf(root)
  if (own.size > 0) return { tensors: own, wrapper: null, beside: otherKeys(root, own) }
  for (const wrapper of WRAPPERS) {
    const inner = root.get(wrapper)
    const tensors = isDictionary(inner) ? tensorsOf(inner) : new Map<string, TorchTensor>()
    if (tensors.size > 0) return { tensors, wrapper, beside: otherKeys(root, new Map([[wrapper, null]])) }
  }
  throw new WorkbenchError(`${where} holds a dictionary without tensors; its keys: ${[...root.keys()].slice(0, 8).map(String).join(', ') || 'none'}. Expected is a state_dict, or one under ${WRAPPERS.slice(0, 3).join(', ')}.`)
}

function tensorsOf(dictionary: PickleDictionary): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>()
  for (const [name, value] of dictionary) if (typeof name === 'string' && isTensor(value)) tensors.set(name, value)
  return tensors
}

function otherKeys(dictionary: PickleDictionary, taken: ReadonlyMap<string, unknown>): string[] {
  return [...dictionary.keys()].map(String).filter((key) => !taken.has(key))
}

function kindOf(value: PickleValue): string {
  if (isTensor(value)) return 'a single tensor'
  return Array.isArray(value) ? 'a list' : value === null ? 'nothing' : `a ${typeof value}`
}
