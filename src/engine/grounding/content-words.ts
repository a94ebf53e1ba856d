// Nouns and adjectives of a short English sentence, in their basic form: what a question and an expression can share
// (spec section 6). A tagger by word lists and neighbours, made for questions and referring expressions.
// Read next: word-lists.ts, grounding-consistency.ts.

import { ADVERBS, CLOSED, ING_NOUNS, IRREGULAR, NEVER_PLURAL, VERB_FORMS } from './word-lists'

/** After these a word that could be a verb is a noun or an adjective. */
const BEFORE_NOUNS = new Set([
  'a', 'an', 'the', 'this', 'that', 'these', 'those', 'his', 'her', 'its', 'their', 'my', 'your', 'our', 'of', 'in', 'on', 'with', 'by', 'no', 'any', 'some',
  'kind', 'type', 'color', 'colour', 'many', 'each', 'every', 'which'
])

/** Words in lower case, possessives without their ending, hyphens split. */
function wordsOf(text: string): string[] {
  return (text.toLowerCase().replace(/[’`]/g, "'").match(/[a-z]+(?:'[a-z]+)?/g) ?? []).map((word) => word.replace(/'s$|'$/, ''))
}

/** The basic forms of the nouns and adjectives, each once, in the order of the sentence. */
export function contentWords(text: string): string[] {
  const words = wordsOf(text)
  const found = words.filter((word, place) => isNounOrAdjective(word, words[place - 1], words[place + 1])).map(basicForm)
  return [...new Set(found)]
}

function isNounOrAdjective(word: string, before: string | undefined, after: string | undefined): boolean {
  if (CLOSED.has(word) || ADVERBS.has(word) || word.length < 2 || word.includes("'")) return false
  if (/ly$/.test(word) && !/^(fly|belly|jelly|family|curly|lily|butterfly|friendly|silly|ugly|bully|fuzzly|woolly|early|elderly|monopoly)$/.test(word)) return false
  const named = before !== undefined && BEFORE_NOUNS.has(before)
  if (/ing$/.test(word) && !ING_NOUNS.has(word)) return named && before !== 'of' && before !== 'by' && !CLOSED.has(after ?? '')
  return VERB_FORMS.has(word) ? named : true
}

/** `dogs` → `dog`, `men` → `man`, `churches` → `church`. */
function basicForm(word: string): string {
  const irregular = IRREGULAR.get(word)
  if (irregular !== undefined) return irregular
  if (NEVER_PLURAL.has(word) || word.length < 4 || /(ss|us|is)$/.test(word)) return word
  if (/ies$/.test(word)) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1)
  if (/(ch|sh|ss|x|zz)es$/.test(word)) return word.slice(0, -2)
  return /s$/.test(word) ? word.slice(0, -1) : word
}
