// How the reference finds its parameters in a file (spec 8.1, from_pretrained): old names, prefixes, the tied decoder; and
// what it takes of a BERT for the text stream (spec 8.2). Read next: match-weights.ts.

import { WorkbenchError } from '../../contract/check'
import type { StoredWeights } from './weights-file'

export interface NamedWeights extends StoredWeights {
  /** The name in the file, where it differs. */
  readonly original: string
}

export interface NamedFile {
  /** Under the reference's names. */
  readonly arrays: readonly NamedWeights[]
  /** Left out by rule: the tied decoder, and with `bert` BERT's own pooler and next-sentence head. */
  readonly dropped: readonly string[]
  /** The rules that changed names, in words. */
  readonly rules: readonly string[]
}

export const DECODER = 'cls.predictions.decoder.weight'
export const WORD_TABLE = 'bert.embeddings.word_embeddings.weight'

/** What is copied of a BERT: its embeddings, its layers and its head for masked words. */
const OF_BERT = /^bert\.embeddings\.(word_embeddings|position_embeddings|token_type_embeddings|LayerNorm)\.|^bert\.encoder\.layer\.\d+\.|^cls\.predictions\./
/** BERT has these too; the reference has a pooler and an alignment head of its own, which start fresh. */
const NOT_OF_BERT = /^bert\.pooler\.|^cls\.seq_relationship\./

/** A parameter of the text stream, which a BERT gives. */
export function isOfBert(name: string): boolean {
  return OF_BERT.test(name) && name !== DECODER
}

/** The arrays under the reference's names. With `bert` only what a BERT gives is kept. */
export function referenceNames(arrays: readonly StoredWeights[], bert = false): NamedFile {
  const rules: string[] = []
  const apply = (names: readonly string[], change: (name: string) => string, rule: (count: number) => string): string[] => {
    const changed = names.map(change)
    const count = changed.filter((name, i) => name !== names[i]).length
    if (count > 0) rules.push(rule(count))
    return changed
  }
  let names = arrays.map(({ name }) => name)
  names = apply(names, (name) => name.replace(/^(module\.)+/, ''), (count) => `'module.' removed from ${count} names`)
  names = apply(names, (name) => name.replace(/gamma/g, 'weight').replace(/beta/g, 'bias'), (count) => `gamma and beta renamed to weight and bias in ${count} names`)
  if (!names.some((name) => name.startsWith('bert'))) names = apply(names, (name) => `bert.${name}`, (count) => `'bert.' put before ${count} names: the file holds a trunk alone`)
  refuseTwice(names, arrays)
  const named = arrays.map((array, i): NamedWeights => ({ ...array, name: names[i] ?? array.name, original: array.name }))
  const stays = ({ name }: NamedWeights): boolean => name !== DECODER && !(bert && NOT_OF_BERT.test(name))
  if (named.some(({ name }) => name === DECODER)) rules.push(decoderRule(named))
  return { arrays: named.filter(stays), dropped: named.filter((array) => !stays(array)).map(({ name }) => name), rules }
}

function refuseTwice(names: readonly string[], arrays: readonly StoredWeights[]): void {
  const seen = new Map<string, string>()
  names.forEach((name, i) => {
    const original = arrays[i]?.name ?? name
    const before = seen.get(name)
    if (before !== undefined) throw new WorkbenchError(`'${before}' and '${original}' of the file are both '${name}' in the reference's names; keep one of them.`)
    seen.set(name, original)
  })
}

/** The reference ties the decoder to the word table again after loading, whatever the file holds. */
function decoderRule(named: readonly NamedWeights[]): string {
  const decoder = named.find(({ name }) => name === DECODER)
  const words = named.find(({ name }) => name === WORD_TABLE)
  if (!decoder || !words) return `${DECODER} left out: the model uses the word table for it`
  const same = decoder.storage === words.storage || sameNumbers(decoder, words)
  return same ? `${DECODER} is the word table, as in the model` : `${DECODER} left out: it differs from the word table, to which the model ties it, as the reference does`
}

function sameNumbers(a: StoredWeights, b: StoredWeights): boolean {
  if (a.shape.join() !== b.shape.join()) return false
  const [left, right] = [a.read(), b.read()]
  return left.every((value, i) => Object.is(value, right[i]))
}
