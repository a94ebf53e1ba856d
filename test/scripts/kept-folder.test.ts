import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keptFolder } from '../../scripts/setup/kept-folder.mjs'

let cache = ''
const before = process.env['TWELVE_IN_ONE_CACHE']

beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'twelve-in-one-cache-'))
  process.env['TWELVE_IN_ONE_CACHE'] = cache
})

afterEach(() => {
  rmSync(cache, { recursive: true, force: true })
  if (before === undefined) delete process.env['TWELVE_IN_ONE_CACHE']
  else process.env['TWELVE_IN_ONE_CACHE'] = before
})

async function writeLibrary(folder: string): Promise<void> {
  writeFileSync(path.join(folder, 'library.so'), 'twelve')
}

describe('a folder kept in the cache', () => {
  it('is made once and then only looked at', async () => {
    const first = await keptFolder('thing', 'origin', ['library.so'], writeLibrary)
    const second = await keptFolder('thing', 'origin', ['library.so'], writeLibrary)
    expect([first.made, second.made, second.folder]).toEqual([true, false, path.join(cache, 'thing')])
  })

  it('is made anew when a file was cut short or the origin changed', async () => {
    const { folder } = await keptFolder('thing', 'origin', ['library.so'], writeLibrary)
    truncateSync(path.join(folder, 'library.so'), 2)
    expect((await keptFolder('thing', 'origin', ['library.so'], writeLibrary)).made).toBe(true)
    expect(readFileSync(path.join(folder, 'library.so'), 'utf8')).toBe('twelve')
    expect((await keptFolder('thing', 'other origin', ['library.so'], writeLibrary)).made).toBe(true)
  })

  it('is absent, with nothing left over, when making it fails', async () => {
    const failing = keptFolder('thing', 'origin', ['library.so'], async (folder: string) => {
      await writeLibrary(folder)
      throw new Error('the network is gone')
    })
    await expect(failing).rejects.toThrow('the network is gone')
    expect(existsSync(path.join(cache, 'thing'))).toBe(false)
    expect(readdirSync(path.join(cache, 'partial'))).toEqual([])
  })
})
