// The native TensorFlow library, taken from TensorFlow's own wheels: the CPU build, or with an NVIDIA driver the CUDA one.

import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { keptFolder } from './kept-folder.mjs'
import { modulesFolder, pins } from './places.mjs'
import { discardWheel, downloadWheel } from './pip-download.mjs'
import { say } from './report.mjs'
import { unzipChosen } from './unzip.mjs'

const tensorflowLibrary = 'tensorflow/libtensorflow_cc.so.2'
const frameworkLibrary = 'tensorflow/libtensorflow_framework.so.2'
const headers = /^tensorflow\/include\/(tensorflow\/c\/|tsl\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring)/
// TensorFlow's library looks for these beside its own folder: ../nvidia/<name>/lib.
const cudaLibraries = /^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)*$/

/** @returns true where the machine has an NVIDIA driver */
export function hasNvidiaDriver() {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidia0') || existsSync('/dev/nvidiactl')
}

/** TWELVE_IN_ONE_TENSORFLOW=cpu|cuda overrides what the machine's driver says. */
export function chosenVariant() {
  const chosen = process.env.TWELVE_IN_ONE_TENSORFLOW
  if (chosen === 'cpu' || chosen === 'cuda') return chosen
  return hasNvidiaDriver() ? 'cuda' : 'cpu'
}

/**
 * @returns {Promise<{ variant: string, version: string, folder: string, libraryPath: string[] }>}
 *   folder: holds libtensorflow_cc.so.2 and include/; libraryPath: further folders the dynamic linker needs
 */
export async function ensureTensorflow() {
  const variant = chosenVariant()
  const { wheels } = pins.tensorflow[variant]
  const origin = wheels.map((wheel) => wheel.sha256).join(' ')
  const name = `tensorflow-${variant}-${pins.tensorflow.version}`
  const { folder, made } = await keptFolder(name, origin, [tensorflowLibrary, frameworkLibrary], async (partial) => {
    for (const wheel of wheels) {
      const file = await downloadWheel(wheel)
      say(`unpacking ${wheel.package}`)
      await unzipChosen(file, (entry) => (isWanted(entry) ? path.join(partial, entry) : undefined))
    }
  })
  wheels.forEach(discardWheel)
  if (made) say(`TensorFlow ${pins.tensorflow.version} (${variant}) is ready, from the Python package index`)
  linkLibraries(folder)
  return {
    variant,
    version: pins.tensorflow.version,
    folder: path.join(folder, 'tensorflow'),
    libraryPath: cudaLibraryFolders(folder),
  }
}

function isWanted(entry) {
  return (
    entry === tensorflowLibrary ||
    entry === frameworkLibrary ||
    headers.test(entry) ||
    cudaLibraries.test(entry)
  )
}

function cudaLibraryFolders(folder) {
  const nvidia = path.join(folder, 'nvidia')
  if (!existsSync(nvidia)) return []
  return readdirSync(nvidia)
    .map((name) => path.join(nvidia, name, 'lib'))
    .filter((place) => existsSync(place))
}

/** Gives @tensorflow/tfjs-node-gpu the library where its own install script would have put it. */
function linkLibraries(folder) {
  const target = path.join(modulesFolder, '@tensorflow', 'tfjs-node-gpu', 'deps', 'lib')
  mkdirSync(target, { recursive: true })
  const links = {
    'libtensorflow.so': tensorflowLibrary,
    'libtensorflow_cc.so.2': tensorflowLibrary,
    'libtensorflow_framework.so': frameworkLibrary,
    'libtensorflow_framework.so.2': frameworkLibrary,
  }
  for (const [name, file] of Object.entries(links)) {
    const link = path.join(target, name)
    rmSync(link, { force: true })
    symlinkSync(path.join(folder, file), link)
  }
}
