// The product's source files and their imports, as the invariant tests look at them.

import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Every .ts and .vue file below a folder, as paths from the project's root with forward slashes. */
export function sourceFiles(folder: string): string[] {
  const entries = readdirSync(path.join(projectRoot, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const place = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourceFiles(place)
    return /\.(ts|vue)$/.test(entry.name) ? [place] : []
  })
}

export function readSource(file: string): string {
  return readFileSync(path.join(projectRoot, file), 'utf8')
}

export interface Import {
  /** The text between the quotes. */
  readonly specifier: string
  /** `import type` and `export type` leave no trace at run time. */
  readonly typeOnly: boolean
}

const forms = [
  /^\s*import\s+(type\s+)?(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  /^\s*export\s+(type\s+)?[^'"();]*?\sfrom\s+['"]([^'"]+)['"]/gm,
  /()\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  /()\brequire(?:\.resolve)?\(\s*['"]([^'"]+)['"]\s*\)/g,
]

/** All imports of a file: static, re-exports, dynamic import() and require(). */
export function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  return forms.flatMap((form) =>
    [...code.matchAll(form)].map((match) => ({
      specifier: match[2] ?? '',
      typeOnly: match[1] !== undefined && match[1] !== '',
    })),
  )
}

/** @returns the project file that a relative import means, or undefined for a package */
export function resolveImport(from: string, specifier: string, files: ReadonlySet<string>): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const base = path.posix.join(path.posix.dirname(from), specifier.replace(/\?.*$/, ''))
  return [base, `${base}.ts`, `${base}.vue`, `${base}/index.ts`].find((candidate) => files.has(candidate)) ?? base
}
