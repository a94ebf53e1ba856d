// Everything the workbench needs on this machine, installed once; afterwards a check of a few file sizes.
// Order: npm packages, Electron, TensorFlow, its addon, system packages. Used by npm start, npm test, npm run setup.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { addonFile, ensureAddon } from './addon.mjs'
import { ensureElectron } from './electron.mjs'
import { ensureNpmPackages, packagesAreInstalled } from './npm-packages.mjs'
import { cacheFolder, projectRoot, readJson, removeAbandonedWork, setupRecordFile } from './places.mjs'
import { SetupError, say } from './report.mjs'
import { ensureVirtualDisplay, ensureWindowLibraries } from './system-packages.mjs'
import { chosenVariant, ensureTensorflow } from './tensorflow.mjs'

/**
 * @param {{ window?: boolean, tests?: boolean }} needs window: Electron will be opened; tests: a virtual display is needed
 * @returns {Promise<object>} the set-up record: { electron, tensorflow, files, … } (also in node_modules/.twelve-in-one/setup.json)
 */
export async function ensureReady(needs = {}) {
  const fingerprint = fingerprintOfInputs()
  const record = readJson(setupRecordFile)
  if (record?.fingerprint === fingerprint && filesAreThere(record.files) && satisfies(record, needs) && packagesAreInstalled()) {
    return record
  }
  const started = Date.now()
  checkNode()
  removeAbandonedWork()
  await ensureNpmPackages()
  const electron = await ensureElectron()
  const tensorflow = await tensorflowOrReason()
  prepareSystem(electron, needs)
  const made = {
    fingerprint,
    electron,
    tensorflow,
    window: needs.window === true || record?.window === true,
    tests: needs.tests === true || record?.tests === true,
    files: sizesOf([electron.path, ...nativeFiles(tensorflow)]),
  }
  writeRecord(made)
  say(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return made
}

/** Without the native library the engine still runs, slower; so its absence is said, not fatal. */
async function tensorflowOrReason() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return withoutTensorflow(`there is no pinned TensorFlow library for ${process.platform}-${process.arch}`)
  }
  try {
    const tensorflow = await ensureTensorflow()
    await ensureAddon(tensorflow)
    return { ...tensorflow, library: path.join(tensorflow.folder, 'libtensorflow_cc.so.2'), addon: addonFile }
  } catch (error) {
    if (error instanceof SetupError) return withoutTensorflow(error.message)
    throw error
  }
}

function nativeFiles(tensorflow) {
  if (tensorflow.variant === 'none') return []
  return [tensorflow.addon, tensorflow.library, path.join(tensorflow.folder, 'libtensorflow_framework.so.2')]
}

function withoutTensorflow(reason) {
  say(`no native TensorFlow, training will be slow: ${reason}`)
  return { variant: 'none', libraryPath: [], reason }
}

function prepareSystem(electron, needs) {
  if (needs.window || needs.tests) ensureWindowLibraries(electron.path)
  if (needs.tests) ensureVirtualDisplay()
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node ${process.versions.node} is too old; install Node 20.19 or newer and start again.`)
  }
}

/** Changes with anything that could change what has to be installed. */
function fingerprintOfInputs() {
  const hash = createHash('sha256')
  const folder = path.join(projectRoot, 'scripts', 'setup')
  for (const name of readdirSync(folder).sort()) {
    if (/\.(mjs|json)$/.test(name)) hash.update(name).update(readFileSync(path.join(folder, name)))
  }
  hash.update(readFileSync(path.join(projectRoot, 'package-lock.json')))
  hash.update([projectRoot, cacheFolder(), process.platform, process.arch, chosenVariant()].join('\0'))
  return hash.digest('hex')
}

function satisfies(record, needs) {
  if (record.tensorflow.variant === 'none' && process.platform === 'linux' && process.arch === 'x64') return false
  return (!needs.window || record.window) && (!needs.tests || record.tests)
}

function sizesOf(files) {
  return Object.fromEntries(files.map((file) => [file, statSync(file).size]))
}

function filesAreThere(files) {
  return Object.entries(files).every(([file, size]) => statSync(file, { throwIfNoEntry: false })?.size === size)
}

function writeRecord(record) {
  mkdirSync(path.dirname(setupRecordFile), { recursive: true })
  const aside = `${setupRecordFile}.${process.pid}`
  writeFileSync(aside, JSON.stringify(record, undefined, 2))
  renameSync(aside, setupRecordFile)
}
