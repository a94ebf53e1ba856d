// The compiled engine inside Electron, whose malloc and array memory differ from Node's: what was uploaded stays what it
// was, and the numbers are Node's to the last bit (the traps are named in backend.ts and variables.ts).

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { beforeAll, describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../../', import.meta.url))
const folder = join(project, 'node_modules', '.twelve-in-one', 'electron-test')

interface Numbers {
  readonly electron: string | null
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly losses: readonly number[]
}

function electronPath(): string {
  const setup = JSON.parse(readFileSync(join(project, 'node_modules', '.twelve-in-one', 'setup.json'), 'utf8')) as { electron: { path: string } }
  return setup.electron.path
}

function run(program: string): Numbers {
  const { stdout, stderr } = spawnSync(program, [join(folder, 'electron-entry.cjs')], { encoding: 'utf8', cwd: project, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
  const line = stdout.split('\n').find((each) => each.startsWith('{'))
  if (line === undefined) throw new Error(`No numbers came back: ${stderr.slice(-2000)}`)
  return JSON.parse(line) as Numbers
}

beforeAll(async () => {
  await build({
    root: project, configFile: false, logLevel: 'silent',
    build: { ssr: join(project, 'test/engine/compile/electron-entry.ts'), outDir: folder, emptyOutDir: true, rollupOptions: { output: { format: 'cjs', entryFileNames: 'electron-entry.cjs' } } }
  })
}, 60_000)

describe('the compiled engine in Electron', { timeout: 120_000 }, () => {
  it('keeps what it was given, and trains as in Node to the last bit', () => {
    expect(existsSync(electronPath())).toBe(true)
    const [inElectron, inNode] = [run(electronPath()), run(process.execPath)]
    expect(inElectron.electron).not.toBeNull()
    expect(inNode.electron).toBeNull()
    expect(inElectron.after).toEqual(inElectron.before)
    expect(inElectron).toEqual({ ...inNode, electron: inElectron.electron })
    expect(inElectron.losses.every((loss) => loss > 0 && loss < 100)).toBe(true)
  })
})
