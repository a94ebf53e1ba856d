// Builds a thread's program as the product does, for tests that need a real thread: inside the project, so that it finds
// the shipped resources.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(__dirname, '../..')

export interface BuiltThread {
  readonly program: string
  remove(): void
}

/** `source`: the program's source, from the project's root. */
export async function buildThread(source: string): Promise<BuiltThread> {
  const outDir = join(root, 'out', `.thread-test-${process.pid}`)
  await build({
    root, configFile: false, logLevel: 'silent', ssr: { noExternal: true },
    build: { ssr: join(root, source), outDir, rollupOptions: { output: { format: 'cjs', entryFileNames: 'main.cjs' } } }
  })
  return { program: join(outDir, 'main.cjs'), remove: () => rmSync(outDir, { recursive: true, force: true }) }
}
