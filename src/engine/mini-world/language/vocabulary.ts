// The word pieces of the mini-world, in the form of a BERT vocabulary (data formats 13): about 500 lines,
// the same for every seed. Plurals and superlatives are split (`dog ##s`), so that a noun has one embedding, and
// single letters let any other text through without [UNK]. Read next: writers/write-data-sets.ts.

import { CATEGORIES } from '../catalog'
import { BACKGROUNDS, COLOURS, SIZES } from '../scene'
import { FUNCTION_WORDS, PUNCTUATION } from './lexicon'
import { FAMILY_NOUNS, NUMBER_WORDS, PLACE_PHRASES, SIZE_WORDS, nounsOf } from './words'

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const
const ENDINGS = ['s', 'es', 'most', 'est'] as const
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('')

/** Words and punctuation of a text as BERT's basic tokeniser cuts them (lower case). */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+|[^\sa-z0-9]/g) ?? []
}

let lines: readonly string[] | null = null
let known: ReadonlySet<string> = new Set()

/** The lines of vocab.txt; the line number from 0 is the id. */
export function vocabularyLines(): readonly string[] {
  if (lines) return lines
  const nouns = CATEGORIES.flatMap(({ name }) => [...nounsOf(name), ...nounsOf(name, true)])
  const families = Object.values(FAMILY_NOUNS).flatMap((words) => (words ? [words.one, words.many] : []))
  const text = [
    FUNCTION_WORDS, ...COLOURS, ...BACKGROUNDS, ...SIZES, ...NUMBER_WORDS, ...Object.values(SIZE_WORDS).flat(),
    ...Object.values(PLACE_PHRASES).flat(), ...families, ...nouns
  ].join(' ')
  const words = new Set(wordsOf(text).filter((word) => /^[a-z]{2,}$/.test(word)))
  const whole = [...words].filter((word) => !ENDINGS.some((ending) => isSplit(word, ending, words)))
  const pieces = [...SPECIAL, ...PUNCTUATION, ...LETTERS, ...whole.sort()]
  lines = [...pieces, ...ENDINGS.filter((e) => e.length > 1).map((e) => `##${e}`), ...LETTERS.map((l) => `##${l}`)]
  known = new Set(lines)
  return lines
}

/** True if the word is another known word with this ending; short words stay whole (`is`, `as`, `least`). */
function isSplit(word: string, ending: string, words: ReadonlySet<string>): boolean {
  const stem = word.slice(0, -ending.length)
  return word.endsWith(ending) && stem.length > 2 && words.has(stem)
}

/** Greedy longest-match word pieces, as BERT cuts them. */
export function piecesOf(text: string): string[] {
  vocabularyLines()
  return wordsOf(text).flatMap((word) => {
    const pieces: string[] = []
    for (let start = 0; start < word.length; ) {
      let end = word.length
      const prefix = start > 0 ? '##' : ''
      while (end > start && !known.has(prefix + word.slice(start, end))) end--
      if (end === start) return ['[UNK]']
      pieces.push(prefix + word.slice(start, end))
      start = end
    }
    return pieces
  })
}

/** How many word pieces a text has, [CLS] and [SEP] not counted. */
export const countPieces = (text: string): number => piecesOf(text).length
