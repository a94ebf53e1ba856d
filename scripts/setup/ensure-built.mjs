// Builds the product into out/ when a source has changed since the last build; otherwise a few milliseconds.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { projectRoot, readJson } from './places.mjs'
import { SetupError, say } from './report.mjs'
import { runProgram } from './run-program.mjs'

export const outFolder = path.join(projectRoot, 'out')
const stampFile = path.join(outFolder, 'build.json')
const oneDayMs = 86_400_000

/** @param {{ force?: boolean }} options force: build even if nothing changed */
export async function ensureBuilt(options = {}) {
  const sources = fingerprintOfSources()
  if (!options.force && isBuilt(sources)) return
  const started = Date.now()
  say('building')
  // Built aside and moved in file by file: a training run that is still going keeps the files it may yet load.
  const aside = path.join(outFolder, `.building-${process.pid}`)
  try {
    await build(aside)
    const files = moveInto(aside, outFolder)
    removeOldChunks(files)
    writeFileSync(stampFile, JSON.stringify({ sources, files }))
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  say(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

async function build(aside) {
  mkdirSync(aside, { recursive: true })
  const program = path.join(projectRoot, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  if (!existsSync(program)) throw new SetupError('the npm packages are not installed; run: npm run setup')
  const { status, output } = await runProgram(process.execPath, [program, 'build', '--logLevel', 'warn'], {
    cwd: projectRoot,
    env: { ...process.env, TWELVE_IN_ONE_OUT: aside, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
  })
  if (status !== 0) throw new SetupError(`the build failed:\n${readable(output)}`)
}

/** Without colours and without the builder's own stack. */
function readable(output) {
  const lines = output.replace(/\u001b\[[\d;]*m/g, '').split('\n')
  return lines.filter((line) => line.trim() !== '' && !/^\s+at /.test(line)).join('\n')
}

function isBuilt(sources) {
  const stamp = readJson(stampFile)
  return stamp?.sources === sources && stamp.files.every((file) => existsSync(path.join(outFolder, file)))
}

/**
 * Moves every file to the same place below the target: chunks first, the entries that name them last.
 * @returns {string[]} their paths below the target
 */
function moveInto(source, target) {
  const files = filesBelow(source).sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)))
  return files.map((file) => {
    const name = path.relative(source, file)
    mkdirSync(path.dirname(path.join(target, name)), { recursive: true })
    renameSync(file, path.join(target, name))
    return name
  })
}

function isEntry(file) {
  return !/[/\\](chunks|assets)[/\\]/.test(file)
}

/** Chunks of earlier builds go after a day: until then a run that started with them may still load them. */
function removeOldChunks(current) {
  for (const name of ['chunks', path.join('renderer', 'assets')]) {
    const folder = path.join(outFolder, name)
    if (!existsSync(folder)) continue
    for (const file of filesBelow(folder)) {
      if (current.includes(path.relative(outFolder, file))) continue
      if (Date.now() - statSync(file).mtimeMs > oneDayMs) rmSync(file, { force: true })
    }
  }
}

function fingerprintOfSources() {
  const hash = createHash('sha256')
  const files = [
    ...filesBelow(path.join(projectRoot, 'src')),
    ...['electron.vite.config.mts', 'package.json', 'package-lock.json'].map((name) => path.join(projectRoot, name)),
  ]
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${path.relative(projectRoot, file)} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(place) : [place]
  })
}
