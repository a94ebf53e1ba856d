// Files stay small enough to be read in one go.

import { expect, it } from 'vitest'
import { readSource, sourceFiles } from './source-files'

const limitLines = 300

/** File → why it may be longer. */
const exceptions: Readonly<Record<string, string>> = {}

it(`keeps every source file at or below ${limitLines} lines`, () => {
  const long = sourceFiles('src')
    .map((file) => ({ file, lines: readSource(file).trimEnd().split('\n').length }))
    .filter(({ file, lines }) => lines > limitLines && !(file in exceptions))
  expect(long).toEqual([])
})

it('lists no exception that is no longer needed', () => {
  const needless = Object.keys(exceptions).filter((file) => readSource(file).split('\n').length <= limitLines)
  expect(needless).toEqual([])
})
