// A folder in the cache that is either complete or absent: built aside, then moved into place in one go.

import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder, newPartialFolder, readJson } from './places.mjs'

const listName = 'complete.json'

/**
 * @param {string} name the folder's name in the cache
 * @param {string} origin what it was made from; another origin means it is made anew
 * @param {readonly string[]} files paths inside it whose sizes are remembered and checked at every use
 * @param {(folder: string) => Promise<void>} build fills an empty folder
 * @returns {Promise<{ folder: string, made: boolean }>}
 */
export async function keptFolder(name, origin, files, build) {
  const folder = path.join(cacheFolder(), name)
  if (isComplete(folder, origin)) return { folder, made: false }
  const partial = newPartialFolder(name)
  try {
    await build(partial)
    const sizes = Object.fromEntries(files.map((file) => [file, statSync(path.join(partial, file)).size]))
    writeFileSync(path.join(partial, listName), JSON.stringify({ origin, sizes }, undefined, 2))
    if (!isComplete(folder, origin)) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(path.dirname(folder), { recursive: true })
      renameSync(partial, folder)
    }
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return { folder, made: true }
}

/** @returns true where the folder was made from this origin and no remembered file is missing or cut short */
export function isComplete(folder, origin) {
  if (!existsSync(folder)) return false
  const list = readJson(path.join(folder, listName))
  if (!list || list.origin !== origin) return false
  return Object.entries(list.sizes).every(
    ([file, size]) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.size === size,
  )
}
