// Finds the vocabulary of a data folder. Read next: tokenizer.ts.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { vocabularyLines } from '../mini-world/language/vocabulary'
import { type Tokenizer, createTokenizer, readVocabulary } from './tokenizer'

const NAMES = ['vocab.txt', 'bert-base-uncased-vocab.txt'] as const

/** Path of the vocabulary of a root or of its parent folder, or null. */
export function vocabularyFile(root: string): string | null {
  const places = [root, join(resolve(root), '..')].flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return places.find((path) => existsSync(path)) ?? null
}

/**
 * The tokenizer of a data folder. Where it has no vocabulary file, the mini-world's: its single letters cut any other
 * word into pieces, so every text can be read, if not well.
 */
export function openTokenizer(root: string): Tokenizer {
  const file = vocabularyFile(root)
  return file === null ? createTokenizer(vocabularyLines(), 'the built-in vocabulary') : createTokenizer(readVocabulary(file), file)
}
