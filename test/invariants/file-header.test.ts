// Every TypeScript file opens with a comment that says what it is.

import { expect, it } from 'vitest'
import { readSource, sourceFiles } from './source-files'

it('opens every source file with a comment', () => {
  const bare = sourceFiles('src').filter((file) => file.endsWith('.ts') && !/^(#!.*\n)?\s*\/[/*]/.test(readSource(file)))
  expect(bare).toEqual([])
})
