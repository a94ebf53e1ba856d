// Compiles tfjs-node's N-API addon (two C++ files) against the TensorFlow library of tensorflow.mjs.

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { keptFolder } from './kept-folder.mjs'
import { modulesFolder } from './places.mjs'
import { SetupError, say } from './report.mjs'
import { runProgram } from './run-program.mjs'
import { ensureCompiler } from './system-packages.mjs'

const packageFolder = path.join(modulesFolder, '@tensorflow', 'tfjs-node-gpu')
const addonName = 'tfjs_binding.node'
/** Lets the engine configure its sessions; TensorFlow.js offers no way to. */
const sessionOptions = fileURLToPath(new URL('session-options.h', import.meta.url))

/** Where @tensorflow/tfjs-node-gpu looks for its addon. */
export const addonFile = path.join(packageFolder, 'lib', 'napi-v8', addonName)

/** @param {{ folder: string }} tensorflow the result of ensureTensorflow */
export async function ensureAddon(tensorflow) {
  const binding = path.join(packageFolder, 'binding')
  const flags = compilerFlags(tensorflow.folder)
  const origin = fingerprint(binding, flags)
  const { folder } = await keptFolder(`addon-${origin.slice(0, 12)}`, origin, [addonName], async (partial) => {
    ensureCompiler()
    say("compiling TensorFlow.js' native part (about 15 s)")
    const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(binding, name))
    const { status, output } = await runProgram('g++', [...sources, ...flags, '-o', path.join(partial, addonName)])
    if (status !== 0) {
      throw new SetupError(`g++ could not compile TensorFlow.js' native part; its output was:\n${output}`)
    }
  })
  mkdirSync(path.dirname(addonFile), { recursive: true })
  const aside = `${addonFile}.${process.pid}`
  rmSync(aside, { force: true })
  copyFileSync(path.join(folder, addonName), aside)
  renameSync(aside, addonFile) // in one go: a running process keeps the file it has mapped
}

function compilerFlags(tensorflowFolder) {
  return [
    ...['-O2', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8'],
    ...['-I', path.join(modulesFolder, 'node-api-headers', 'include')],
    ...['-I', path.join(tensorflowFolder, 'include')],
    ...['-include', sessionOptions],
    ...['-L', path.join(packageFolder, 'deps', 'lib'), '-ltensorflow', '-ltensorflow_framework'],
    // The cache first: found there, the library finds its CUDA neighbours by its own relative path.
    ...[`-Wl,-rpath,${tensorflowFolder}`, '-Wl,-rpath,$ORIGIN/../../deps/lib'],
  ]
}

function fingerprint(binding, flags) {
  const hash = createHash('sha256')
  for (const name of readdirSync(binding).sort()) hash.update(name).update(readFileSync(path.join(binding, name)))
  hash.update(readFileSync(sessionOptions))
  // -L and -include name the checkout, which does not change the result.
  return hash.update(flags.filter((flag) => !flag.includes(modulesFolder) && flag !== sessionOptions).join('\0')).digest('hex')
}
