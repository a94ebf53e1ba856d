// Chooses where TensorFlow.js computes: a CUDA device, the native CPU library, web assembly, or plain JavaScript.
// The only file that loads the native package, and only when asked. Read next: execution/eager-engine.ts.

import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants as osConstants } from 'node:os'
import { dirname, join, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { WorkbenchError } from '../contract/check'
import { type DeviceSettings, PLAIN_DEVICE, deviceEnvironment } from './device-settings'
import { turnMatricesBefore } from './wasm-products'

export type BackendChoice = 'auto' | 'cuda' | 'cpu' | 'wasm'

export interface BackendReport {
  /** `cuda`, `cpu`: the native library; `wasm`, `javascript`: the fallbacks. */
  readonly name: 'cuda' | 'cpu' | 'wasm' | 'javascript'
  readonly device: string
  /** The package that computes, with its version. */
  readonly library: string
  readonly version: string
  /** Why a better backend was not taken, one line each. */
  readonly problems: readonly string[]
}

const NATIVE_PACKAGE = '@tensorflow/tfjs-node-gpu'
const load = createRequire(import.meta.url)

/**
 * Makes the best backend of the choice current. `auto` falls back from CUDA to the CPU library, web assembly and
 * JavaScript and says why; any other choice that cannot be had throws a WorkbenchError. The settings count in the first
 * call of a process, which loads the library.
 */
export async function loadBackend(choice: BackendChoice, settings = PLAIN_DEVICE): Promise<BackendReport> {
  const problems: string[] = []
  if (choice !== 'wasm') {
    const native = await tryNative(choice, settings, problems)
    if (native) return native
    if (choice !== 'auto') throw new WorkbenchError(`The backend '${choice}' is not available. ${problems.join(' ')}`, 'work')
  }
  registerGradients()
  const wasm = await tryWasm(problems)
  if (wasm) return wasm
  if (choice === 'wasm') throw new WorkbenchError(`The backend 'wasm' is not available. ${problems.join(' ')}`, 'work')
  await import('@tensorflow/tfjs-backend-cpu')
  await tf.setBackend('cpu')
  return { name: 'javascript', device: 'one thread of JavaScript, slow', library: '@tensorflow/tfjs-backend-cpu', version: packageVersion('@tensorflow/tfjs-backend-cpu'), problems }
}

interface NativeBinding {
  isUsingGpuDevice(): boolean
  readonly TF_Version?: string
}

async function tryNative(choice: 'auto' | 'cuda' | 'cpu', settings: DeviceSettings, problems: string[]): Promise<BackendReport | null> {
  Object.assign(process.env, deviceEnvironment(choice, settings, process.env))
  mendUtil()
  try {
    const restore = deepBindAddons()
    try {
      load(NATIVE_PACKAGE)
    } finally {
      restore()
    }
    await tf.setBackend('tensorflow')
  } catch (error) {
    problems.push(`The native library did not load: ${firstLine(error)} Run 'npm run setup'.`)
    return null
  }
  const { binding } = tf.backend() as unknown as { binding: NativeBinding }
  const cuda = binding.isUsingGpuDevice()
  if (!cuda && choice !== 'cpu') problems.push('No CUDA device: TensorFlow found no usable GPU (driver, CUDA or cuDNN library missing, or a CPU build).')
  if (!cuda && choice === 'cuda') return null
  return {
    name: cuda ? 'cuda' : 'cpu', device: cuda ? cudaDevice(settings.device) : 'CPU, native library', library: NATIVE_PACKAGE,
    version: `${packageVersion(NATIVE_PACKAGE)}${binding.TF_Version ? `, TensorFlow ${binding.TF_Version}` : ''}`, problems
  }
}

function mendUtil(): void {
  // tfjs-node calls a function that Node 23 removed.
  const mutable = load('node:util') as { isNullOrUndefined?: (value: unknown) => boolean }
  mutable.isNullOrUndefined ??= (value) => value === null || value === undefined
}

/**
 * In Electron on Linux the native library must use the system's malloc, not Electron's: that one returns every large
 * block to the kernel and halves the speed. Opening the addon with RTLD_DEEPBIND does it. Returns how to undo this.
 */
function deepBindAddons(): () => void {
  if (!process.versions['electron'] || process.platform !== 'linux') return () => undefined
  const RTLD_DEEPBIND = 8
  const mutable = process as { dlopen: (module: object, file: string, flags?: number) => void }
  const original = mutable.dlopen
  mutable.dlopen = (module, file, flags) => original.call(process, module, file, (flags ?? osConstants.dlopen.RTLD_LAZY) | RTLD_DEEPBIND)
  return () => {
    mutable.dlopen = original
  }
}

/** tfjs-core comes without gradients in Node; the full package, which the native one brings along, registers them. */
function registerGradients(): void {
  load('@tensorflow/tfjs')
}

async function tryWasm(problems: string[]): Promise<BackendReport | null> {
  try {
    const wasm = await import('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(join(dirname(load.resolve('@tensorflow/tfjs-backend-wasm')), sep))
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs refused it.')
    await tf.ready()
    turnMatricesBefore()
    return { name: 'wasm', device: 'CPU, web assembly', library: '@tensorflow/tfjs-backend-wasm', version: wasm.version_wasm, problems }
  } catch (error) {
    problems.push(`Web assembly did not start: ${firstLine(error)}`)
    return null
  }
}

/** The driver's name of the device that TensorFlow uses. */
function cudaDevice(device: number | 'auto'): string {
  try {
    const lines = execFileSync('nvidia-smi', [...(device === 'auto' ? [] : ['-i', String(device)]), '--query-gpu=name,memory.total', '--format=csv,noheader'], { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'ignore'] })
    return firstLine(lines.trim())
  } catch {
    return 'CUDA device (nvidia-smi is not there to name it)'
  }
}

function packageVersion(name: string): string {
  const manifest: unknown = load(`${name}/package.json`)
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0] ?? message
}
