// Masking of words (spec section 5): each piece between [CLS] and [SEP] is hidden with probability 0.15; of the hidden
// ones 80 % become [MASK], 10 % any piece, 10 % stay. Read next: mask-regions.ts.

import type { Tokenizer } from '../data/tokenizer'
import type { RandomStream } from '../random'

const HIDDEN = 0.15
const AS_MASK = 0.8
const AS_ANY = 0.1

export interface MaskedWords {
  readonly ids: readonly number[]
  /** The original piece where it is to be predicted, else −1. */
  readonly labels: readonly number[]
}

/** `ids` with [CLS] first and [SEP] last; those two are never hidden. */
export function maskWords(ids: readonly number[], tokenizer: Tokenizer, stream: RandomStream): MaskedWords {
  const masked = [...ids]
  const labels = ids.map((id, place) => {
    if (place === 0 || place === ids.length - 1 || !stream.chance(HIDDEN)) return -1
    const kind = stream.next()
    if (kind < AS_MASK) masked[place] = tokenizer.mask
    else if (kind < AS_MASK + AS_ANY) masked[place] = stream.integer(tokenizer.vocabularySize)
    return id
  })
  return { ids: masked, labels }
}
