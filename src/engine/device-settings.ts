// How TensorFlow uses the machine: GPU, its memory, XLA. TensorFlow reads all of it from the environment when its library
// is loaded, so it is set before. What a user has set in the environment stays. Spec: none (engine). Read next: backend.ts.

import type { BackendChoice } from './backend'

export interface DeviceSettings {
  /** Clusters of operations compiled by XLA: for GPUs; on the CPU it is slower. */
  readonly xla: boolean
  /** The GPU's number as nvidia-smi counts; `auto`: TensorFlow's first. */
  readonly device: number | 'auto'
}

export const PLAIN_DEVICE: DeviceSettings = { xla: false, device: 'auto' }

type Environment = Readonly<Record<string, string | undefined>>

/** The variables to set before the native library is loaded. */
export function deviceEnvironment(choice: BackendChoice, { xla, device }: DeviceSettings, env: Environment): Record<string, string> {
  const set: Record<string, string> = {
    TF_CPP_MIN_LOG_LEVEL: env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
    // Without it, TensorFlow takes all of the GPU's memory at once, and a second run has none.
    TF_FORCE_GPU_ALLOW_GROWTH: env['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true'
  }
  if (choice === 'cpu') set['CUDA_VISIBLE_DEVICES'] = '-1'
  else if (device !== 'auto') Object.assign(set, { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(device) })
  if (xla) set['TF_XLA_FLAGS'] = env['TF_XLA_FLAGS'] ?? '--tf_xla_auto_jit=2'
  return set
}

export interface Switch {
  readonly name: string
  readonly value: string | null
  readonly what: string
}

const SWITCHES: readonly (readonly [string, string])[] = [
  ['CUDA_VISIBLE_DEVICES', 'GPUs that TensorFlow sees; --set device=N, -1 for none'],
  ['TF_FORCE_GPU_ALLOW_GROWTH', 'take GPU memory as needed, so that several runs share a GPU; false takes all at once'],
  ['TF_XLA_FLAGS', 'XLA compiles clusters of operations; --set xla=true'],
  ['LD_LIBRARY_PATH', 'where CUDA libraries are looked for; the set-up adds those it installed'],
  ['TF_NUM_INTRAOP_THREADS', 'threads of one operation'],
  ['TF_NUM_INTEROP_THREADS', 'operations side by side'],
  ['TF_CPU_ALLOCATOR_USE_BFC', '1 lets TensorFlow keep its memory: slower, but a way out if training in the window is slow or crashes'],
  ['MALLOC_ARENA_MAX', 'pools of the C library’s memory; 1 keeps memory flat over long runs'],
  ['TWELVE_IN_ONE_SESSION_CONFIG', 'a ConfigProto in hexadecimal instead of the engine’s own; empty for TensorFlow’s defaults'],
  ['TWELVE_IN_ONE_GRAPH_CACHE', 'off: neither keep recorded training steps for the next start nor use kept ones']
]

/** What `doctor` shows: each switch with its value now. */
export function switches(env: Environment): Switch[] {
  return SWITCHES.map(([name, what]) => ({ name, value: env[name] ?? null, what }))
}
