// What the documents name exists: paths, links between documents, npm scripts.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { projectRoot } from './source-files'

const documents = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(projectRoot, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((file) => existsSync(path.join(projectRoot, file)))

const scripts: Record<string, string> = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')).scripts

/** Paths in backticks that start with one of the project's folders; a wildcard stands for its folder. */
function namedPaths(text: string): string[] {
  const inBackticks = /`((?:src|scripts|test|docs|resources|bin)\/[^`\s{}<>…]*)`/g
  return [...text.matchAll(inBackticks)].map((match) => (match[1] ?? '').replace(/[:#].*$/, '').replace(/[^/]*\*.*$/, ''))
}

/** Targets of links and pictures, as paths from the project's root. */
function linkedPaths(document: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => path.posix.join(path.posix.dirname(document), target))
}

it('names only paths that exist', () => {
  const missing = documents.flatMap((document) => {
    const text = readFileSync(path.join(projectRoot, document), 'utf8')
    return [...namedPaths(text), ...linkedPaths(document, text)]
      .filter((place) => !existsSync(path.join(projectRoot, place)))
      .map((place) => `${document}: ${place}`)
  })
  expect(missing).toEqual([])
})

it('names only npm scripts that exist', () => {
  const missing = documents.flatMap((document) => {
    const text = readFileSync(path.join(projectRoot, document), 'utf8')
    return [...text.matchAll(/npm run (?:-s |--silent )?([a-z][\w:-]*)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => !(name in scripts))
      .map((name) => `${document}: npm run ${name}`)
  })
  expect(missing).toEqual([])
})

it('finds the paths and links of a document', () => {
  const text = 'See `src/contract/check.ts:12`, `src/engine/*.ts` and [the tests](../test/invariants/docs.test.ts#x), not `src/<x>`.'
  expect(namedPaths(text)).toEqual(['src/contract/check.ts', 'src/engine/'])
  expect(linkedPaths('docs/a.md', text)).toEqual(['test/invariants/docs.test.ts'])
})
