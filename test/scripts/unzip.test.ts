import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unzipChosen } from '../../scripts/setup/unzip.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twelve-in-one-zip-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A zip file by hand: local headers and data, central directory, end record. */
function zipOf(entries: readonly { name: string; content: string; method: 0 | 8 }[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, method } of entries) {
    const raw = Buffer.from(content)
    const data = method === 8 ? deflateRawSync(raw) : raw
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(raw.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}

describe('taking files out of a wheel', () => {
  it('writes the chosen files, packed or stored, and leaves the others', async () => {
    const file = path.join(folder, 'a.whl')
    const long = 'region '.repeat(5000)
    writeFileSync(
      file,
      zipOf([
        { name: 'lib/packed.txt', content: long, method: 8 },
        { name: 'lib/stored.txt', content: 'stored', method: 0 },
        { name: 'lib/empty.txt', content: '', method: 0 },
        { name: 'other.txt', content: 'left out', method: 8 },
      ]),
    )
    const chosen = (name: string) => (name.startsWith('lib/') ? path.join(folder, 'out', name) : undefined)
    expect(await unzipChosen(file, chosen)).toBe(3)
    const read = (name: string) => readFileSync(path.join(folder, 'out', 'lib', name), 'utf8')
    expect([read('packed.txt') === long, read('stored.txt'), read('empty.txt')]).toEqual([true, 'stored', ''])
  })

  it('says so when the file is no zip file', async () => {
    const file = path.join(folder, 'a.whl')
    writeFileSync(file, 'an error page instead of a wheel, long enough to be looked at')
    await expect(unzipChosen(file, () => undefined)).rejects.toThrow(/is not a zip file/)
  })
})
