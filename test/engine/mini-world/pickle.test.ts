// The pickle writer: what it writes, Python and the reader of this project load unchanged.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Parser } from 'pickleparser'
import { expect, it } from 'vitest'
import { pickle, type Picklable } from '../../../src/engine/mini-world/writers/pickle'

const value: Picklable = {
  empty: [], none: null, yes: true, no: false, small: 255, medium: 256, negative: -1, large: 2_147_483_648,
  half: 0.5, text: 'Grün "und" blau\n', list: Array.from({ length: 2500 }, (_, i) => i), nested: [{ box: [1.25, 2, 3] }, {}]
}

const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0)

it('writes pickles that pickleparser reads back', () => {
  expect(new Parser().parse(pickle(value))).toEqual(value)
})

it.runIf(python !== undefined)('writes pickles that Python reads back', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'pickle-')), 'value.p')
  // pickleparser misreads negative numbers of more than 32 bits, so only Python is asked about one.
  const lower = -2_147_483_649
  writeFileSync(file, pickle([value, lower]))
  const read = spawnSync(python ?? '', ['-c', 'import json,pickle,sys; print(json.dumps(pickle.load(open(sys.argv[1], "rb"))))', file], { encoding: 'utf8' })
  expect(read.stderr).toBe('')
  expect(JSON.parse(read.stdout)).toEqual([value, lower])
})
