// The tiny mini-world, made once for all tests that train: its folder's name holds a hash of the code that makes it.

import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultConfig } from '../../src/contract/run-config'
import { ensureData } from '../../src/engine/training/data-folder'

const project = fileURLToPath(new URL('../../', import.meta.url))

export async function tinyWorld(): Promise<string> {
  const folder = join(tmpdir(), `twelve-in-one-tiny-world-${hashOf(['src/engine/mini-world', 'src/engine/data', 'resources/mini-world'])}`)
  await ensureData({ ...defaultConfig(), kind: 'pretrain', world: 'tiny', data: folder }, () => undefined)
  return folder
}

function hashOf(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders) for (const file of filesBelow(join(project, folder))) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).sort().flatMap((name) => {
    const place = join(folder, name)
    return statSync(place).isDirectory() ? filesBelow(place) : [place]
  })
}
