// Text to word ids: BERT's uncased WordPiece (data formats 13, spec 3.1), for any vocabulary file of that form: the
// mini-world's few hundred pieces or the real 30,522. Read next: tasks/words.ts, which fills batches with the ids.

import { readFileSync } from 'node:fs'
import { WorkbenchError } from '../../contract/check'

export interface Tokenizer {
  readonly vocabularySize: number
  readonly pieces: readonly string[]
  readonly padding: number
  readonly unknown: number
  readonly start: number
  readonly end: number
  readonly mask: number
  /** Ids of the text's pieces without [CLS] and [SEP]; cached per text, so treat it as read-only. */
  wordPieces(text: string): readonly number[]
  /** [CLS] pieces [SEP], cut to at most `limit` ids (spec 3.1: the text loses its end). */
  encode(text: string, limit: number): number[]
  /** The text of ids, continuation pieces joined; special tokens are left out. */
  decode(ids: Iterable<number>): string
}

const LONGEST_WORD = 100
const CACHED_TEXTS = 200_000

/** Reads a vocab.txt: one piece a line, the line number from 0 is the id. */
export function readVocabulary(path: string): string[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new WorkbenchError(`The vocabulary ${path} cannot be read; expected a BERT vocab.txt, one word piece a line.`)
  }
  const pieces = text.replace(/\r/g, '').split('\n')
  while (pieces.length > 0 && pieces[pieces.length - 1] === '') pieces.pop()
  return pieces
}

/** A tokenizer over the pieces; the five special tokens must be among them. */
export function createTokenizer(pieces: readonly string[], origin = 'vocab.txt'): Tokenizer {
  const ids = new Map(pieces.map((piece, id) => [piece, id]))
  const special = (piece: string): number => {
    const id = ids.get(piece)
    if (id === undefined) throw new WorkbenchError(`${origin} has no ${piece}; a BERT vocabulary has [PAD], [UNK], [CLS], [SEP] and [MASK].`)
    return id
  }
  const unknown = special('[UNK]')
  const [padding, start, end, mask] = [special('[PAD]'), special('[CLS]'), special('[SEP]'), special('[MASK]')]
  const hidden = new Set([padding, start, end, mask])
  const cache = new Map<string, readonly number[]>()

  const wordPieces = (text: string): readonly number[] => {
    const cached = cache.get(text)
    if (cached) return cached
    const found = basicWords(text).flatMap((word) => splitWord(word, ids, unknown))
    if (cache.size >= CACHED_TEXTS) cache.clear()
    cache.set(text, found)
    return found
  }
  return {
    vocabularySize: pieces.length, pieces, padding, unknown, start, end, mask, wordPieces,
    encode: (text, limit) => [start, ...wordPieces(text).slice(0, Math.max(0, limit - 2)), end],
    decode(list) {
      let text = ''
      for (const id of list) {
        if (hidden.has(id)) continue
        const piece = pieces[id] ?? '[UNK]'
        text += piece.startsWith('##') ? piece.slice(2) : `${text === '' ? '' : ' '}${piece}`
      }
      return text
    }
  }
}

/** Greedy longest match; a word without a match becomes one unknown. */
function splitWord(word: string, ids: ReadonlyMap<string, number>, unknown: number): number[] {
  const letters = [...word]
  if (letters.length > LONGEST_WORD) return [unknown]
  const found: number[] = []
  for (let from = 0; from < letters.length; ) {
    let to = letters.length
    let id: number | undefined
    for (; to > from; to--) {
      const piece = letters.slice(from, to).join('')
      id = ids.get(from === 0 ? piece : `##${piece}`)
      if (id !== undefined) break
    }
    if (id === undefined) return [unknown]
    found.push(id)
    from = to
  }
  return found
}

/** Cleaned, lower-cased words without accents; every punctuation mark and CJK sign is a word of its own. */
export function basicWords(text: string): string[] {
  const words: string[] = []
  let word = ''
  const close = (): void => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (const letter of text.toLowerCase().normalize('NFD')) {
    if (isRemoved(letter)) continue
    if (/\s/u.test(letter)) close()
    else if (isPunctuation(letter) || isCjk(letter)) {
      close()
      words.push(letter)
    } else word += letter
  }
  close()
  return words
}

/** Control and format signs (except white space), the replacement sign and combining marks. */
const isRemoved = (letter: string): boolean => letter === '\0' || letter === '\uFFFD' || (/[\p{Cc}\p{Cf}\p{Mn}]/u.test(letter) && !/[\t\n\r]/.test(letter))

/** BERT counts all ASCII signs as punctuation, also $ + < = > ^ ` | ~, which Unicode does not. */
const isPunctuation = (letter: string): boolean => /[!-/:-@[-`{-~]/.test(letter) || /\p{P}/u.test(letter)

const CJK: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fff], [0x3400, 0x4dbf], [0x20000, 0x2a6df], [0x2a700, 0x2b73f], [0x2b740, 0x2b81f], [0x2b820, 0x2ceaf], [0xf900, 0xfaff], [0x2f800, 0x2fa1f]
]
function isCjk(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0
  return code >= 0x3400 && CJK.some(([low, high]) => code >= low && code <= high)
}
