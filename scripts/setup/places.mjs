// The folders and files the set-up reads and writes.

import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')
export const modulesFolder = path.join(projectRoot, 'node_modules')

/** What the set-up found and installed; read by scripts, the command line, Electron's main process and `doctor`. */
export const setupRecordFile = path.join(modulesFolder, '.twelve-in-one', 'setup.json')

export const pins = JSON.parse(readFileSync(new URL('pins.json', import.meta.url), 'utf8'))

/** The folder for downloads that outlive a checkout: TWELVE_IN_ONE_CACHE, else the user's cache folder. */
export function cacheFolder() {
  const chosen = process.env.TWELVE_IN_ONE_CACHE
  if (chosen) return path.resolve(chosen)
  const base =
    process.env.XDG_CACHE_HOME ??
    (process.platform === 'darwin' ? path.join(homedir(), 'Library', 'Caches') : path.join(homedir(), '.cache'))
  return path.join(base, 'twelve-in-one')
}

/** A fresh folder in the cache for unfinished work; its content is moved to its place only when complete. */
export function newPartialFolder(name) {
  const folder = path.join(cacheFolder(), 'partial', `${name}-${process.pid}-${Date.now()}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Removes what set-ups that were killed have left unfinished. */
export function removeAbandonedWork() {
  const folder = path.join(cacheFolder(), 'partial')
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const owner = Number(/-(\d+)-\d+$/.exec(name)?.[1])
    if (!isAlive(owner)) rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}

function isAlive(processId) {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    return error.code === 'EPERM' // it exists and belongs to someone else
  }
}

/** @returns {Promise<string>} the SHA-256 of a file, in hexadecimal */
export function sha256OfFile(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    createReadStream(file, { highWaterMark: 1 << 20 })
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')))
  })
}

/** @returns the parsed JSON file, or undefined where it is missing or broken */
export function readJson(file) {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // a half-written record counts as none: the set-up then makes it anew
  }
}
