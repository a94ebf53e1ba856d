// Words of machines put as people read them: backends, and the names of preparations. Pure.

import type { AppInfo } from '../../../contract/workbench-api'

const LIBRARIES: readonly (readonly [string, string])[] = [
  ['tfjs-node', 'TensorFlow'], ['tfjs-backend-wasm', 'WebAssembly'], ['tfjs-backend-cpu', 'JavaScript']
]

/** "TensorFlow · CUDA": the library by its known name, and CPU or CUDA. */
export function backendWords(backend: NonNullable<AppInfo['backend']>): string {
  const library = LIBRARIES.find(([part]) => backend.library.includes(part))?.[1] ?? backend.library
  return `${library} · ${`${backend.name} ${backend.device}`.toLowerCase().includes('cuda') ? 'CUDA' : 'CPU'}`
}

/** The device, unless it says no more than the backend already does. */
export function deviceWords(device: string): string {
  return /^(cpu|cuda|gpu)$/i.test(device) ? '' : device
}

/** A sentence begins with a capital letter. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
